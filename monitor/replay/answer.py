"""One question about the past, answered: alerts, totals, what was different, what is missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from monitor.errors import InputError
from monitor.judge import NOTHING_KNOWN, Contexts
from monitor.posture.rules import Rule
from monitor.replay.camera import Alert, CameraReplay, Watcher
from monitor.replay.gaps import Gap, gaps
from monitor.replay.limits import Search, Series, search
from monitor.shifts import Shift, Turn, turn_of
from monitor.store import events, minutes
from monitor.store.tables import Event

ALIKE_S = 0.1
"""An alert is the same as then if it is of the same person and rule and begins and is met within
this time: dates are anchored to a clock that is put right now and then."""


@dataclass(frozen=True, slots=True)
class Question:
    """since <= begun < until. rules, contexts: by camera. as_then: compare with what was told then.
    limit: a rule's name and the alerts a shift it may give."""

    since: datetime
    until: datetime
    rules: Mapping[str, Sequence[Rule]]
    contexts: Mapping[str, Contexts]
    zone: ZoneInfo
    shifts: Sequence[Shift]
    as_then: bool = False
    limit: tuple[str, int] | None = None

    def turn_of(self, at: datetime) -> Turn:
        return turn_of(at, self.shifts, self.zone)


@dataclass(frozen=True, slots=True)
class Total:
    """Alerts of one rule in one shift, and how long they lasted together."""

    turn: Turn
    rule: str
    alerts: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Compared:
    """Alerts of this judging against those told then."""

    same: int
    only_then: Sequence[Alert]
    only_now: Sequence[Alert]


@dataclass(frozen=True, slots=True)
class Answer:
    """gaps: what could not be judged again. damaged: in words, among the gaps too. watched_s: by
    shift, of all cameras together."""

    question: Question
    alerts: Sequence[Alert]
    totals: Sequence[Total]
    watched_s: Mapping[Turn, float]
    gaps: Sequence[Gap]
    compared: Compared | None
    search: Search | None
    damaged: Sequence[str] = ()


def answer(question: Question, folder: Path, session: Session) -> Answer:
    """Raises InputError when nothing at all was kept of the time. folder: of the landmarks."""
    since, until = question.since, question.until
    series = _series(question)
    found = {
        camera: CameraReplay(
            camera, rules, since, until, question.contexts.get(camera, NOTHING_KNOWN)
        ).over(folder, _watcher(series, camera))
        for camera, rules in question.rules.items()
    }
    first = since.replace(second=0, microsecond=0)
    watched = {camera: minutes.watched_s(session, camera, first, until) for camera in found}
    missing = [
        gap
        for camera, replayed in found.items()
        for gap in gaps(camera, since, until, replayed, watched[camera])
    ]
    if not any(replayed.minutes or replayed.blind for replayed in found.values()):
        raise InputError(_nothing(question, missing))
    alerts = sorted(
        (alert for replayed in found.values() for alert in replayed.alerts),
        key=lambda a: (a.started_at, a.camera, a.rule, a.slot),
    )
    return Answer(
        question,
        alerts,
        totals(alerts, question),
        _by_turn(question, watched.values()),
        missing,
        compare(told_then(session, question), alerts) if question.as_then else None,
        _search(question, series),
        [lost.reason for replayed in found.values() for lost in replayed.damaged],
    )


def _by_turn(question: Question, watched: Iterable[Mapping[datetime, float]]) -> dict[Turn, float]:
    turns: dict[Turn, float] = {}
    for of_camera in watched:
        for minute, seconds in sorted(of_camera.items()):
            turn = question.turn_of(minute)
            turns[turn] = turns.get(turn, 0.0) + min(60.0, seconds)
    return dict(sorted(turns.items()))


def _series(question: Question) -> dict[str, Series]:
    if question.limit is None:
        return {}
    name, _ = question.limit
    return {
        camera: Series(rule, question.since, question.until)
        for camera, rules in question.rules.items()
        for rule in rules
        if rule.name == name
    }


def _watcher(series: Mapping[str, Series], camera: str) -> Watcher | None:
    return series[camera].watch if camera in series else None


def _search(question: Question, series: Mapping[str, Series]) -> Search | None:
    if question.limit is None:
        return None
    return search(list(series.values()), question.limit[1], question.turn_of)


def _nothing(question: Question, missing: Sequence[Gap]) -> str:
    reasons = ", ".join(dict.fromkeys(gap.why for gap in missing))
    return (
        f"nothing is recorded of {', '.join(question.rules)} in this time ({reasons}); landmarks "
        "are kept for the days that retention.landmarks_days says"
    )


def totals(alerts: Iterable[Alert], question: Question) -> list[Total]:
    """Per shift and rule, in order of time."""
    seconds: dict[tuple[Turn, str], list[float]] = {}
    for alert in alerts:
        key = (question.turn_of(alert.started_at), alert.rule)
        seconds.setdefault(key, []).append(alert.duration_s)
    return [
        Total(turn, rule, len(each), sum(each)) for (turn, rule), each in sorted(seconds.items())
    ]


def told_then(session: Session, question: Question) -> list[Alert]:
    """The events of the store."""
    rows = events.begun(session, list(question.rules), question.since, question.until)
    return [_as_alert(row) for row in rows]


def compare(then: Sequence[Alert], now: Sequence[Alert]) -> Compared:
    left = list(now)
    only_then = []
    for told in then:
        match = next((alert for alert in left if _alike(told, alert)), None)
        if match is None:
            only_then.append(told)
        else:
            left.remove(match)
    return Compared(len(then) - len(only_then), only_then, left)


def _alike(one: Alert, other: Alert) -> bool:
    return (one.camera, one.rule, one.slot) == (other.camera, other.rule, other.slot) and all(
        abs((a - b).total_seconds()) <= ALIKE_S
        for a, b in ((one.started_at, other.started_at), (one.met_at, other.met_at))
    )


def _as_alert(row: Event) -> Alert:
    return Alert(
        camera=row.camera,
        rule=row.rule,
        title=row.rule_title,
        severity=row.severity,
        slot=row.slot,
        zone=row.zone,
        started_at=row.started_at,
        met_at=row.met_at,
        ended_at=row.ended_at,
        duration_s=row.duration_s,
        peak=row.peak,
        peak_at=row.peak_at,
        unit=row.unit,
    )
