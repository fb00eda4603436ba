"""What is to be told to whom: one row per receiver, until it has accepted it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from monitor.store.insert import insert_new
from monitor.store.tables import Event, Incident, Outbox

EVENT, DOWN, UP = "event.started", "camera.down", "camera.up"
TROUBLE, WELL = "site.trouble", "site.well"

OUTAGES = ("down", "frozen", "black", "covered", "defocused", "worker")
"""The incidents during which a camera does not watch."""

NOTICES = ("moved", "size", "rate")
"""Those during which it watches, and somebody should look at it. They are told like an outage; of
their end nobody is told."""

STALL = "stall"

TROUBLES = ("store", "selftest", STALL)
"""The incidents that tell that Plumbline itself is not to be relied on."""

JUST_BEFORE = timedelta(seconds=30)
"""A stall is noticed this long after the first of its cameras went down, or sooner."""

TOLD = ((OUTAGES, DOWN, UP), (NOTICES, DOWN, None), (TROUBLES, TROUBLE, WELL))
"""Which incidents are told, and how their beginning and their end are."""

LEASE = timedelta(minutes=2)
"""How long a row taken for sending is nobody else's; longer than any notifier may take."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 10.0, 3600.0

STILL_NEWS = timedelta(minutes=10)
"""An outage that was over before is not told any more (ours)."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Someone to be told, by the name in the settings, of events this severe."""

    name: str
    severities: frozenset[str]


def announce_event(
    session: Session, event: Event, receivers: Sequence[Receiver], now: datetime
) -> int:
    """Put an event into the outbox, once per receiver however often it is called.

    Returns how many receivers are newly to be told; test events are told to nobody.
    """
    if event.test:
        return 0
    asked = [receiver for receiver in receivers if event.severity in receiver.severities]
    return _put(session, asked, EVENT, event.id, payload=_event_data(event), now=now)


def announce_camera(
    session: Session, incident: Incident, kind: str, receivers: Sequence[Receiver], now: datetime
) -> int:
    """Put the beginning or the end of an incident into the outbox, once per receiver."""
    return _put(session, receivers, kind, incident.id, payload=_incident_data(incident), now=now)


def announce_outages(
    session: Session, receivers: Sequence[Receiver], now: datetime, after: float
) -> int:
    """Tell of outages longer than `after` seconds, and of their end; each once.

    The end is told to those who have accepted the message of its beginning, so that the two
    arrive in their order.
    """
    by_name = {receiver.name: receiver for receiver in receivers}
    stalls = session.scalars(_running_or_just_over((STALL,), now, 0.0)).all()
    told = 0
    for kinds, begun, over in TOLD:
        for incident in session.scalars(_running_or_just_over(kinds, now, after)).all():
            lasted = (incident.ended_at or now) - incident.started_at
            if lasted.total_seconds() > after and not _of_a_stall(incident, stalls):
                told += announce_camera(session, incident, begun, receivers, now)
        if over is None:
            continue
        for name, incident in session.execute(_over_but_not_told(kinds, begun, over)).all():
            if name in by_name:
                told += announce_camera(session, incident, over, [by_name[name]], now)
    return told


def _of_a_stall(incident: Incident, stalls: Sequence[Incident]) -> bool:
    """Whether a camera went down together with others, and came back with them: that is told
    once, for all of them."""
    return incident.kind == "down" and any(
        stall.started_at - JUST_BEFORE <= incident.started_at
        and (
            stall.ended_at is None
            or (incident.ended_at is not None and incident.started_at <= stall.ended_at)
        )
        for stall in stalls
    )


def _running_or_just_over(kinds: Sequence[str], now: datetime, after: float) -> Any:
    return select(Incident).where(
        Incident.kind.in_(kinds),
        Incident.started_at <= now - timedelta(seconds=after),
        or_(Incident.ended_at.is_(None), Incident.ended_at > now - STILL_NEWS),
    )


def _over_but_not_told(kinds: Sequence[str], begun: str, over: str) -> Any:
    up = aliased(Outbox)
    return (
        select(Outbox.receiver, Incident)
        .join(Incident, Incident.id == Outbox.subject)
        .where(
            Outbox.kind == begun,
            Incident.kind.in_(kinds),
            Outbox.delivered_at.is_not(None),
            Incident.ended_at.is_not(None),
            ~exists().where(
                up.subject == Outbox.subject, up.kind == over, up.receiver == Outbox.receiver
            ),
        )
    )


def _put(
    session: Session,
    receivers: Sequence[Receiver],
    kind: str,
    subject: UUID,
    *,
    payload: dict[str, Any],
    now: datetime,
) -> int:
    rows = [
        {
            "id": uuid4(),
            "receiver": receiver.name,
            "kind": kind,
            "subject": subject,
            "payload": payload,
            "created_at": now,
            "attempts": 0,
            "next_at": now,
        }
        for receiver in receivers
    ]
    return insert_new(session, Outbox, rows, Outbox.id)


def _event_data(event: Event) -> dict[str, Any]:
    return {
        "event": str(event.id),
        "camera": event.camera,
        "zone": event.zone,
        "severity": event.severity,
        "rule": event.rule,
        "rule_title": event.rule_title,
        "measure": event.measure,
        "unit": event.unit,
        "limit": event.limit,
        "value": event.peak,
        "started_at": event.started_at.isoformat(),
        "met_at": event.met_at.isoformat(),
        "advice": event.advice,
    }


def _incident_data(incident: Incident) -> dict[str, Any]:
    return {
        "incident": str(incident.id),
        "camera": incident.camera,
        "incident_kind": incident.kind,
        "watching": incident.kind in NOTICES,
        "reason": incident.reason,
        "started_at": incident.started_at.isoformat(),
        "ended_at": incident.ended_at.isoformat() if incident.ended_at else None,
    }


def take_due(session: Session, now: datetime) -> Outbox | None:
    """The row to be sent next, taken from everybody else for `LEASE`; commit before sending.

    Rows tried least come first, so that a dead receiver never holds up another's alerts.
    """
    due = (Outbox.delivered_at.is_(None), Outbox.next_at <= now)
    first = (
        select(Outbox.id)
        .where(*due)
        .order_by(Outbox.attempts, Outbox.next_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taken = (
        update(Outbox)
        .where(Outbox.id == first, *due)
        .values(next_at=now + LEASE, attempts=Outbox.attempts + 1)
        .returning(Outbox)
    )
    return session.scalars(taken).first()


def delivered(session: Session, row: UUID, now: datetime) -> None:
    session.execute(
        update(Outbox).where(Outbox.id == row).values(delivered_at=now, last_error=None)
    )


def failed(session: Session, row: UUID, attempts: int, error: str, now: datetime) -> None:
    """Note why, and try again later: after 10 s, 20 s, … up to every hour, for ever."""
    session.execute(
        update(Outbox)
        .where(Outbox.id == row)
        .values(last_error=error, next_at=now + pause(attempts))
    )


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts."""
    return timedelta(seconds=min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(attempts - 1, 10)))
