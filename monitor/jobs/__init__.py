"""Scheduled work: each function does one unit of it and says whether there was any."""

from monitor.jobs.alerts import announce, deliver_one
from monitor.jobs.health import check_store, shorten_log
from monitor.jobs.purge import Purged, Retention, make_room, purge
from monitor.jobs.report import report_one_day
from monitor.jobs.schedule import schedule
from monitor.jobs.sweep import LooseEnds, loose_ends, sweep
from monitor.jobs.upkeep import end_abandoned

__all__ = [
    "LooseEnds",
    "Purged",
    "Retention",
    "announce",
    "check_store",
    "deliver_one",
    "end_abandoned",
    "loose_ends",
    "make_room",
    "purge",
    "report_one_day",
    "schedule",
    "shorten_log",
    "sweep",
]
