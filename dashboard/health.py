"""For those who watch the watcher."""

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError

from dashboard.config import house
from monitor.store import cameras
from monitor.store.cameras import Standing

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@pages.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Ready: the database answers, a worker answers for every camera, and one is watched."""
    here = house()
    try:
        with here.sessions() as store:
            standing = cameras.standings(store, here.cameras, here.clock.now())
    except OperationalError:
        return {"ready": False, "database": {"ok": False}}, 503
    report = _report(standing)
    return report, 200 if report["ready"] else 503


def _report(standing: list[Standing]) -> dict[str, Any]:
    silent = [camera.name for camera in standing if not camera.fresh]
    watched = [camera for camera in standing if camera.watched]
    return {
        "ready": bool(watched) and not silent,
        "database": {"ok": True},
        "workers": {"ok": not silent, "silent": silent},
        "cameras": {
            "ok": bool(watched),
            "watched": len(watched),
            "states": {camera.name: camera.state for camera in standing},
            "reasons": {camera.name: camera.reason for camera in standing if not camera.watched},
        },
    }
