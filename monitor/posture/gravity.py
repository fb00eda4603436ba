"""From the picture's frame to gravity's: where down is for one person.

The camera is a pinhole. Its pitch is positive when it looks down, its roll when it is turned
clockwise about its view, its field of view is that of the picture's longer side: a camera that
stands on end has the same lens.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np

from monitor.posture.angles import facing
from monitor.posture.body import JOINTS, scale_of
from monitor.posture.model import Floats, Landmark, Pose


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a camera hangs, in degrees. origin: of pitch and roll: `settings`, `learnt` or `assumed`.
    sd_deg: standard deviation of the pitch; of one assumed, half of what wall cameras look down."""

    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    fov_deg: float = 60.0
    origin: str = "assumed"
    sd_deg: float = 15.0


@lru_cache(maxsize=64)
def camera_to_gravity(calibration: Calibration) -> Floats:
    """The rotation (3, 3) from the camera's axes (x right, y up, z backwards) to gravity's
    (x to the camera's right, y up, z horizontal towards the camera)."""
    pitch, roll = np.radians((calibration.pitch_deg, calibration.roll_deg))
    c, s = np.cos(roll), np.sin(roll)
    level = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
    c, s = np.cos(pitch), np.sin(pitch)
    tilt = np.array([[1.0, 0.0, 0.0], [0.0, c, s], [0.0, -s, c]])
    turn = np.asarray(tilt @ level)
    turn.setflags(write=False)
    return turn


def rays_to_camera(points: Floats, width: int, height: int, fov_deg: float) -> Floats:
    """(n, 3, 3) the smallest rotations that turn the camera's axis into the rays through pixels
    (n, 2).

    BlazePose sees a crop round the person as if the camera looked straight at them: its world
    landmarks stand in the frame of the ray, not of the camera's axis.
    """
    focal = _focal(max(width, height), fov_deg)
    x, y = (np.asarray(points) - (width / 2, height / 2)).T
    back = np.column_stack([-x, y, np.full(len(x), focal)])
    a, b, c = (back / np.linalg.norm(back, axis=1, keepdims=True)).T
    return np.asarray(np.moveaxis(_turn_to(a, b, c), -1, 0))


def _turn_to(a: Any, b: Any, c: Any) -> Floats:
    """(3, 3, …) turns the axis that points backwards into this unit vector, by numbers or arrays of
    them."""
    return np.array(
        [
            [1 - a * a / (1 + c), -a * b / (1 + c), a],
            [-a * b / (1 + c), 1 - b * b / (1 + c), b],
            [-a, -b, c],
        ]
    )


@dataclass(frozen=True, eq=False)
class Sight:
    """One look at one body as a camera aimed at its hips would have it.

    points: (33, 2) tangents of the angle to the right of and above the ray to the hips.
    metres: (33, 3) to the right, up and back to the camera, hips at 0. turn: (3, 3) from there to
    gravity. scale: tangent that a metre of this body takes at the distance of its hips. ahead: (3,)
    the horizontal direction the body faces, gravity frame.
    """

    points: Floats
    metres: Floats
    turn: Floats
    scale: float
    ahead: Floats

    @cached_property
    def joints(self) -> Floats:
        """World landmarks (33, 3) in metres, hips at 0: x to the camera's right, y up, z horizontal
        towards the camera."""
        return np.asarray(self.metres @ self.turn.T)


class Sights(NamedTuple):
    """Looks at m bodies side by side: the fields of `Sight`, each with a first axis of m, and the
    directions they face."""

    points: Floats
    metres: Floats
    turn: Floats
    scale: Floats
    ahead: Floats

    @property
    def right(self) -> Floats:
        """(m, 3) the horizontal directions to their right."""
        return np.asarray(self.ahead[:, ::-1] * (-1.0, 0.0, 1.0))


def side_by_side(sights: Sequence[Sight]) -> Sights:
    """At least one look."""
    return Sights(
        np.stack([each.points for each in sights]),
        np.stack([each.metres for each in sights]),
        np.stack([each.turn for each in sights]),
        np.array([each.scale for each in sights]),
        np.stack([each.ahead for each in sights]),
    )


def sight(pose: Pose, calibration: Calibration, width: int, height: int) -> Sight:
    """What a pose in a picture of this size is to a camera that hangs like this."""
    ray = _ray(pose, calibration, width, height)
    points = _tangents(pose.landmarks[:, :2], ray, width, height, calibration.fov_deg)
    metres = pose.world * (1.0, -1.0, -1.0)
    turn = camera_to_gravity(calibration) @ ray
    scale = scale_of(points[JOINTS, :], metres[JOINTS, :2])
    return Sight(points, metres, turn, scale, facing(metres @ turn.T))


def _tangents(pixels: Floats, ray: Floats, width: int, height: int, fov_deg: float) -> Floats:
    focal = _focal(max(width, height), fov_deg)
    ahead = np.column_stack(
        [pixels[:, 0] - width / 2, height / 2 - pixels[:, 1], np.full(len(pixels), -focal)]
    )
    turned = ahead @ ray
    return np.asarray(turned[:, :2] / np.maximum(-turned[:, 2:], 1e-3 * focal))


def to_gravity(pose: Pose, calibration: Calibration, width: int, height: int) -> Floats:
    """World landmarks (33, 3) in metres, hips at 0: x to the camera's right, y up, z horizontal
    towards the camera."""
    turn = camera_to_gravity(calibration) @ _ray(pose, calibration, width, height)
    return np.asarray((pose.world * (1.0, -1.0, -1.0)) @ turn.T)


def _ray(pose: Pose, calibration: Calibration, width: int, height: int) -> Floats:
    """(3, 3) turns the camera's axis into the ray to the hips."""
    left, right = pose.landmarks[Landmark.LEFT_HIP], pose.landmarks[Landmark.RIGHT_HIP]
    x, y = ((left[:2] + right[:2]) / 2).tolist()
    back = (width / 2 - x, y - height / 2, _focal(max(width, height), calibration.fov_deg))
    length = math.hypot(*back)
    return _turn_to(*(side / length for side in back))


def _focal(side: int, fov_deg: float) -> float:
    """Pixels."""
    return side / 2 / math.tan(math.radians(fov_deg) / 2)
