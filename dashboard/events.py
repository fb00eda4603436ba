"""The events: all of them by filter, and one by one."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import UUID

import structlog
from flask import (
    Blueprint,
    abort,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.security import safe_join

from dashboard.chart import chart_of
from dashboard.config import house
from dashboard.days import BadDayError, day_of
from dashboard.words import why
from monitor.daily import SEVERITIES, bounds
from monitor.ergonomics.advice import Advice, for_event
from monitor.posture.model import ANGLES, Angle
from monitor.store import events, holds, minutes
from monitor.store.minutes import Coverage
from monitor.store.tables import Event

A_PAGE = 25

REASON = 200
"""The longest reason for which an event is held, in characters."""

log = structlog.get_logger()

pages = Blueprint("events", __name__)


@dataclass(frozen=True, slots=True)
class Filter:
    """What the visitor asked for; problem: why that cannot be."""

    camera: str = ""
    rule: str = ""
    severity: str = ""
    day: date | None = None
    page: int = 1
    problem: str | None = None

    @property
    def any(self) -> bool:
        return bool(self.camera or self.rule or self.severity or self.day)

    def query(self, page: int) -> dict[str, str]:
        """The same filter as the query of an address."""
        said = {
            "camera": self.camera,
            "rule": self.rule,
            "severity": self.severity,
            "day": self.day.isoformat() if self.day else "",
            "page": str(page) if page > 1 else "",
        }
        return {name: value for name, value in said.items() if value}

    def wanted(self) -> events.Wanted:
        since, until = bounds(self.day, house().zone) if self.day else (None, None)
        return events.Wanted(
            self.camera or None, self.rule or None, self.severity or None, since, until
        )


@pages.get("/events")
def index() -> ResponseReturnValue:
    here = house()
    with here.sessions() as store:
        cameras = list(dict.fromkeys([*here.cameras, *events.cameras(store)]))
        rules = events.rules(store)
        asked = _filter(request.args, cameras, list(rules))
        if asked.problem:
            found, total, covered = [], 0, None
        else:
            total = events.count(store, asked.wanted())
            offset = A_PAGE * (asked.page - 1)
            found = list(events.page(store, asked.wanted(), limit=A_PAGE, offset=offset))
            covered = _covered(store, asked, cameras)
    page = render_template(
        "events.html",
        asked=asked,
        events=found,
        total=total,
        last_page=max(1, -(-total // A_PAGE)),
        covered=covered,
        cameras=cameras,
        rules=rules,
        severities=SEVERITIES,
    )
    return page, 400 if asked.problem else 200


def _filter(given: MultiDict[str, str], cameras: list[str], rules: list[str]) -> Filter:
    camera, rule, severity = (given.get(name, "") for name in ("camera", "rule", "severity"))
    for what, value, known in (
        ("camera", camera, cameras),
        ("rule", rule, rules),
        ("severity", severity, SEVERITIES),
    ):
        if value and value not in known:
            return Filter(problem=f"There is no {what} “{value}” here; choose one from the list.")
    page = given.get("page", "1")
    if not page.isdecimal() or not 1 <= len(page) <= 6 or int(page) < 1:
        return Filter(problem=f"There is no page “{page}”; pages are numbered from 1.")
    try:
        day = day_of(given["day"]) if given.get("day") else None
    except BadDayError as e:
        return Filter(problem=str(e))
    return Filter(camera, rule, severity, day, int(page))


def _covered(store: Session, asked: Filter, cameras: list[str]) -> Coverage:
    """How much was watched of the day asked for, else of today."""
    here = house()
    now = here.clock.now()
    since, until = bounds(asked.day or now.astimezone(here.zone).date(), here.zone)
    until = min(until, minutes.told_until(now, since))
    names = [asked.camera] if asked.camera else list(here.cameras)
    return minutes.together(minutes.coverage(store, names, since, max(since, until)).values())


@pages.get("/events/<uuid:event_id>")
def one(event_id: UUID) -> str:
    event = _event(event_id)
    return render_template(
        "event.html",
        event=event,
        why=why(event),
        advice=_advice(event),
        longest_reason=REASON,
        angle_names=sorted(event.angles, key=_place),
        picture=_picture_of(event),
        measured=_measured(event),
        chart=chart_of(
            event.track,
            limit=event.limit,
            peak=event.peak,
            peak_s=(event.peak_at - event.started_at).total_seconds(),
            met_s=(event.met_at - event.started_at).total_seconds(),
        ),
    )


@pages.get("/events/<uuid:event_id>/picture.jpg")
def picture(event_id: UUID) -> ResponseReturnValue:
    event = _event(event_id)
    if event.evidence is None:
        abort(404)
    answer = send_from_directory(house().data / "evidence", event.evidence)
    answer.cache_control.clear()
    answer.cache_control.private = True
    answer.cache_control.max_age = 3600
    return answer


@pages.post("/events/<uuid:event_id>/hold")
def hold(event_id: UUID) -> ResponseReturnValue:
    _event(event_id)
    reason = " ".join(request.form.get("reason", "").split())
    if not 0 < len(reason) <= REASON:
        abort(400, f"Say why it is held, in at most {REASON} characters.")
    with house().sessions() as store, store.begin():
        holds.hold(store, event_id, current_user.name, reason, house().clock.now())
    log.info("event held", id=str(event_id), by=current_user.name)
    return redirect(url_for("events.one", event_id=event_id), 303)


@pages.post("/events/<uuid:event_id>/release")
def release(event_id: UUID) -> ResponseReturnValue:
    with house().sessions() as store, store.begin():
        released = holds.release(store, event_id)
    if released:
        log.info("event released", id=str(event_id), by=current_user.name)
    return redirect(url_for("events.one", event_id=event_id), 303)


def _event(event_id: UUID) -> Event:
    with house().sessions() as store:
        event = events.find(store, event_id)
    if event is None:
        abort(404, "There is no such event; it may have been deleted by age.")
    return event


def _picture_of(event: Event) -> bool:
    """Whether the picture the row names is really there."""
    if event.evidence is None:
        return False
    path = safe_join(str(house().data / "evidence"), event.evidence)
    return path is not None and Path(path).is_file()


def _place(angle: str) -> int:
    """Where an angle stands in tables; what is no longer measured comes last."""
    return ANGLES.index(angle) if angle in ANGLES else len(ANGLES)


def _advice(event: Event) -> Advice:
    """What would help, as the event says, and in Chinese from the angles at the worst moment."""
    angles = {name: None if a is None else Angle(a["deg"]) for name, a in event.angles.items()}
    return replace(for_event(event.measure, angles), en=event.advice)


def _measured(event: Event) -> float | None:
    """Share of the looks at the person that gave a value; `None`: nobody looked."""
    values = [value for _, value in event.track]
    return sum(value is not None for value in values) / len(values) if values else None
