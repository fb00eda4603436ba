"""Events that are held: they and their pictures are not deleted, however old they are."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists
from sqlalchemy.orm import Session

from monitor.store.insert import insert_new
from monitor.store.tables import Event, Hold


def hold(session: Session, event: UUID, by: str, reason: str, now: datetime) -> bool:
    """Whether it was not held yet; who held it first stays."""
    row = {"event": event, "held_at": now, "held_by": by, "reason": reason}
    return insert_new(session, Hold, [row], Hold.event) > 0


def release(session: Session, event: UUID) -> bool:
    """Whether it was held."""
    freed = session.scalars(delete(Hold).where(Hold.event == event).returning(Hold.event))
    return freed.first() is not None


def unheld() -> ColumnElement[bool]:
    """The condition that an event may be deleted."""
    return ~exists().where(Hold.event == Event.id)
