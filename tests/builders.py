"""Rows and people made from a few words, everything else usual."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from monitor.store.tables import CameraState, CoverageMinute, Event

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def an_event(met_at: datetime = NOON, **changed: Any) -> Event:
    """A deep bend that lasted 6.2 s, met 4 s after it began."""
    started_at = met_at - timedelta(seconds=4)
    usual: dict[str, Any] = {
        "id": uuid4(),
        "revision": 3,
        "camera": "hall-a",
        "zone": None,
        "slot": 2,
        "pack": "default",
        "rule": "trunk-deep-bend",
        "rule_title": "Deep forward bend",
        "rule_version": "1",
        "rule_source": "ISO 11226:2000",
        "severity": "alert",
        "measure": "trunk_flexion",
        "unit": "°",
        "limit": 60.0,
        "hold_s": 4.0,
        "advice": "Raise the pallet to hip height.",
        "started_at": started_at,
        "met_at": met_at,
        "seen_at": started_at + timedelta(seconds=6.2),
        "ended_at": started_at + timedelta(seconds=6.2),
        "duration_s": 6.2,
        "peak": 84.3,
        "peak_at": started_at + timedelta(seconds=5),
        "track": [[0.0, 61.0], [1.0, 70.0], [2.0, None], [3.0, 78.0], [5.0, 84.3], [6.2, 62.0]],
        "angles": {
            "trunk_flexion": {"deg": 84.3, "low": 76.0, "high": 90.0},
            "neck_flexion": None,
        },
        "calibration": {"pitch_deg": 15.0, "roll_deg": 0.0, "fov_deg": 60.0, "origin": "settings"},
        "engine": "mediapipe/full",
        "evidence": None,
        "evidence_note": None,
        "test": False,
    }
    return Event(**{**usual, **changed})


def a_camera_state(updated_at: datetime = NOON, **changed: Any) -> CameraState:
    """A camera that is up and shows one person."""
    usual: dict[str, Any] = {
        "camera": "hall-a",
        "url": "rtsp://viewer:***@10.0.0.7/stream1",
        "state": "up",
        "reason": "",
        "since": updated_at - timedelta(hours=3),
        "fps_asked": 5.0,
        "fps_reached": 4.9,
        "latency_ms": 120.0,
        "reconnects": 1,
        "people": 1,
        "width": 1280,
        "height": 720,
        "frame_at": updated_at,
        "snapshot": None,
        "updated_at": updated_at,
    }
    return CameraState(**{**usual, **changed})


def a_minute(minute: datetime = NOON, **changed: Any) -> CoverageMinute:
    """A minute watched throughout."""
    usual: dict[str, Any] = {
        "camera": "hall-a",
        "minute": minute,
        "watched_s": 60.0,
        "blind_s": 0.0,
        "people_s": 40.0,
        "unmeasured_s": 4.0,
        "frames_in": 1500,
        "sampled": 300,
        "confidence": 0.91,
        "stage_ms": {"find": 35.0, "follow": 9.5, "judge": 0.4, "evidence": 12.0},
    }
    return CoverageMinute(**{**usual, **changed})
