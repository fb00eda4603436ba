"""Ending what nobody will end any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from monitor.store.tables import Event, Incident

OVERSEEN = ("alone", "stall")
"""The incidents that the supervisor begins and ends itself."""


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """The worker of these cameras is gone. everything: so was the supervisor."""

    cameras: Sequence[str]
    at: datetime
    everything: bool = False


def close_left_open(session: Session, left: LeftOpen) -> int:
    """End what is open: events where they were last seen, incidents at `left.at`; how many."""
    events = session.scalars(
        select(Event).where(Event.camera.in_(left.cameras), Event.ended_at.is_(None))
    ).all()
    for event in events:
        event.ended_at = event.seen_at
    theirs = Incident.camera.in_(left.cameras)
    of_workers = and_(theirs, Incident.kind.not_in(OVERSEEN))
    overseen = and_(or_(theirs, Incident.camera.is_(None)), Incident.kind.in_(OVERSEEN))
    whose = or_(of_workers, overseen) if left.everything else of_workers
    incidents = session.scalars(select(Incident).where(whose, Incident.ended_at.is_(None))).all()
    for incident in incidents:
        incident.ended_at = left.at
    return len(events) + len(incidents)
