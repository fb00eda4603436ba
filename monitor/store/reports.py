"""Which report of which day is made, by whom: each once."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from monitor.daily import bounds
from monitor.store.insert import insert_new
from monitor.store.tables import CoverageMinute, Event, Report

TAKEN_OVER_AFTER = timedelta(minutes=15)
"""A claim this old without a report was left by a scheduler that died (ours)."""

LOOK_BACK_DAYS = 31


def claim(session: Session, kind: str, day: date, by: str, now: datetime) -> bool:
    """Whether this scheduler is the one to make the report; the others are told no."""
    row = {
        "kind": kind,
        "day": day,
        "claimed_by": by,
        "claimed_at": now,
        "made_at": None,
        "files": [],
    }
    if insert_new(session, Report, [row], Report.day):
        return True
    taken_over = (
        update(Report)
        .where(
            Report.kind == kind,
            Report.day == day,
            Report.made_at.is_(None),
            Report.claimed_at <= now - TAKEN_OVER_AFTER,
        )
        .values(claimed_by=by, claimed_at=now)
        .returning(Report.day)
    )
    return session.execute(taken_over).first() is not None


def made(session: Session, kind: str, day: date, files: list[str], now: datetime) -> None:
    """The report is written; files: their names in the folder of reports."""
    session.execute(
        update(Report)
        .where(Report.kind == kind, Report.day == day)
        .values(made_at=now, files=files)
    )


def missing_days(
    session: Session, kind: str, zone: ZoneInfo, due_at: time, now: datetime
) -> list[date]:
    """The local days without a report whose time for it has come.

    A day is reported from `due_at`, local time, of the next day on. Looks back 31 days and leaves
    out days without any data. Days that nobody has claimed yet come first, then oldest first: a
    day that cannot be made never holds up the others.
    """
    local = now.astimezone(zone)
    last = local.date() - timedelta(days=1 if local.time() >= due_at else 2)
    days = [last - timedelta(days=back) for back in reversed(range(LOOK_BACK_DAYS))]
    known = dict(
        session.execute(
            select(Report.day, Report.made_at).where(Report.kind == kind, Report.day >= days[0])
        ).all()
    )
    missing = [day for day in days if known.get(day) is None and _has_data(session, day, zone)]
    return sorted(missing, key=lambda day: (day in known, day))


def _has_data(session: Session, day: date, zone: ZoneInfo) -> bool:
    start, end = bounds(day, zone)
    watched = exists().where(CoverageMinute.minute >= start, CoverageMinute.minute < end)
    told = exists().where(Event.met_at >= start, Event.met_at < end, Event.test.is_(False))
    return any(session.scalar(select(data)) for data in (watched, told))
