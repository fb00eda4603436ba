"""Ending what nobody will end any more."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.store.tables import Event, Incident


def close_left_open(session: Session, cameras: Sequence[str], now: datetime) -> int:
    """End the open events (where they were last seen) and incidents of cameras whose worker is
    gone; how many there were."""
    events = session.scalars(
        select(Event).where(Event.camera.in_(cameras), Event.ended_at.is_(None))
    ).all()
    for event in events:
        event.ended_at = event.seen_at
        event.revision += 1
    incidents = session.scalars(
        select(Incident).where(Incident.camera.in_(cameras), Incident.ended_at.is_(None))
    ).all()
    for incident in incidents:
        incident.ended_at = now
    return len(events) + len(incidents)
