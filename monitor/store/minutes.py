"""Minutes of coverage, added up: what was watched, blind, or neither."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Subquery, case, func, select
from sqlalchemy.orm import Session

from monitor.store.tables import CoverageMinute

MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """Seconds of a stretch of time; people_s and unmeasured_s are person-seconds."""

    total_s: float
    watched_s: float = 0.0
    blind_s: float = 0.0
    people_s: float = 0.0
    unmeasured_s: float = 0.0

    @property
    def off_s(self) -> float:
        return max(0.0, self.total_s - self.watched_s - self.blind_s)

    @property
    def watched(self) -> float:
        """Share of the whole time, 0..1; 0 when there was no time."""
        return self._share(self.watched_s)

    @property
    def blind(self) -> float:
        return self._share(self.blind_s)

    @property
    def off(self) -> float:
        return max(0.0, 1.0 - self.watched - self.blind)

    @property
    def unmeasured(self) -> float | None:
        """Share of the people's time whose trunk could not be measured; `None`: nobody came."""
        return min(1.0, self.unmeasured_s / self.people_s) if self.people_s > 0 else None

    def _share(self, seconds: float) -> float:
        return min(1.0, seconds / self.total_s) if self.total_s > 0 else 0.0


def coverage(
    session: Session, cameras: Sequence[str], since: datetime, until: datetime
) -> dict[str, Coverage]:
    """Each camera's coverage of the minutes that begin in since <= minute < until."""
    minutes = whole_minutes(since, until, cameras)
    query = select(
        minutes.c.camera,
        func.sum(minutes.c.watched_s),
        func.sum(minutes.c.blind_s),
        func.sum(minutes.c.people_s),
        func.sum(minutes.c.unmeasured_s),
    ).group_by(minutes.c.camera)
    total_s = max(0.0, (until - since).total_seconds())
    seen = {camera: Coverage(total_s, *seconds) for camera, *seconds in session.execute(query)}
    return {camera: seen.get(camera, Coverage(total_s)) for camera in cameras}


def whole_minutes(
    since: datetime, until: datetime, cameras: Sequence[str] | None = None
) -> Subquery:
    """Camera and minute with the sums of `watched_s`, `blind_s`, `people_s` and `unmeasured_s`,
    for since <= minute < until. A minute never counts for more than its 60 seconds, whoever
    wrote it: a clock that was set back shows some of them twice."""
    watched = func.sum(CoverageMinute.watched_s)
    query = select(
        CoverageMinute.camera,
        CoverageMinute.minute,
        _at_most(watched, MINUTE_S).label("watched_s"),
        _at_most(func.sum(CoverageMinute.blind_s), MINUTE_S - _at_most(watched, MINUTE_S)).label(
            "blind_s"
        ),
        func.sum(CoverageMinute.people_s).label("people_s"),
        func.sum(CoverageMinute.unmeasured_s).label("unmeasured_s"),
    ).where(CoverageMinute.minute >= since, CoverageMinute.minute < until)
    if cameras is not None:
        query = query.where(CoverageMinute.camera.in_(cameras))
    return query.group_by(CoverageMinute.camera, CoverageMinute.minute).subquery()


def _at_most(value: Any, limit: Any) -> ColumnElement[float]:
    return case((value > limit, limit), else_=value)


def watched_s(
    session: Session, camera: str, since: datetime, until: datetime
) -> dict[datetime, float]:
    """Seconds watched of each minute that begins in since <= minute < until and is known."""
    query = (
        select(CoverageMinute.minute, func.sum(CoverageMinute.watched_s))
        .where(
            CoverageMinute.camera == camera,
            CoverageMinute.minute >= since,
            CoverageMinute.minute < until,
        )
        .group_by(CoverageMinute.minute)
    )
    return dict(session.execute(query).all())


def together(parts: Iterable[Coverage]) -> Coverage:
    """The coverage of several cameras as one."""
    parts = list(parts)
    return Coverage(
        sum(part.total_s for part in parts),
        sum(part.watched_s for part in parts),
        sum(part.blind_s for part in parts),
        sum(part.people_s for part in parts),
        sum(part.unmeasured_s for part in parts),
    )


def latest(session: Session, cameras: Sequence[str], since: datetime) -> dict[str, CoverageMinute]:
    """Each camera's newest minute that began at `since` or later; cameras without are left out."""
    query = (
        select(CoverageMinute)
        .where(CoverageMinute.camera.in_(cameras), CoverageMinute.minute >= since)
        .order_by(CoverageMinute.minute)
    )
    return {row.camera: row for row in session.scalars(query)}


def told_until(now: datetime, since: datetime) -> datetime:
    """Up to where coverage can be told: the minute going on has no row yet, and the one before it
    may be on its way for a few seconds."""
    return max(since, (now - timedelta(seconds=5)).replace(second=0, microsecond=0))
