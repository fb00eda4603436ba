"""Nothing is kept for longer than the settings say, nor takes more room than they or the disk
give; what is held stays."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from monitor import recordings
from monitor.durable import written_at
from monitor.jobs.sweep import ORPHANS
from monitor.store.database import Sessions
from monitor.store.holds import unheld
from monitor.store.tables import (
    Analysis,
    CoverageMinute,
    Event,
    Incident,
    Lift,
    MovementMinute,
    Outbox,
    PostureMinute,
    ZoneMinute,
)

log = structlog.get_logger()

BATCH = 500
"""Rows changed in one transaction, so that a worker never waits long for the database."""

SLICE = timedelta(hours=1)
"""Minutes deleted in one transaction."""

SPARED = timedelta(days=1)
"""What is younger is never given up for room (ours): nobody may have looked at it yet."""

MARGIN = 1.1
"""So many times the room that is needed is made (ours), or the next picture takes it again."""


EVENT_BYTES, MINUTE_BYTES = 4_500, 240
"""What a row takes in SQLite with its indexes (measured: an event of 20 s; rows of busy minutes).
Rows are counted and not their files weighed, for those keep room that was freed for new rows."""

OF_A_MINUTE = (CoverageMinute, PostureMinute, ZoneMinute, MovementMinute, Lift)


@dataclass(frozen=True, slots=True)
class Retention:
    """Ages in days; landmarks after 0 days are none. Incidents and outbox rows are kept as long
    as events. Sizes in bytes of everything of a kind; `None`: any."""

    evidence_days: int
    events_days: int
    minutes_days: int
    uploads_days: int
    landmarks_days: int
    evidence_bytes: int | None = None
    landmarks_bytes: int | None = None
    events_bytes: int | None = None
    minutes_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Purged:
    """How much was deleted: pictures and landmarks (files) and rows."""

    pictures: int = 0
    landmarks: int = 0
    events: int = 0
    minutes: int = 0
    incidents: int = 0
    messages: int = 0
    analyses: int = 0


def purge(sessions: Sessions, data: Path, retention: Retention, now: datetime) -> Purged:
    """Delete what is older or larger than asked for, files before the rows that name them.

    An event outlives its picture: its row then says why there is none. Held events and their
    pictures stay. Pictures that no row names go by the age of the file.
    """
    before_events = _first_to_fit(sessions, retention.events_bytes)
    before_events = max(before_events, now - timedelta(days=retention.events_days))
    before_evidence = max(before_events, now - timedelta(days=retention.evidence_days))
    before_minutes = now - timedelta(days=retention.minutes_days)
    before_landmarks = now - timedelta(days=retention.landmarks_days)
    before_uploads = now - timedelta(days=retention.uploads_days)
    shelf = Shelf(sessions, data / "evidence")
    return _said(
        Purged(
            pictures=shelf.forget(before_evidence, f"deleted after {retention.evidence_days} days")
            + _forget_orphans(shelf.folder / ORPHANS, before_evidence)
            + _fit_pictures(shelf, retention.evidence_bytes, now),
            landmarks=recordings.purge(data / "landmarks", before_landmarks)
            + _fit_landmarks(data / "landmarks", retention.landmarks_bytes, now),
            events=_older(sessions, Event, Event.met_at, before_events, unheld()),
            minutes=sum(_minutes(sessions, table, before_minutes) for table in OF_A_MINUTE)
            + _fit_minutes(sessions, retention.minutes_bytes),
            incidents=_older(sessions, Incident, Incident.ended_at, before_events),
            messages=_older(sessions, Outbox, Outbox.created_at, before_events),
            analyses=_older(sessions, Analysis, Analysis.created_at, before_uploads),
        )
    )


def make_room(sessions: Sessions, data: Path, keep_free_mb: int, now: datetime) -> Purged:
    """On a disk that is nearly full the oldest landmarks and then the oldest pictures go, but not
    those of the last day; what is still missing, workers do without."""
    for_pictures = keep_free_mb * 1_000_000
    for_landmarks = recordings.ROOM * for_pictures
    landmarks = pictures = 0
    if _free(data) < for_landmarks:
        lacking = int(for_landmarks * MARGIN) - _free(data)
        landmarks = recordings.give_up(data / "landmarks", lacking, now - SPARED)
    if _free(data) < for_pictures:
        lacking = int(for_pictures * MARGIN) - _free(data)
        shelf = Shelf(sessions, data / "evidence")
        pictures = shelf.forget(now - SPARED, "deleted as the disk was nearly full", lacking)
    return _said(Purged(pictures=pictures, landmarks=landmarks))


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _said(purged: Purged) -> Purged:
    counts = asdict(purged)
    if any(counts.values()):
        log.info("purged", **counts)
    return purged


class Shelf:
    """The pictures and the rows that name them."""

    def __init__(self, sessions: Sessions, folder: Path) -> None:
        self.folder = folder
        self._sessions = sessions

    def forget(self, before: datetime, note: str, enough: float = float("inf")) -> int:
        """Delete pictures of events met before, the oldest first, until so many bytes are free;
        how many they were. note: what their rows say instead. Held ones stay."""
        total = 0
        while enough > 0:
            with self._sessions() as session, session.begin():
                count, freed = self._forget_some(session, before, note, enough)
            if not count:
                break
            total += count
            enough -= freed
        return total

    def _forget_some(
        self, session: Session, before: datetime, note: str, enough: float
    ) -> tuple[int, int]:
        """A batch at most: how many, and their bytes."""
        gone, freed = [], 0
        for event, name in self._oldest(session, before):
            if freed >= enough:
                break
            freed += self._remove(name)
            gone.append(event)
        session.execute(
            update(Event).where(Event.id.in_(gone)).values(evidence=None, evidence_note=note)
        )
        return len(gone), freed

    def _oldest(self, session: Session, before: datetime) -> Sequence[Any]:
        return session.execute(
            select(Event.id, Event.evidence)
            .where(Event.met_at < before, Event.evidence.is_not(None), unheld())
            .order_by(Event.met_at)
            .limit(BATCH)
        ).all()

    def _remove(self, name: str) -> int:
        """Delete a picture; its bytes. A row cannot name a file outside the folder."""
        path = (self.folder / name).resolve()
        if not path.is_file() or not path.is_relative_to(self.folder.resolve()):
            return 0
        freed = path.stat().st_size
        path.unlink()
        return freed


def _forget_orphans(folder: Path, before: datetime) -> int:
    old = [path for path in folder.glob("*") if written_at(path) < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _fit_pictures(shelf: Shelf, most: int | None, now: datetime) -> int:
    excess = _excess(shelf.folder, most)
    note = "deleted: pictures took more room than they may"
    return shelf.forget(now, note, excess) if excess > 0 else 0


def _fit_landmarks(folder: Path, most: int | None, now: datetime) -> int:
    excess = _excess(folder, most)
    return recordings.give_up(folder, excess, now) if excess > 0 else 0


def _first_to_fit(sessions: Sessions, most: int | None) -> datetime:
    """The moment after the newest event for which there is no room within so many bytes."""
    newest = select(Event.met_at).order_by(Event.met_at.desc())
    with sessions() as session:
        over = most and session.scalar(newest.offset(most // EVENT_BYTES).limit(1))
    return over + timedelta(microseconds=1) if over else datetime.min.replace(tzinfo=UTC)


def _fit_minutes(sessions: Sessions, most: int | None) -> int:
    """Delete hour by hour from the oldest on until there are no more bytes than may be."""
    if most is None:
        return 0
    with sessions() as session:
        rows = sum(session.scalar(select(func.count()).select_from(t)) or 0 for t in OF_A_MINUTE)
    gone, excess = 0, rows - most // MINUTE_BYTES
    while gone < excess:
        with sessions() as session, session.begin():
            oldest = [session.scalar(select(func.min(table.minute))) for table in OF_A_MINUTE]
            until = min(minute for minute in oldest if minute is not None) + SLICE
            gone += sum(_delete_minutes(session, table, until) for table in OF_A_MINUTE)
    return gone


def _delete_minutes(session: Session, table: Any, until: datetime) -> int:
    old = delete(table).where(table.minute < until).returning(table.camera)
    return len(session.execute(old).all())


def _excess(folder: Path, most: int | None) -> int:
    """By how many bytes the files below a folder are more than they may be."""
    if most is None:
        return 0
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) - most


def _each(sessions: Sessions, step: Callable[[Session], int]) -> int:
    """Repeat a step, each time in a transaction of its own, until it finds nothing."""
    total = 0
    while True:
        with sessions() as session, session.begin():
            done = step(session)
        if not done:
            return total
        total += done


def _older(
    sessions: Sessions, table: Any, column: Any, before: datetime, *also: ColumnElement[bool]
) -> int:
    key = table.__mapper__.primary_key[0]

    def step(session: Session) -> int:
        old = session.scalars(select(key).where(column < before, *also).limit(BATCH)).all()
        session.execute(delete(table).where(key.in_(old)))
        return len(old)

    return _each(sessions, step)


def _minutes(sessions: Sessions, table: Any, before: datetime) -> int:
    """Deletes hour by hour from the oldest on."""

    def step(session: Session) -> int:
        oldest = session.scalar(select(func.min(table.minute)))
        if oldest is None or oldest >= before:
            return 0
        return _delete_minutes(session, table, min(before, oldest + SLICE))

    return _each(sessions, step)
