"""The first page: are the cameras watched, and what happened today."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template

from dashboard.config import house
from dashboard.words import watching
from monitor.daily import bounds
from monitor.store import cameras, events, incidents, minutes

LATEST = 8

SELF_TESTED = timedelta(hours=25)
"""Every worker tests itself daily; a worker started anew, soon."""

pages = Blueprint("overview", __name__)


@pages.get("/")
def index() -> str:
    return render_template("overview.html", **_now())


@pages.get("/now")
def now() -> str:
    """The part of the overview that is renewed every few seconds."""
    return render_template("_overview.html", **_now())


def _now() -> dict[str, Any]:
    here = house()
    at = here.clock.now()
    since, until = bounds(at.astimezone(here.zone).date(), here.zone)
    with here.sessions() as store:
        standing = cameras.standings(store, here.cameras, at)
        covered = minutes.coverage(store, here.cameras, since, minutes.told_until(at, since))
        return {
            "cameras": standing,
            "watching": watching(standing),
            "covered": covered,
            "all_covered": minutes.together(covered.values()),
            "counts": events.by_severity(store, since, until),
            "latest": events.page(store, events.Wanted(), limit=LATEST),
            "incidents": incidents.to_show(store, at),
            "self_tests": events.self_tests(store, at - SELF_TESTED),
        }
