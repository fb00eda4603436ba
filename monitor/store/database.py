"""Opening the database, and bringing its tables up to date before anyone uses them."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from monitor.durable import sync
from monitor.errors import StoreError
from monitor.store.place import refuse_network

MIGRATIONS = Path(__file__).parents[2] / "migrations"

_ALONE = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(7053001)"}
"""How one of several programs that start at once gets to migrate alone."""

Sessions = Callable[[], Session]
"""What every part of the store is opened with: `with sessions() as session, session.begin():`."""


BUSY_S = 30.0
"""How long a locked SQLite file is waited for."""


def open_database(url: str) -> Engine:
    """An engine for a SQLAlchemy URL: SQLite in WAL with full sync, or PostgreSQL.

    Raises StoreError for a SQLite file on a network file system.
    """
    target = make_url(url)
    if target.get_backend_name() == "sqlite":
        file = sqlite_file(url)
        if file is not None:
            refuse_network(file)
            file.parent.mkdir(parents=True, exist_ok=True)
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
    config, script = _config(scripts), _scripts(scripts)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(_ALONE[connection.dialect.name])
            current = MigrationContext.configure(connection).get_current_revision()
            if current == script.get_current_head():
                return
            _refuse_newer(script, current)
            file = sqlite_file(str(engine.url))
            if current is not None and file is not None:
                backups.mkdir(parents=True, exist_ok=True)
                copy_sqlite(file, backups / f"before-{script.get_current_head()}.db")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except OperationalError as e:
        raise StoreError(f"the database cannot be used: {' '.join(str(e.orig).split())}") from e


def check_revision(engine: Engine, name: str) -> None:
    """Raises StoreError, naming it, when this program cannot read a database."""
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current is None:
        raise StoreError(f"{name} is no database of Plumbline")
    _refuse_newer(_scripts(MIGRATIONS), current)


def _refuse_newer(script: ScriptDirectory, current: str | None) -> None:
    known = {revision.revision for revision in script.walk_revisions()}
    if current is not None and current not in known:
        raise StoreError(
            f"the database was written by a newer Plumbline (revision {current}); "
            "install that version again, or restore the copy kept in the data folder's backups/"
        )


def _scripts(folder: Path) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(folder))


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder))
    return config


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; `None` for every other kind."""
    target = make_url(url)
    named = target.get_backend_name() == "sqlite" and target.database
    return Path(named).resolve() if named and named != ":memory:" else None


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a SQLite database, in use or not, into one new file that is whole or not there."""
    aside = target.with_name(f".{target.name}.{uuid4().hex}")
    try:
        with closing(sqlite3.connect(source)) as rows, closing(sqlite3.connect(aside)) as copy:
            rows.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        sync(aside)
        aside.replace(target)
        sync(target.parent)
    except sqlite3.Error as e:
        aside.unlink(missing_ok=True)
        raise StoreError(f"{source} cannot be copied to {target} ({e})") from e
