"""A copy of what is kept, made while Plumbline runs, and put back while it does not."""

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from monitor.durable import make_folder, sync
from monitor.errors import StoreError
from monitor.store.database import check_revision, copy_sqlite
from monitor.store.health import faults

DATABASE = "plumbline.db"
EVIDENCE = "evidence"


def back_up(database: Path, evidence: Path | None, target: Path) -> int:
    """Copy the database as of now, and the pictures its rows name if their folder is given, into
    a new folder that is there whole or not at all; how many pictures.

    Raises StoreError when the target is in use, OSError when it cannot be written.
    """
    if target.exists():
        raise StoreError(f"{target} is there already; name a folder that is to be made")
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{uuid4().hex}")
    aside.mkdir(mode=0o700)
    try:
        copy_sqlite(database, aside / DATABASE)
        copied = 0 if evidence is None else _pictures(aside / DATABASE, evidence, aside / EVIDENCE)
        aside.rename(target)
    except (OSError, StoreError):
        shutil.rmtree(aside)
        raise
    sync(target.parent)
    return copied


def restore(source: Path, database: Path, evidence: Path, now: datetime) -> tuple[Path | None, int]:
    """Put a backup (its folder or a database file alone) in the place of the database, which
    nobody may have open; where the one before was put, and how many lost pictures are back.

    Raises StoreError when the backup is none, damaged, or newer than this program.
    """
    copy = source / DATABASE if source.is_dir() else source
    _check(copy)
    database.parent.mkdir(parents=True, exist_ok=True)
    aside = database.with_name(f".{database.name}.{uuid4().hex}")
    copy_sqlite(copy, aside)
    kept = _put_aside(database, now) if database.exists() else None
    aside.replace(database)
    sync(database.parent)
    return kept, _pictures(database, source / EVIDENCE, evidence)


def _check(copy: Path) -> None:
    if not copy.is_file():
        raise StoreError(f"{copy} is not there; name what plumbline backup has made")
    engine = _read_only(copy)
    try:
        with Session(engine) as session:
            found = faults(session, thorough=True)
        if found:
            raise StoreError(f"{copy} is damaged ({'; '.join(found)}); take another backup")
        check_revision(engine, str(copy))
    except DatabaseError as e:
        raise StoreError(f"{copy} cannot be read as a database ({e.orig})") from e
    finally:
        engine.dispose()


def _read_only(path: Path) -> Engine:
    return create_engine(f"sqlite:///file:{path.resolve()}?mode=ro&uri=true")


def _put_aside(database: Path, now: datetime) -> Path:
    """Give the database another name beside it, with its write-ahead log, and take that log away:
    it must never meet the database that comes. Until that comes, this one keeps its name too."""
    kept = database.with_name(f"{database.stem}-until-{now:%Y%m%dT%H%M%S}.db")
    for end in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            os.link(f"{database}{end}", f"{kept}{end}")
    sync(database.parent)
    for end in ("-wal", "-shm"):
        Path(f"{database}{end}").unlink(missing_ok=True)
    return kept


def _pictures(database: Path, source: Path, target: Path) -> int:
    """Copy the pictures that the rows of a database name and that are missing in the target."""
    with closing(sqlite3.connect(database)) as rows:
        names = rows.execute("SELECT evidence FROM event WHERE evidence IS NOT NULL").fetchall()
    copied = 0
    for (name,) in names:
        place = (target / name).resolve()
        inside = place.is_relative_to(target.resolve())
        if inside and not place.exists() and (source / name).is_file():
            make_folder(place.parent)
            _copy(source / name, place)
            copied += 1
    return copied


def _copy(source: Path, target: Path) -> None:
    aside = target.with_name(f".{target.name}.{uuid4().hex}")
    shutil.copyfile(source, aside)
    sync(aside)
    aside.replace(target)
    sync(target.parent)
