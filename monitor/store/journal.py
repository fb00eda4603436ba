"""A small durable journal on the local disk between whoever sees things and the database.

Workers put entries in, one drainer writes them to the database and takes them out. Each entry is a
file written aside, synced and renamed into place, so that there are only whole entries; every one
carries its own key and draining one twice changes nothing. A locked or absent database delays
rows and loses none.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import structlog
from sqlalchemy import JSON, DateTime, Uuid
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from monitor.durable import write_durably, write_whole
from monitor.store.closing import LeftOpen, close_left_open
from monitor.store.database import Sessions
from monitor.store.tables import (
    Base,
    CameraState,
    CoverageMinute,
    Event,
    Incident,
    Lift,
    MovementMinute,
    PostureMinute,
    ZoneMinute,
)

log = structlog.get_logger()

KINDS: dict[str, type[Base]] = {
    table.__tablename__: table
    for table in (
        Event,
        PostureMinute,
        ZoneMinute,
        MovementMinute,
        Lift,
        CoverageMinute,
        CameraState,
        Incident,
    )
}

FLEETING = "-now"
"""Ends the names of entries that a power cut may leave empty, and nobody misses."""

BATCH = 200
"""Entries written in one transaction."""

Row = TypeVar("Row", bound=Base)

Entry = Base | LeftOpen

Written = Callable[[Session, Base, bool], None]
"""Told of every row in the same transaction, with whether it is new."""


class Journal:
    """A folder of entries, oldest first by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, entry: Entry) -> None:
        """Keep a row until it is in the database, or what is to be done there once all that was
        put before is in it. Raises OSError when the disk refuses.

        How a camera is, told anew every 2 s, is not synced."""
        if isinstance(entry, CameraState):
            write_whole(self._next(FLEETING), entry_of(entry))
        else:
            write_durably(self._next(), entry_of(entry))

    def entries(self) -> list[Path]:
        return sorted(self._folder.glob("[0-9]*.json"))

    def refused(self) -> list[Path]:
        """The entries that can never be written."""
        return sorted(self._folder.glob("*.refused"))

    def waiting(self, table: type[Row]) -> Iterator[Row]:
        """The rows of a table that are still to be written; what cannot be read is left out."""
        for path in self.entries():
            with suppress(OSError, ValueError, KeyError, TypeError):
                row = _entry(path.read_bytes())
                if isinstance(row, table):
                    yield row

    def _next(self, mark: str = "") -> Path:
        return self._folder / f"{time.time_ns():020d}-{uuid4().hex[:8]}{mark}.json"


def entry_of(entry: Entry) -> bytes:
    """As it is kept in the journal."""
    return json.dumps(_written(entry), default=_plain).encode()


def row_of(data: bytes) -> Base:
    """The row in an entry. Raises ValueError, KeyError or TypeError when it holds none."""
    entry = _entry(data)
    if isinstance(entry, LeftOpen):
        raise ValueError("an entry without a row")
    return entry


def _written(entry: Entry) -> dict[str, Any]:
    if isinstance(entry, LeftOpen):
        return {"left": asdict(entry)}
    columns = entry.__mapper__.columns.keys()
    values = {name: value for name in columns if (value := getattr(entry, name)) is not None}
    return {"table": entry.__tablename__, "row": values}


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def drain(journal: Journal, sessions: Sessions, written: Written) -> int:
    """Write a batch of entries to the database, oldest first; how many there were.

    Raises SQLAlchemyError when the database cannot be written now: nothing is lost, try again.
    """
    batch = list(_readable(journal.entries()[:BATCH]))
    if not batch:
        return 0
    try:
        _write(sessions, [row for _, row in batch], written)
    except (OperationalError, InterfaceError):
        raise
    except SQLAlchemyError:
        _write_one_by_one(sessions, batch, written)
    for path, _ in batch:
        path.unlink(missing_ok=True)
    return len(batch)


def _write_one_by_one(
    sessions: Sessions, batch: list[tuple[Path, Entry]], written: Written
) -> None:
    """Find the row the database will not take, and go on without it."""
    for path, row in batch:
        try:
            _write(sessions, [row], written)
        except (OperationalError, InterfaceError):
            raise
        except SQLAlchemyError as e:
            _set_aside(path, e)


def _set_aside(path: Path, reason: Exception) -> None:
    """Keep an entry that can never be written where a person can look at it."""
    log.error("journal entry refused", entry=path.name, reason=str(reason).split("\n")[0])
    path.rename(path.with_suffix(".refused"))


def _readable(paths: list[Path]) -> Iterator[tuple[Path, Entry]]:
    for path in paths:
        try:
            yield path, _entry(path.read_bytes())
        except (ValueError, KeyError, TypeError) as e:
            if path.stem.endswith(FLEETING):
                path.unlink(missing_ok=True)
            else:
                _set_aside(path, e)


def _write(sessions: Sessions, entries: list[Entry], written: Written) -> None:
    with sessions() as session, session.begin():
        for entry in entries:
            if isinstance(entry, LeftOpen):
                close_left_open(session, entry)
            else:
                save(session, entry, written)


def save(session: Session, row: Base, written: Written) -> None:
    """Insert or replace by key; an event's older revision never replaces a newer one."""
    old = session.get(type(row), key_of(row))
    if isinstance(old, Event) and isinstance(row, Event) and old.revision >= row.revision:
        return
    merged = session.merge(row)
    session.flush()
    written(session, merged, old is None)


def key_of(row: Base) -> tuple[Any, ...]:
    """The values of a row's primary key."""
    return tuple(getattr(row, str(column.key)) for column in row.__mapper__.primary_key)


def _entry(data: bytes) -> Entry:
    entry = json.loads(data)
    if "left" in entry:
        left = entry["left"]
        return LeftOpen(left["cameras"], datetime.fromisoformat(left["at"]), left["everything"])
    return _row(KINDS[entry["table"]], entry["row"])


def _row(table: type[Base], values: dict[str, Any]) -> Base:
    row = table()
    for name, column in table.__mapper__.columns.items():
        value = values.get(name)
        if value is not None and isinstance(column.type, Uuid):
            value = UUID(value)
        elif value is not None and not isinstance(column.type, JSON) and _is_time(column.type):
            value = datetime.fromisoformat(value)
        setattr(row, name, value)
    return row


def _is_time(kind: Any) -> bool:
    return isinstance(getattr(kind, "impl", kind), DateTime)


class Drainer:
    """The one thread that empties the journal; what it cannot write now it tries again."""

    def __init__(
        self, journal: Journal, sessions: Sessions, written: Written, *, every_s: float = 0.1
    ) -> None:
        self._journal, self._sessions, self._written = journal, sessions, written
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="drainer", daemon=True)
        self._one_at_a_time = threading.Lock()
        self._failing = False

    def start(self) -> None:
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self, timeout: float = 10.0) -> None:
        """Empty what is left, then end; what takes longer than `timeout` stays in the journal."""
        self._stop.set()
        self._thread.join(timeout)

    def empty(self) -> None:
        """Write everything there is, as far as the database lets it."""
        while self.step():
            pass

    def step(self) -> int:
        """One round; how many entries were written."""
        with self._one_at_a_time:
            return self._round()

    def _round(self) -> int:
        try:
            done = drain(self._journal, self._sessions, self._written)
        except (SQLAlchemyError, OSError) as e:
            if not self._failing:
                log.error("database not written, kept in the journal", reason=str(e).split("\n")[0])
            self._failing = True
            return 0
        if self._failing and done:
            log.info("database written again", entries=done)
            self._failing = False
        return done

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            self.step()
        self.empty()
