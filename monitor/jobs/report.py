"""The daily report, written as files."""

from collections.abc import Sequence
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from monitor.durable import write_durably
from monitor.reports.daily import to_csv, to_html
from monitor.store import reports
from monitor.store.daily import daily_report
from monitor.store.database import Sessions

log = structlog.get_logger()

DAILY = "daily"


def report_one_day(
    sessions: Sessions,
    folder: Path,
    site_name: str,
    zone: ZoneInfo,
    cameras: Sequence[str],
    *,
    due_at: time,
    now: datetime,
    by: str,
) -> bool:
    """Write `daily-YYYY-MM-DD.csv` and `.html` of the oldest day that has none yet.

    A day is due from `due_at`, local time, of the next day on; a machine that was off then makes
    up for it. Of several schedulers one makes it; when that one dies or fails, another may after
    15 minutes.
    """
    with sessions() as session, session.begin():
        days = reports.missing_days(session, DAILY, zone, due_at, now)
        day = next((d for d in days if reports.claim(session, DAILY, d, by, now)), None)
    if day is None:
        return False
    with sessions() as session:
        report = daily_report(session, day, zone, cameras, now)
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{DAILY}-{day.isoformat()}"
    write_durably(folder / f"{stem}.csv", to_csv(report).encode("utf-8-sig"))
    write_durably(folder / f"{stem}.html", to_html(report, site_name).encode())
    with sessions() as session, session.begin():
        reports.made(session, DAILY, day, [f"{stem}.csv", f"{stem}.html"], now)
    log.info("report made", day=day.isoformat(), summary=report.summary)
    return True
