"""Numbers and moments as people read them."""

from datetime import date, datetime
from typing import Any

from flask import Flask

from dashboard.config import house
from monitor.daily import CameraDay, percent
from monitor.ergonomics import lifting
from monitor.posture.rules import FALLEN, MEASURES
from monitor.store.cameras import Standing
from monitor.store.minutes import Coverage
from monitor.store.tables import Event

STATES = {
    "up": "watched",
    "starting": "starting",
    "blind": "blind",
    "down": "no picture",
    "ended": "ended",
    "off": "off",
    "silent": "not watched",
    "unknown": "not watched",
}


def teach(app: Flask) -> None:
    """Give these words to the templates."""
    app.jinja_env.filters.update(
        moment=moment,
        clock=clock,
        day=day,
        duration=duration,
        unbroken=lambda text: text.replace(" ", "\u00a0"),
        parts=parts,
        sentence=sentence,
        value=value,
        measure=measure,
        share=lambda part: percent(part, 1.0),
        of=percent,
        covered=covered,
        index=lifting.told,
        state=lambda state: STATES.get(state, state),
    )
    app.context_processor(_everywhere)


def _everywhere() -> dict[str, Any]:
    here = house()
    now = here.clock.now().astimezone(here.zone)
    return {"site": here.site, "zone": here.zone.key, "now": now, "upload_mb": here.upload_mb}


def moment(at: datetime) -> str:
    """Day and time in the site's zone: `23 Nov 2026, 14:05:09`."""
    return f"{day(at)}, {clock(at)}"


def clock(at: datetime) -> str:
    """The time of day in the site's zone, to the second."""
    return f"{at.astimezone(house().zone):%H:%M:%S}"


def day(at: date) -> str:
    """`23 Nov 2026`; a moment is brought to the site's zone first."""
    local = at.astimezone(house().zone) if isinstance(at, datetime) else at
    return f"{local.day} {local:%b %Y}"


def duration(seconds: float) -> str:
    """A length of time: `6.2 s`, `1 min 05 s`, `3 h 10 min`."""
    if seconds < 59.95:
        return f"{round(seconds, 1):g} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def parts(covered: Coverage) -> list[tuple[str, str]]:
    """What a stretch of time was made of: `watched` 93 %, `blind` 2 %, `off` 5 %.

    Where nothing was watched there is only `off`, without a number: 0 % would read as one.
    """
    if covered.watched_s <= 0:
        return [("off", "")]
    return [
        (word, percent(seconds, covered.total_s))
        for word, seconds in (
            ("watched", covered.watched_s),
            ("blind", covered.blind_s),
            ("off", covered.off_s),
        )
        if seconds > 0
    ]


def sentence(text: str) -> str:
    """A reason, written as others write it, as a sentence."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def covered(camera: CameraDay) -> Coverage:
    """The coverage of one camera's day."""
    return Coverage(
        camera.passed_s, camera.watched_s, camera.blind_s, camera.people_s, camera.unmeasured_s
    )


def value(number: float, unit: str) -> str:
    """`84°`, `12 cm`."""
    written = str(round(number)).replace("-", "−")
    return f"{written}{unit}" if unit == "°" else f"{written} {unit}"


def measure(name: str) -> str:
    """The title of a measure, to begin a sentence with."""
    title = MEASURES[name].title if name in MEASURES else name.replace("_", " ")
    return title[:1].upper() + title[1:]


def why(event: Event) -> str:
    """Why an event alerted, in one sentence."""
    stayed = "stayed" if event.ended_at else "has stayed"
    length = duration(event.duration_s) + ("" if event.ended_at else " so far")
    if event.measure == FALLEN:
        return f"Somebody went down quickly and {stayed} down or out of sight for {length}."
    limit, peak = value(event.limit, event.unit), value(event.peak, event.unit)
    return (
        f"{measure(event.measure)} {stayed} over {limit} for {length}, {peak} at its worst; "
        f"held there, {duration(event.hold_s)} are allowed."
    )


def watching(cameras: list[Standing]) -> str:
    """How many cameras are watched, in one sentence."""
    missing = [camera.name for camera in cameras if not camera.watched]
    if not missing:
        return (
            "The camera is watched."
            if len(cameras) == 1
            else (f"All {len(cameras)} cameras are watched.")
        )
    if len(missing) == len(cameras):
        return "No camera is watched now: nothing below says that all is well."
    named = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
    seen = len(cameras) - len(missing)
    return f"{seen} of {len(cameras)} cameras are watched; not watched: {named}."
