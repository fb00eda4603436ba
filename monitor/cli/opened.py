"""What several commands open."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import click
from sqlalchemy.exc import SQLAlchemyError

from monitor.clock import SystemClock
from monitor.durable import locked
from monitor.errors import StoreError
from monitor.redact import redact
from monitor.settings import Settings
from monitor.store import users
from monitor.store.database import Sessions, migrate, open_database, sessions_of, sqlite_file

IN_USE = "database.lock"
"""The file in the data folder that is held by everybody who has the database open."""

LAST_WORDS_S = 15.0
"""Workers that lost their supervisor need up to 10 s to end what runs."""


@contextmanager
def writing_alone(lock: Path, wait_s: float = LAST_WORDS_S) -> Iterator[IO[bytes]]:
    """While no worker writes into the data folder. Raises StoreError if one goes on to."""
    try:
        with locked(lock, alone=True, wait_s=wait_s) as file:
            yield file
    except BlockingIOError as e:
        raise StoreError(
            f"another Plumbline writes into {lock.parent}: stop that one, or set data, or "
            "PLUMBLINE_DATA, to a folder of its own"
        ) from e


def sqlite_of(settings: Settings, instead: str) -> Path:
    """The file of the database. Raises StoreError, with what to do instead, when it has none."""
    file = sqlite_file(settings.database_url)
    if file is None:
        raise StoreError(f"the database is no SQLite file; {instead}")
    return file


@contextmanager
def closed(settings: Settings) -> Iterator[None]:
    """While nobody has the database open. Raises StoreError if somebody has."""
    try:
        with locked(settings.data / IN_USE, alone=True):
            yield
    except BlockingIOError as e:
        raise StoreError(
            "the database is in use: stop plumbline run, plumbline dashboard and every other "
            "command first"
        ) from e


@contextmanager
def store(settings: Settings) -> Iterator[Sessions]:
    """The database, brought up to date. Raises StoreError when it cannot be used."""
    with ExitStack() as opened:
        try:
            if sqlite_file(settings.database_url) is not None:
                opened.enter_context(locked(settings.data / IN_USE, alone=False))
            engine = open_database(settings.database_url)
            opened.callback(engine.dispose)
            migrate(engine, backups=settings.data / "backups")
        except BlockingIOError as e:
            raise StoreError("the database is being restored; try again when that is done") from e
        except OSError as e:
            raise StoreError(
                f"the data folder {settings.data} cannot be used ({e.strerror}); "
                "set data, or PLUMBLINE_DATA, to one that can be written"
            ) from e
        except (SQLAlchemyError, ImportError) as e:
            raise _unusable(e) from e
        try:
            yield sessions_of(engine)
        except SQLAlchemyError as e:
            raise _unusable(e) from e


def _unusable(error: Exception) -> StoreError:
    return StoreError(f"the database cannot be used: {redact(str(error).splitlines()[0])}")


def first_admin(sessions: Sessions) -> None:
    """Make the first login, and say its password this once."""
    with sessions() as session, session.begin():
        password = users.first_admin(session, SystemClock().now())
    if password is not None:
        click.echo(f"\n  First login (shown once):  admin  /  {password}\n")
