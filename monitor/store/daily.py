"""One local day, summed up by the database."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import QueryableAttribute, Session

from monitor.daily import CameraDay, DailyReport, Peak, PostureTime, RuleDay, ZoneDay, bounds
from monitor.ergonomics.context import Coupling
from monitor.ergonomics.counts import Kind
from monitor.ergonomics.en1005_4 import KEPT, UNSEEN, of_bands
from monitor.ergonomics.lifting import DayLifting, Lifted
from monitor.posture.hands import Hands
from monitor.posture.rules import limits_of
from monitor.store.minutes import MINUTE_S, whole_minutes
from monitor.store.tables import Event, Lift, MovementMinute, PostureMinute, ZoneMinute

Span = tuple[datetime, datetime]
Found = Row[*tuple[Any, ...]]
Bands = dict[tuple[str, str], float]
"""Person-seconds by measure and band."""

TRUNK = "trunk_flexion"


def daily_report(
    session: Session, day: date, zone: ZoneInfo, cameras: Sequence[str], now: datetime
) -> DailyReport:
    """What the cameras saw on a local day, as far as it has passed at `now`.

    Events belong to the day in which they were met; test events are left out. Cameras with data
    that are not among `cameras` are listed after them.
    """
    span = bounds(day, zone)
    passed_s = max(0, int((min(now, span[1]) - span[0]).total_seconds()))
    coverage = _coverage(session, span)
    posture = _posture(session, span)
    zones = _zones(session, span)
    rules = _rules(session, span)
    movements = _movements(session, span)
    gone = (coverage.keys() | posture.keys() | zones.keys() | rules.keys()) - set(cameras)
    return DailyReport(
        day=day,
        zone=zone.key,
        start=span[0],
        end=span[1],
        made_at=now,
        passed_s=passed_s,
        cameras=tuple(
            CameraDay(
                camera=camera,
                configured=camera not in gone,
                **_shares(coverage.get(camera), passed_s),
                **_bands(posture.get(camera, {})),
                rules=tuple(rules.get(camera, ())),
                movements=movements.get(camera, {}),
                zones=tuple(zones.get(camera, ())),
            )
            for camera in (*cameras, *sorted(gone))
        ),
    )


def _within(column: QueryableAttribute[datetime], span: Span) -> ColumnElement[bool]:
    return (column >= span[0]) & (column < span[1])


def _met(span: Span) -> ColumnElement[bool]:
    return _within(Event.met_at, span) & Event.test.is_(False)


def _coverage(session: Session, span: Span) -> dict[str, Found]:
    minutes = whole_minutes(*span)
    query = select(
        minutes.c.camera,
        func.sum(minutes.c.watched_s).label("watched_s"),
        func.sum(minutes.c.blind_s).label("blind_s"),
        func.sum(minutes.c.people_s).label("people_s"),
        func.sum(minutes.c.unmeasured_s).label("unmeasured_s"),
    ).group_by(minutes.c.camera)
    return {row.camera: row for row in session.execute(query)}


def _shares(row: Found | None, passed_s: int) -> dict[str, Any]:
    """Whole seconds, so that the three parts add up to the day exactly."""
    if row is None:
        return {
            "watched_s": 0,
            "blind_s": 0,
            "off_s": passed_s,
            "people_s": 0.0,
            "unmeasured_s": 0.0,
        }
    watched_s = min(round(row.watched_s), passed_s)
    blind_s = min(round(row.blind_s), passed_s - watched_s)
    return {
        "watched_s": watched_s,
        "blind_s": blind_s,
        "off_s": passed_s - watched_s - blind_s,
        "people_s": row.people_s,
        "unmeasured_s": row.unmeasured_s,
    }


def _posture(session: Session, span: Span) -> dict[str, Bands]:
    keys = (PostureMinute.camera, PostureMinute.measure, PostureMinute.band)
    query = (
        select(*keys, func.sum(PostureMinute.seconds).label("seconds"))
        .where(_within(PostureMinute.minute, span))
        .group_by(*keys)
    )
    bands: defaultdict[str, Bands] = defaultdict(dict)
    for row in session.execute(query):
        bands[row.camera][row.measure, row.band] = row.seconds
    return bands


def _zones(session: Session, span: Span) -> dict[str, list[ZoneDay]]:
    """By camera, in the order of their names."""
    keys = (ZoneMinute.camera, ZoneMinute.zone, ZoneMinute.measure, ZoneMinute.band)
    query = (
        select(*keys, func.sum(ZoneMinute.seconds).label("seconds"))
        .where(_within(ZoneMinute.minute, span))
        .group_by(*keys)
    )
    bands: defaultdict[tuple[str, str], Bands] = defaultdict(dict)
    for row in session.execute(query):
        bands[row.camera, row.zone][row.measure, row.band] = row.seconds
    lifting = _lifting(session, span, bands)
    zones: defaultdict[str, list[ZoneDay]] = defaultdict(list)
    for place in sorted(bands.keys() | lifting.keys()):
        camera, zone = place
        told = _bands(bands.get(place, {}))
        zones[camera].append(ZoneDay(zone, **told, lifting=lifting.get(place)))
    return zones


def _lifting(
    session: Session, span: Span, bands: Mapping[tuple[str, str], Bands]
) -> dict[tuple[str, str], DayLifting]:
    """By camera and zone; those in which nothing was lifted are left out."""
    occupied = _occupied_s(session, span)
    lifts: defaultdict[tuple[str, str], list[Lifted]] = defaultdict(list)
    in_order = select(Lift).where(_within(Lift.minute, span)).order_by(Lift.minute, Lift.number)
    for row in session.scalars(in_order):
        lifts[row.camera, row.zone].append(
            Lifted(
                row.load_kg,
                None if row.coupling is None else Coupling(row.coupling),
                _hands(row.origin),
                _hands(row.destination),
            )
        )
    return {
        place: DayLifting(tuple(found), _measured_s(bands.get(place, {})), occupied.get(place, 0.0))
        for place, found in lifts.items()
    }


def _hands(kept: dict[str, Any] | None) -> Hands | None:
    if kept is None:
        return None
    return Hands(tuple(kept["height_cm"]), tuple(kept["reach_cm"]))


def _measured_s(bands: Bands) -> float:
    """Person-seconds whose trunk was measured, so that movements could be counted."""
    return sum(s for (measure, band), s in bands.items() if measure == TRUNK and band != UNSEEN)


def _occupied_s(session: Session, span: Span) -> dict[tuple[str, str], float]:
    """Seconds of the minutes in which anybody was in a zone."""
    query = (
        select(ZoneMinute.camera, ZoneMinute.zone, func.count(ZoneMinute.minute.distinct()))
        .where(_within(ZoneMinute.minute, span))
        .group_by(ZoneMinute.camera, ZoneMinute.zone)
    )
    return {(camera, zone): MINUTE_S * minutes for camera, zone, minutes in session.execute(query)}


def _bands(seconds: Bands) -> dict[str, Any]:
    """The times in bands of degrees, in order, and those of verdicts."""
    times = [PostureTime(*key, s) for key, s in seconds.items() if not key[0].startswith(KEPT)]
    return {
        "posture": tuple(sorted(times, key=lambda time: (time.measure, _lower_edge(time.band)))),
        "verdicts": of_bands(seconds),
    }


def _lower_edge(band: str) -> float:
    """Orders `0-20`, `20-60`, `60+`, `unseen`."""
    limits = limits_of(band)
    return float("inf") if limits is None else limits[0]


def _movements(session: Session, span: Span) -> dict[str, dict[Kind, int]]:
    keys = (MovementMinute.camera, MovementMinute.kind)
    query = (
        select(*keys, func.sum(MovementMinute.count).label("counted"))
        .where(_within(MovementMinute.minute, span))
        .group_by(*keys)
    )
    counted: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in session.execute(query):
        counted[row.camera][row.kind] = row.counted
    return {
        camera: {kind: kinds[kind.value] for kind in Kind if kind.value in kinds}
        for camera, kinds in counted.items()
    }


def _rules(session: Session, span: Span) -> dict[str, list[RuleDay]]:
    """Per camera, the rules that were met, most events first."""
    worst = {(row.camera, row.rule): row for row in _worst(session, span)}
    counted: defaultdict[tuple[str, str], list[Found]] = defaultdict(list)
    for row in _counts(session, span):
        counted[row.camera, row.rule].append(row)
    rules: defaultdict[str, list[RuleDay]] = defaultdict(list)
    for key in worst.keys() & counted.keys():
        rules[key[0]].append(_rule_day(worst[key], counted[key]))
    for of_camera in rules.values():
        of_camera.sort(key=lambda rule: (-rule.events, rule.rule))
    return rules


def _rule_day(worst: Found, counts: Sequence[Found]) -> RuleDay:
    return RuleDay(
        rule=worst.rule,
        title=worst.rule_title,
        counts={row.severity: row.events for row in counts},
        held_s=sum(row.held_s for row in counts),
        longest_s=max(row.longest_s for row in counts),
        worst=Peak(worst.peak, worst.unit, worst.peak_at, worst.id),
    )


def _counts(session: Session, span: Span) -> Sequence[Found]:
    keys = (Event.camera, Event.rule, Event.severity)
    return session.execute(
        select(
            *keys,
            func.count().label("events"),
            func.sum(Event.duration_s).label("held_s"),
            func.max(Event.duration_s).label("longest_s"),
        )
        .where(_met(span))
        .group_by(*keys)
    ).all()


def _worst(session: Session, span: Span) -> Sequence[Found]:
    """The event with the highest peak of every camera and rule; of equals the first."""
    order = func.row_number().over(
        partition_by=(Event.camera, Event.rule),
        order_by=(Event.peak.desc(), Event.peak_at, Event.id),
    )
    columns = (
        Event.id,
        Event.camera,
        Event.rule,
        Event.rule_title,
        Event.unit,
        Event.peak,
        Event.peak_at,
    )
    ranked = select(*columns, order.label("place")).where(_met(span)).subquery()
    return session.execute(select(ranked).where(ranked.c.place == 1)).all()
