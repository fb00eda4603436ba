"""`plumbline backup`"""

from pathlib import Path

import click

from monitor.cli.opened import sqlite_of, store
from monitor.errors import StoreError
from monitor.jobs.backup import back_up
from monitor.settings import load


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--evidence", is_flag=True, help="The pictures of the events too.")
@click.pass_obj
def command(path: Path, target: Path, evidence: bool) -> None:
    """Copy the database into the new folder TARGET, while Plumbline runs.

    In it: events, minutes, reports made, users, messages to be sent. Not in it: pictures (say
    --evidence), landmarks, what cameras have learnt, settings and secrets. Keep it as private as
    the data folder.

    \b
      plumbline backup /mnt/backup/monday
      plumbline backup --evidence /mnt/backup/monday
    """
    settings = load(path)
    database = sqlite_of(settings, "back it up with pg_dump, and evidence/ in the data folder")
    data = settings.data.resolve()
    with store(settings):
        try:
            copied = back_up(database, data / "evidence" if evidence else None, target)
        except OSError as e:
            raise StoreError(f"{target} cannot be written ({e.strerror})") from e
    click.echo(f"{target}: the database" + (f" and {copied} pictures" if evidence else ""))
