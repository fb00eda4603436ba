"""`plumbline verify`"""

import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import click

from monitor.cli.opened import store
from monitor.clock import SystemClock
from monitor.jobs import loose_ends
from monitor.jobs.sweep import pictures
from monitor.settings import load
from monitor.store.database import Sessions
from monitor.store.health import faults
from monitor.store.journal import Journal

YOUNG = timedelta(minutes=1)
"""What was written since may still get its row from a Plumbline that runs."""

SHOWN = 5
"""So many of the things found are named."""


@click.command()
@click.pass_obj
def command(path: Path) -> None:
    """Check that nothing that was kept is damaged or lost.

    The database against itself, every picture against the row that names it, what waits in the
    journal. Changes nothing, and may be called while Plumbline runs. Ends with status 0 if all is
    well, 1 if something is wrong, 2 if that cannot be told.

    \b
      plumbline verify || echo "look at the lines above"
    """
    settings = load(path)
    data = settings.data.resolve()
    with store(settings) as sessions:
        wrong = [*_database(sessions), *_pictures(sessions, data), *_journal(data)]
    click.echo("all is well" if not wrong else f"{len(wrong)} kinds of trouble")
    sys.exit(1 if wrong else 0)


def _database(sessions: Sessions) -> Iterator[str]:
    with sessions() as session:
        kind = session.get_bind().dialect.name
        wrong = faults(session, thorough=True)
    click.echo(f"database: {kind}, {'damaged' if wrong else 'sound'}")
    yield from _told("damaged", wrong)


def _pictures(sessions: Sessions, data: Path) -> Iterator[str]:
    loose = loose_ends(sessions, data, SystemClock().now() - YOUNG)
    click.echo(f"pictures: {len(pictures(data / 'evidence'))}")
    yield from _told("named by a row and missing", [row.evidence for row in loose.missing])
    yield from _told("named by no row; put aside at the next start", _names(loose.orphans, data))
    yield from _told("half written; deleted at the next start", _names(loose.unfinished, data))


def _journal(data: Path) -> Iterator[str]:
    journal = Journal(data / "journal")
    click.echo(f"journal: {len(journal.entries())} entries wait for the database")
    yield from _told("refused by the database; the log says why", _names(journal.refused(), data))


def _names(paths: Sequence[Path], data: Path) -> list[str]:
    return [str(path.relative_to(data)) for path in paths]


def _told(what: str, found: Sequence[str]) -> Iterator[str]:
    """Print what is wrong; yields its kind if there is any."""
    if found:
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        click.echo(f"  {len(found)} {what}: {', '.join(found[:SHOWN])}{more}")
        yield what
