"""`plumbline restore`"""

from pathlib import Path

import click

from monitor.cli.opened import closed, sqlite_of
from monitor.clock import SystemClock
from monitor.errors import StoreError
from monitor.jobs.backup import restore
from monitor.settings import load


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.pass_obj
def command(path: Path, source: Path) -> None:
    """Put SOURCE in the place of the database, which is kept beside it under another name.

    SOURCE is a folder made by plumbline backup, or a database file alone. Pictures in it that are
    missing in the data folder are brought back; those of events it does not know are put aside at
    the next start. Plumbline must not run.

    \b
      plumbline restore /mnt/backup/monday
      plumbline restore var/backups/before-0005.db
    """
    settings = load(path)
    database = sqlite_of(settings, "restore it with pg_restore, and evidence/ in the data folder")
    evidence = settings.data.resolve() / "evidence"
    with closed(settings):
        try:
            kept, copied = restore(source, database, evidence, SystemClock().now())
        except OSError as e:
            raise StoreError(f"{source} cannot be restored ({e.strerror})") from e
    click.echo(f"{database}: restored from {source}; {copied} missing pictures brought back")
    if kept is not None:
        click.echo(f"the database until now is kept as {kept}")
