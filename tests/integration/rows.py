"""Builders of rows, with only what a test speaks of given by it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from monitor.ergonomics.counts import Kind
from monitor.store.tables import (
    CameraState,
    CoverageMinute,
    Event,
    Incident,
    Lift,
    MovementMinute,
    PostureMinute,
    ZoneMinute,
)
from tests import builders

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def an_event(met_at: datetime = NOON, duration_s: float = 6.0, **given: Any) -> Event:
    usual = {
        "camera": "dock-1",
        "revision": 1,
        "seen_at": met_at,
        "ended_at": met_at + timedelta(seconds=duration_s - 4),
        "duration_s": duration_s,
        "peak": 72.0,
        "peak_at": met_at,
    }
    return builders.an_event(met_at, **{**usual, **given})


def a_minute(minute: datetime = NOON, camera: str = "dock-1", **given: Any) -> CoverageMinute:
    usual = {"camera": camera, "people_s": 0.0, "unmeasured_s": 0.0}
    return builders.a_minute(minute, **{**usual, **given})


def a_posture(
    seconds: float, band: str = "0-20", minute: datetime = NOON, **given: Any
) -> PostureMinute:
    values = {"camera": "dock-1", "measure": "trunk_flexion"}
    return PostureMinute(minute=minute, band=band, seconds=seconds, **{**values, **given})


def in_zone(
    zone: str, seconds: float, band: str = "0-20", minute: datetime = NOON, **given: Any
) -> ZoneMinute:
    values = {"camera": "dock-1", "measure": "trunk_flexion"}
    return ZoneMinute(minute=minute, zone=zone, band=band, seconds=seconds, **{**values, **given})


def a_lift(number: int = 0, minute: datetime = NOON, **given: Any) -> Lift:
    values = {
        "camera": "dock-1",
        "zone": "press",
        "kind": "stoop_lift",
        "load_kg": 12.0,
        "coupling": "fair",
        "origin": {"height_cm": [0.0, 60.0], "reach_cm": [20.0, 50.0]},
        "destination": None,
    }
    return Lift(minute=minute, number=number, **{**values, **given})


def movements(minute: datetime = NOON, **counts: int) -> list[MovementMinute]:
    """A row for every kind, as a minute with people in view has."""
    usual = dict.fromkeys((kind.value for kind in Kind), 0)
    return [
        MovementMinute(camera="dock-1", minute=minute, kind=kind, count=count)
        for kind, count in {**usual, **counts}.items()
    ]


def an_incident(started_at: datetime = NOON, **given: Any) -> Incident:
    values = {
        "id": uuid4(),
        "camera": "dock-1",
        "kind": "down",
        "reason": "no answer",
        "started_at": started_at,
        "ended_at": None,
    }
    return Incident(**{**values, **given})


def a_camera_state(updated_at: datetime = NOON, **given: Any) -> CameraState:
    values = {
        "camera": "dock-1",
        "url": "rtsp://dock-1/",
        "state": "up",
        "reason": "",
        "since": updated_at,
        "fps_asked": 5.0,
        "fps_reached": 5.0,
        "latency_ms": 100.0,
        "reconnects": 0,
        "people": 0,
        "width": None,
        "height": None,
        "frame_at": None,
        "snapshot": None,
        "updated_at": updated_at,
    }
    return CameraState(**{**values, **given})
