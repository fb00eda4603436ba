"""Nothing is kept for longer than the settings say."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from monitor import recordings
from monitor.store.database import Sessions
from monitor.store.tables import (
    Analysis,
    CoverageMinute,
    Event,
    Incident,
    MovementMinute,
    Outbox,
    PostureMinute,
)

log = structlog.get_logger()

BATCH = 500
"""Rows changed in one transaction, so that a worker never waits long for the database."""

SLICE = timedelta(hours=1)
"""Minutes deleted in one transaction."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Ages in days; landmarks after 0 days are none. Incidents and outbox rows are kept as long
    as events."""

    evidence_days: int
    events_days: int
    minutes_days: int
    uploads_days: int
    landmarks_days: int


@dataclass(frozen=True, slots=True)
class Purged:
    """How much was deleted: pictures and landmarks (files) and rows."""

    pictures: int
    landmarks: int
    events: int
    minutes: int
    incidents: int
    messages: int
    analyses: int


def purge(sessions: Sessions, data: Path, retention: Retention, now: datetime) -> Purged:
    """Delete what is older than asked for, files before the rows that name them.

    An event outlives its picture: its row then says why there is none. Pictures that no row names
    go by the age of the file.
    """
    folder = data / "evidence"
    before_events = now - timedelta(days=retention.events_days)
    before_evidence = now - timedelta(days=min(retention.evidence_days, retention.events_days))
    before_minutes = now - timedelta(days=retention.minutes_days)
    before_landmarks = now - timedelta(days=retention.landmarks_days)
    before_uploads = now - timedelta(days=retention.uploads_days)
    note = f"deleted after {retention.evidence_days} days"
    named = _each(sessions, lambda s: _forget_pictures(s, folder, before_evidence, note))
    purged = Purged(
        pictures=named + _sweep(folder, before_evidence),
        landmarks=recordings.purge(data / "landmarks", before_landmarks),
        events=_older(sessions, Event, Event.met_at, before_events),
        minutes=sum(
            _minutes(sessions, table, before_minutes)
            for table in (CoverageMinute, PostureMinute, MovementMinute)
        ),
        incidents=_older(sessions, Incident, Incident.ended_at, before_events),
        messages=_older(sessions, Outbox, Outbox.created_at, before_events),
        analyses=_older(sessions, Analysis, Analysis.created_at, before_uploads),
    )
    counts = asdict(purged)
    if any(counts.values()):
        log.info("purged", **counts)
    return purged


def _each(sessions: Sessions, step: Callable[[Session], int]) -> int:
    """Repeat a step, each time in a transaction of its own, until it finds nothing."""
    total = 0
    while True:
        with sessions() as session, session.begin():
            done = step(session)
        if not done:
            return total
        total += done


def _forget_pictures(session: Session, folder: Path, before: datetime, note: str) -> int:
    old = session.execute(
        select(Event.id, Event.evidence)
        .where(Event.met_at < before, Event.evidence.is_not(None))
        .limit(BATCH)
    ).all()
    for row in old:
        _remove(folder, row.evidence)
    session.execute(
        update(Event)
        .where(Event.id.in_([row.id for row in old]))
        .values(evidence=None, evidence_note=note)
    )
    return len(old)


def _remove(folder: Path, name: str) -> None:
    """Delete a picture; a row cannot name a file outside the folder."""
    path = (folder / name).resolve()
    if path.is_relative_to(folder.resolve()):
        path.unlink(missing_ok=True)


def _sweep(folder: Path, before: datetime) -> int:
    """Delete the old files below a folder; how many they were."""
    old = [
        path
        for path in folder.rglob("*")
        if path.is_file() and datetime.fromtimestamp(path.stat().st_mtime, UTC) < before
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _older(sessions: Sessions, table: Any, column: Any, before: datetime) -> int:
    key = table.__mapper__.primary_key[0]

    def step(session: Session) -> int:
        old = session.scalars(select(key).where(column < before).limit(BATCH)).all()
        session.execute(delete(table).where(key.in_(old)))
        return len(old)

    return _each(sessions, step)


def _minutes(sessions: Sessions, table: Any, before: datetime) -> int:
    """Deletes hour by hour from the oldest on."""

    def step(session: Session) -> int:
        oldest = session.scalar(select(func.min(table.minute)))
        if oldest is None or oldest >= before:
            return 0
        until = min(before, oldest + SLICE)
        return len(
            session.execute(delete(table).where(table.minute < until).returning(table.camera)).all()
        )

    return _each(sessions, step)
