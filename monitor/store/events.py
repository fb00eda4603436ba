"""Events as the pages ask for them; those of the self-test are not among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, defer, joinedload

from monitor.daily import SEVERITIES
from monitor.store.tables import Event


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events; `None` means any. since <= met_at < until."""

    camera: str | None = None
    rule: str | None = None
    severity: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = [Event.test.is_(False)]
        for column, value in (
            (Event.camera, self.camera),
            (Event.rule, self.rule),
            (Event.severity, self.severity),
        ):
            if value is not None:
                conditions.append(column == value)
        if self.since is not None:
            conditions.append(Event.met_at >= self.since)
        if self.until is not None:
            conditions.append(Event.met_at < self.until)
        return conditions


def count(session: Session, wanted: Wanted) -> int:
    query = select(func.count()).select_from(Event).where(*wanted.conditions())
    return session.scalars(query).one()


def page(session: Session, wanted: Wanted, *, limit: int, offset: int = 0) -> Sequence[Event]:
    """The newest first, always in the same order; their tracks and angles are left out."""
    query = (
        select(Event)
        .options(
            defer(Event.track, raiseload=True),
            defer(Event.angles, raiseload=True),
            joinedload(Event.hold),
        )
        .where(*wanted.conditions())
        .order_by(Event.met_at.desc(), Event.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return session.scalars(query).all()


def begun(
    session: Session, cameras: Sequence[str], since: datetime, until: datetime
) -> Sequence[Event]:
    """Those of some cameras with since <= started_at < until, the oldest first; their tracks and
    angles are left out."""
    query = (
        select(Event)
        .options(defer(Event.track, raiseload=True), defer(Event.angles, raiseload=True))
        .where(
            Event.test.is_(False),
            Event.camera.in_(cameras),
            Event.started_at >= since,
            Event.started_at < until,
        )
        .order_by(Event.started_at, Event.camera, Event.rule, Event.slot)
    )
    return session.scalars(query).all()


def by_severity(session: Session, since: datetime, until: datetime) -> dict[str, int]:
    """How many events of each of `SEVERITIES` were met in this time."""
    query = (
        select(Event.severity, func.count())
        .where(*Wanted(since=since, until=until).conditions())
        .group_by(Event.severity)
    )
    counted = dict(session.execute(query).all())
    return {severity: counted.get(severity, 0) for severity in SEVERITIES}


def find(session: Session, event: UUID) -> Event | None:
    """With its hold."""
    return session.get(Event, event, options=[joinedload(Event.hold)])


def cameras(session: Session) -> list[str]:
    """Every camera that has an event, also those no longer in the settings."""
    query = select(Event.camera).where(Event.test.is_(False)).distinct().order_by(Event.camera)
    return list(session.scalars(query))


def rules(session: Session) -> dict[str, str]:
    """The title of every rule that has an event, by the rule's name."""
    query = (
        select(Event.rule, func.max(Event.rule_title))
        .where(Event.test.is_(False))
        .group_by(Event.rule)
        .order_by(Event.rule)
    )
    return dict(session.execute(query).all())


def self_tests(session: Session, since: datetime) -> dict[str, datetime]:
    """When each worker last passed its self-test, if since then; a worker goes by one of its
    cameras."""
    query = (
        select(Event.camera, func.max(Event.met_at))
        .where(Event.test.is_(True), Event.met_at >= since)
        .group_by(Event.camera)
        .order_by(Event.camera)
    )
    return dict(session.execute(query).all())
