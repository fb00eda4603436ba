"""The cameras: what they show, and how well they are followed."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, render_template, send_from_directory
from flask.typing import ResponseReturnValue

from dashboard.config import house
from dashboard.words import watching
from monitor.posture.coach import LEAST_S
from monitor.store import cameras, minutes

LAST_MINUTE = timedelta(minutes=3)
"""A minute older than this says nothing about now."""

pages = Blueprint("cameras", __name__, url_prefix="/cameras")


@pages.get("/")
def index() -> str:
    return render_template("cameras.html", **_now())


@pages.get("/now")
def now() -> str:
    """The part of the page that is renewed every few seconds."""
    return render_template("_cameras.html", **_now())


@pages.get("/<name>/picture.jpg")
def picture(name: str) -> ResponseReturnValue:
    """The last picture, heads blurred."""
    here = house()
    with here.sessions() as store:
        [standing] = cameras.standings(store, [name], here.clock.now())
    if name not in here.cameras or standing.row is None or standing.row.snapshot is None:
        abort(404)
    answer = send_from_directory(here.data / "snapshots", standing.row.snapshot)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _now() -> dict[str, Any]:
    here = house()
    at = here.clock.now()
    with here.sessions() as store:
        standing = cameras.standings(store, here.cameras, at)
        return {
            "cameras": standing,
            "watching": watching(standing),
            "coach_needs_s": LEAST_S,
            "minutes": minutes.latest(store, here.cameras, at - LAST_MINUTE),
        }
