"""Alerts out: what is in the outbox goes to its receivers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from monitor.errors import NotifyError
from monitor.notify.message import Notifier, message_of
from monitor.store import outbox
from monitor.store.database import Sessions

log = structlog.get_logger()


def deliver_one(
    sessions: Sessions,
    notifiers: Mapping[str, Notifier],
    now: datetime,
    *,
    zone: ZoneInfo,
    dashboard: str | None = None,
) -> bool:
    """Send the message that is due next. dashboard: its address, for links.

    A message is sent again when its receiver did not accept it, and when this process died before
    it could note that it had; its id stays the same.
    """
    with sessions() as session, session.begin():
        row = outbox.take_due(session, now)
    if row is None:
        return False
    try:
        message = message_of(row.id, row.kind, row.payload, zone, dashboard)
        _notifier(notifiers, row.receiver).send(message)
    except NotifyError as e:
        with sessions() as session, session.begin():
            outbox.failed(session, row.id, row.attempts, str(e), now)
        log.warning("alert refused", receiver=row.receiver, error=str(e), attempts=row.attempts)
        return True
    with sessions() as session, session.begin():
        outbox.delivered(session, row.id, now)
    log.info("alert delivered", receiver=row.receiver, kind=row.kind, attempts=row.attempts)
    return True


def _notifier(notifiers: Mapping[str, Notifier], name: str) -> Notifier:
    try:
        return notifiers[name]
    except KeyError as e:
        raise NotifyError(f"{name} is no longer in the settings") from e


def announce(
    sessions: Sessions, receivers: Sequence[outbox.Receiver], now: datetime, after_s: float
) -> bool:
    """Put outages longer than `after_s`, and their ends, into the outbox."""
    with sessions() as session, session.begin():
        return outbox.announce_outages(session, receivers, now, after_s) > 0
