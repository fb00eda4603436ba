"""Scheduled work: each function does one unit of it and says whether there was any."""

from monitor.jobs.alerts import announce, deliver_one
from monitor.jobs.purge import Purged, Retention, purge
from monitor.jobs.report import report_one_day
from monitor.jobs.schedule import schedule
from monitor.jobs.upkeep import end_abandoned

__all__ = [
    "Purged",
    "Retention",
    "announce",
    "deliver_one",
    "end_abandoned",
    "purge",
    "report_one_day",
    "schedule",
]
