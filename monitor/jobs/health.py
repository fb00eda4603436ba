"""The database is looked after: its log kept short, its pages checked."""

from datetime import datetime

import structlog

from monitor.store import health, incidents
from monitor.store.database import Sessions

log = structlog.get_logger()

KIND = "store"


def shorten_log(sessions: Sessions) -> None:
    with sessions() as session:
        health.checkpoint(session)


def check_store(sessions: Sessions, now: datetime, *, thorough: bool) -> bool:
    """Whether the database is sound; if not, an incident says what is wrong until it is again."""
    with sessions() as session:
        faults = health.faults(session, thorough=thorough)
    reason = f"the database is damaged ({'; '.join(faults)}); restore a backup"
    with sessions() as session, session.begin():
        if faults and incidents.begin(session, KIND, reason, now):
            log.error("incident begun", kind=KIND, reason=reason)
        elif not faults and incidents.end(session, KIND, now):
            log.info("incident ended", kind=KIND)
    return not faults
