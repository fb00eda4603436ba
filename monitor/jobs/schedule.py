"""When everything is done. One scheduler suffices; two do no harm."""

import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from monitor.clock import Clock
from monitor.jobs.alerts import announce, deliver_one
from monitor.jobs.health import check_store, shorten_log
from monitor.jobs.purge import Retention, make_room, purge
from monitor.jobs.report import report_one_day
from monitor.jobs.sweep import sweep
from monitor.jobs.upkeep import end_abandoned
from monitor.notify.message import Notifier
from monitor.store.database import Sessions
from monitor.store.outbox import Receiver

log = structlog.get_logger()

PURGE_AT = time(3, 30)
"""Local time at which little is going on (ours)."""

CHECK_AT = time(4, 30)
"""After the purge, which leaves most to check."""

THOROUGH_ON = 6
"""The weekday of the thorough check: Sunday (ours)."""

YOUNG = timedelta(days=1)
"""What a running worker wrote longer ago than this has its row (ours)."""


def schedule(
    sessions: Sessions,
    *,
    data: Path,
    site_name: str,
    zone: ZoneInfo,
    cameras: Sequence[str],
    notifiers: Mapping[str, Notifier],
    receivers: Sequence[Receiver],
    dashboard: str | None,
    camera_down_after_s: float,
    daily_at: time,
    retention: Retention,
    keep_free_mb: int,
    clock: Clock,
    by: str,
) -> BackgroundScheduler:
    """A scheduler, not yet started, with all jobs; local times are those of `zone`.

    by: names this process in the claims of reports.
    """

    def alerts() -> None:
        announce(sessions, receivers, clock.now(), camera_down_after_s)
        while deliver_one(sessions, notifiers, clock.now(), zone=zone, dashboard=dashboard):
            pass

    def minute() -> None:
        end_abandoned(sessions, clock.now())

    def report() -> None:
        folder = data / "reports"
        while report_one_day(
            sessions, folder, site_name, zone, cameras, due_at=daily_at, now=clock.now(), by=by
        ):
            pass

    def log_kept_short() -> None:
        shorten_log(sessions)

    def check() -> None:
        now = clock.now()
        check_store(sessions, now, thorough=now.astimezone(zone).weekday() == THOROUGH_ON)

    def room() -> None:
        make_room(sessions, data, keep_free_mb, clock.now())

    def nightly() -> None:
        purge(sessions, data, retention, clock.now())
        sweep(sessions, data, clock.now() - YOUNG)

    scheduler = BackgroundScheduler(
        timezone=zone,
        job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
    )
    for name, work, trigger in (
        ("alerts", alerts, IntervalTrigger(seconds=5)),
        ("minute", minute, IntervalTrigger(minutes=1)),
        ("report", report, OrTrigger([_daily(daily_at, zone), IntervalTrigger(hours=1)])),
        ("room", room, IntervalTrigger(minutes=1)),
        ("log", log_kept_short, IntervalTrigger(hours=1)),
        ("purge", nightly, _daily(PURGE_AT, zone)),
        ("check", check, _daily(CHECK_AT, zone)),
    ):
        job = Job(name, work)
        scheduler.add_job(job, trigger, id=name, next_run_time=clock.now())
    return scheduler


def _daily(at: time, zone: ZoneInfo) -> CronTrigger:
    return CronTrigger(hour=at.hour, minute=at.minute, second=at.second, timezone=zone)


class Job:
    """Work that never raises: it says once that it fails, and once that it is well again."""

    def __init__(self, name: str, work: Callable[[], None]):
        self._name = name
        self._work = work
        self._failure: str | None = None

    def __call__(self) -> None:
        try:
            self._work()
        except Exception as e:  # noqa: BLE001 - the last place: whatever it is, the others go on
            self._failed(e)
        else:
            self._succeeded()

    def _failed(self, error: Exception) -> None:
        failure = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
        if failure != self._failure:
            trace = "".join(traceback.format_tb(error.__traceback__))
            log.error("job failing", job=self._name, error=failure, trace=trace)
        self._failure = failure

    def _succeeded(self) -> None:
        if self._failure is not None:
            log.info("job well again", job=self._name)
        self._failure = None
