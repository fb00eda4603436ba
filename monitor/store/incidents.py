"""What was not well, for the pages."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.store.tables import Incident


def unended(session: Session) -> Sequence[Incident]:
    """What is not well now, the oldest first."""
    query = (
        select(Incident)
        .where(Incident.ended_at.is_(None))
        .order_by(Incident.started_at, Incident.id)
    )
    return session.scalars(query).all()
