"""What several commands open."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import SQLAlchemyError

from monitor.clock import SystemClock
from monitor.errors import StoreError
from monitor.settings import Settings
from monitor.store import users
from monitor.store.database import Sessions, migrate, open_database, sessions_of


@contextmanager
def store(settings: Settings) -> Iterator[Sessions]:
    """The database, brought up to date. Raises StoreError when it cannot be used."""
    engine = open_database(settings.database_url)
    try:
        migrate(engine, backups=settings.data / "backups")
        yield sessions_of(engine)
    except SQLAlchemyError as e:
        raise StoreError(f"the database cannot be used: {str(e).splitlines()[0]}") from e
    finally:
        engine.dispose()


def first_admin(sessions: Sessions) -> None:
    """Make the first login, and say its password this once."""
    with sessions() as session, session.begin():
        password = users.first_admin(session, SystemClock().now())
    if password is not None:
        click.echo(f"\n  First login (shown once):  admin  /  {password}\n")
