"""Small makers of the nouns, with everything a test does not care about filled in."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import numpy as np

from monitor.capture.mannequin import BUILDS
from monitor.capture.mannequin.body import Posture, stand_up
from monitor.capture.mannequin.camera import Camera
from monitor.capture.mannequin.script import POSTURES
from monitor.posture.angles import measure_angles
from monitor.posture.gravity import Calibration, camera_to_gravity, rays_to_camera
from monitor.posture.model import Floats, Landmark, Person, Pose, Region
from monitor.posture.rules import Rule
from monitor.store.tables import CameraState, CoverageMinute, Event

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

L = Landmark


def joints(trunk: float = 0.0, arm: float = 0.0, knee: float = 0.0, yaw: float = 0.0) -> Floats:
    """(33, 3) metres in the gravity frame: bent forward by `trunk` degrees, both upper arms
    raised forward by `arm` from vertical, both knees bent by `knee` (thighs forward, shins
    back), facing the camera and turned to their left by `yaw`."""
    j = np.zeros((33, 3))
    t, a, k, y = np.radians((trunk, arm, knee / 2, yaw))
    up = np.array([0.0, np.cos(t), np.sin(t)])
    for left, x in ((0, 0.2), (1, -0.2)):
        hip = np.array([x / 2, 0.0, 0.0])
        shoulder = np.array([x, 0.0, 0.0]) + 0.5 * up
        elbow = shoulder + 0.3 * np.array([0.0, -np.cos(a), np.sin(a)])
        below_knee = np.array([0.0, -np.cos(k), -np.sin(k)])
        bent = hip + 0.45 * np.array([0.0, -np.cos(k), np.sin(k)])
        for mark, point in (
            (L.LEFT_HIP, hip),
            (L.LEFT_SHOULDER, shoulder),
            (L.LEFT_ELBOW, elbow),
            (L.LEFT_WRIST, elbow + 0.25 * np.array([0.0, -np.cos(a), np.sin(a)])),
            (L.LEFT_KNEE, bent),
            (L.LEFT_ANKLE, bent + 0.45 * below_knee),
            (L.LEFT_FOOT_INDEX, bent + 0.45 * below_knee + [0.0, 0.0, 0.15]),
            (L.LEFT_EAR, 0.7 * up + [x / 3, 0.0, 0.0]),
        ):
            j[mark + left] = point
    ahead = np.array([0.0, -np.sin(t), np.cos(t)])
    j[1:7] = j[9:11] = 0.7 * up + 0.05 * ahead
    j[L.NOSE] = 0.7 * up + 0.1 * ahead
    turn = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    return j @ turn.T


def a_pose(
    gravity: Floats | None = None,
    *,
    unseen: Sequence[int] = (),
    at: tuple[float, float] = (320.0, 240.0),
    scale: float = 100.0,
) -> Pose:
    """A pose seen by a level camera straight ahead, `scale` pixels a metre, hips at `at`."""
    gravity = joints() if gravity is None else gravity
    landmarks = np.ones((33, 4))
    landmarks[:, :2] = gravity[:, :2] * (scale, -scale) + at
    landmarks[:, 2] = -gravity[:, 2] * scale
    landmarks[list(unseen), 3] = 0.1
    return Pose(landmarks, gravity * (1.0, -1.0, -1.0), 0.9, Region(at[0], at[1], 3 * scale))


def hips_on_knees(at: tuple[float, float] = (320.0, 240.0), scale: float = 100.0) -> Pose:
    """A look with the bones of no body."""
    body = joints()
    for hip, knee, ankle in (
        (L.LEFT_HIP, L.LEFT_KNEE, L.LEFT_ANKLE),
        (L.RIGHT_HIP, L.RIGHT_KNEE, L.RIGHT_ANKLE),
    ):
        body[hip], body[ankle] = body[knee] * (1, 0.95, 1), body[knee] * (1, 1.05, 1)
    return a_pose(body, at=at, scale=scale)


def a_person(slot: int = 1, *, zones: tuple[str, ...] = (), **body: float) -> Person:
    gravity = joints(**body)
    pose = a_pose(gravity)
    return Person(slot, pose, gravity, measure_angles(pose, gravity), zones=zones)


def a_rule(**changes: object) -> Rule:
    values: dict[str, object] = {
        "name": "bend",
        "title": "Deep bend",
        "pack": "test",
        "version": "1",
        "measure": "trunk_flexion",
        "enter": 60.0,
        "leave": 55.0,
        "hold": ((0.0, 4.0),),
        "release_s": 1.0,
        "remind_s": 60.0,
        "forget_s": 15.0,
        "severity": "alert",
        "advice": "Raise the work.",
        "source": "ours",
        **changes,
    }
    return Rule(**values)  # type: ignore[arg-type]


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


def drawn_pose(
    camera: Camera, posture: str | Posture, place: tuple[float, float], heading: float
) -> Pose:
    """A figure of the drawn camera as a faultless engine would tell it."""
    posture = POSTURES[posture] if isinstance(posture, str) else posture
    figure = stand_up(posture, BUILDS["average"], place, heading)
    joints = np.asarray(figure.joints)
    pixels = camera.pixels(joints)
    hips = pixels[[23, 24]].mean(axis=0)
    (ray,) = rays_to_camera(hips[None], camera.width, camera.height, camera.fov)
    turn = camera_to_gravity(Calibration(camera.pitch, camera.roll, camera.fov)) @ ray
    world = ((joints - joints[[23, 24]].mean(axis=0)) @ turn) * (1, -1, -1)
    landmarks = np.column_stack([pixels, np.zeros(33), np.ones(33)])
    return Pose(landmarks, world, 1.0, Region(*hips, 300))
