"""What the store keeps of an episode and of a minute."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from monitor.ergonomics.advice import for_event
from monitor.ergonomics.counts import Kind
from monitor.pipeline import CameraPlan
from monitor.posture.episodes import Episode
from monitor.posture.gravity import Calibration
from monitor.posture.minutes import Minute
from monitor.posture.rules import MEASURES
from monitor.store.tables import (
    Base,
    CoverageMinute,
    Event,
    Lift,
    MovementMinute,
    PostureMinute,
    ZoneMinute,
)


def event_row(
    plan: CameraPlan,
    engine: str,
    calibration: Calibration,
    episode: Episode,
    when: Callable[[float], datetime],
    **record: Any,
) -> Event:
    """An event as it stands. calibration: it is judged by. when: UTC of the
    camera's steady seconds. record: its id, revision, evidence, evidence_note and test."""
    rule = episode.rule
    assert episode.met_t is not None
    return Event(
        camera=plan.name,
        zone=episode.zone,
        slot=episode.slot,
        pack=rule.pack,
        rule=rule.name,
        rule_title=rule.title,
        rule_version=rule.version,
        rule_source=rule.source,
        severity=rule.severity,
        measure=rule.measure,
        unit=MEASURES[rule.measure].unit,
        limit=rule.enter,
        hold_s=rule.allowed_s(episode.peak),
        advice=f"{rule.advice} {for_event(rule.measure, episode.peak_angles).en}".strip(),
        started_at=when(episode.started_t),
        met_at=when(episode.met_t),
        seen_at=when(episode.seen_t),
        ended_at=None if episode.ended_t is None else when(episode.ended_t),
        duration_s=episode.duration_s,
        peak=episode.peak,
        peak_at=when(episode.peak_t),
        track=[
            [round(t - episode.started_t, 2), None if value is None else round(value, 1)]
            for t, value in episode.track
        ],
        angles={
            name: None if a is None else {"deg": a.deg, "low": a.low, "high": a.high}
            for name, a in episode.peak_angles.items()
        },
        calibration=asdict(calibration),
        engine=engine,
        **record,
    )


def minute_rows(minute: Minute, camera: str, writer: str) -> list[Base]:
    """Coverage, posture and movements of one minute, as one run of a worker (`writer`) saw it.

    With people in view every kind of movement has a row, 0 too: a minute without was not counted.
    """
    key: dict[str, Any] = {"camera": camera, "minute": minute.start, "writer": writer}
    coverage = CoverageMinute(
        **key,
        watched_s=minute.watched_s,
        blind_s=minute.blind_s,
        people_s=minute.people_s,
        unmeasured_s=minute.unmeasured_s,
        frames_in=minute.frames_in,
        sampled=minute.sampled,
        confidence=minute.confidence,
        stage_ms=minute.stage_ms,
    )
    postures = [
        PostureMinute(**key, measure=measure, band=band, seconds=seconds)
        for (measure, band), seconds in minute.bands.items()
    ]
    zones = [
        ZoneMinute(**key, zone=zone, measure=measure, band=band, seconds=seconds)
        for (zone, measure, band), seconds in minute.zone_bands.items()
    ]
    counted = Kind if minute.people_s or minute.movements else ()
    movements = [
        MovementMinute(**key, kind=kind.value, count=minute.movements[kind.value])
        for kind in counted
    ]
    lifts = [Lift(**key, number=i, **asdict(lift)) for i, lift in enumerate(minute.lifts)]
    return [*postures, *zones, *movements, *lifts, coverage]
