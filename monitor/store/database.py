"""Opening the database, and bringing its tables up to date before anyone uses them."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from monitor.errors import StoreError

MIGRATIONS = Path(__file__).parents[2] / "migrations"

_ALONE = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(7053001)"}
"""How one of several programs that start at once gets to migrate alone."""

Sessions = Callable[[], Session]
"""What every part of the store is opened with: `with sessions() as session, session.begin():`."""


BUSY_S = 30.0
"""How long a locked SQLite file is waited for."""


def open_database(url: str) -> Engine:
    """An engine for a SQLAlchemy URL: SQLite in WAL with full sync, or PostgreSQL."""
    target = make_url(url)
    if target.get_backend_name() == "sqlite":
        if target.database and target.database != ":memory:":
            Path(target.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(target, connect_args={"timeout": BUSY_S})
        event.listen(engine, "connect", _tune_sqlite)
        return engine
    return create_engine(target, pool_pre_ping=True)


def _tune_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    with closing(connection.cursor()) as cursor:
        _write_ahead(cursor)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Of two programs that open a new file at once, SQLite refuses one without waiting.

    Soon the other one has switched the file over, and this asks for nothing new.
    """
    until = time.monotonic() + BUSY_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() >= until:
                raise
            time.sleep(0.05)
        else:
            return


def sessions_of(engine: Engine) -> sessionmaker[Session]:
    return sessionmaker(engine, expire_on_commit=False)


def migrate(engine: Engine, *, backups: Path, scripts: Path = MIGRATIONS) -> None:
    """Bring the tables to this program's revision, keeping a copy of a SQLite file first.

    Raises StoreError when the database cannot be reached or was written by a newer program.
    """
    config = Config()
    config.set_main_option("script_location", str(scripts))
    script = ScriptDirectory.from_config(config)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(_ALONE[connection.dialect.name])
            current = MigrationContext.configure(connection).get_current_revision()
            if current == script.get_current_head():
                return
            _refuse_newer(script, current)
            if current is not None:
                back_up(engine, backups / f"before-{script.get_current_head()}.db")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except OperationalError as e:
        raise StoreError(f"the database cannot be used: {' '.join(str(e.orig).split())}") from e


def _refuse_newer(script: ScriptDirectory, current: str | None) -> None:
    known = {revision.revision for revision in script.walk_revisions()}
    if current is not None and current not in known:
        raise StoreError(
            f"the database was written by a newer Plumbline (revision {current}); "
            "install that version again, or restore the copy kept in the data folder's backups/"
        )


def back_up(engine: Engine, target: Path) -> None:
    """Copy a SQLite database in use into one file; other databases have their own tools."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        closing(sqlite3.connect(engine.url.database)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
