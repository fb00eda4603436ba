"""What was not well: for the pages, and from whoever sees it beside the workers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from monitor.store.tables import Incident

LATELY = timedelta(hours=1)
"""So long a clock that was set is shown: it took no time, and dates before it are wrong."""


def to_show(session: Session, now: datetime) -> Sequence[Incident]:
    """What is not well now, the oldest first, and when the clock was set lately."""
    set_lately = and_(Incident.kind == "clock", Incident.started_at > now - LATELY)
    query = (
        select(Incident)
        .where(or_(Incident.ended_at.is_(None), set_lately))
        .order_by(Incident.started_at, Incident.id)
    )
    return session.scalars(query).all()


def begin(session: Session, kind: str, reason: str, now: datetime) -> bool:
    """Something of the whole site is not well; whether that is news."""
    running = select(Incident.id).where(*_running(kind))
    if session.scalars(running).first() is not None:
        return False
    session.add(Incident(id=uuid4(), camera=None, kind=kind, reason=reason, started_at=now))
    return True


def end(session: Session, kind: str, now: datetime) -> bool:
    """It is well; whether that is news."""
    ended = update(Incident).where(*_running(kind)).values(ended_at=now).returning(Incident.id)
    return bool(session.scalars(ended).all())


def _running(kind: str) -> tuple[ColumnElement[bool], ...]:
    return (Incident.kind == kind, Incident.camera.is_(None), Incident.ended_at.is_(None))
