"""What the shape of a pose says: its size, its place, its proportions, and whether two are one."""

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.posture.model import Floats, Landmark, Pose, Region

BODY = (
    Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER, Landmark.LEFT_HIP, Landmark.RIGHT_HIP,
    Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE, Landmark.LEFT_ELBOW, Landmark.RIGHT_ELBOW,
)  # fmt: skip

JOINTS = (
    *BODY, Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST, Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE,
)  # fmt: skip

_JOINTS = np.array(JOINTS)
_MIDDLE = slice(len(BODY) // 2 - 1, len(BODY) // 2 + 1)

SAME_BODY = 0.5
"""Two poses whose big joints lie, in the median, within this share of a trunk length of each other
are one body: half a trunk is less than two people standing side by side are apart."""

of_one_pose = lru_cache(maxsize=64)
"""What is asked of the same few poses up to ten times a look is told once. Nobody may change what
is given, nor the pose."""

Bones = NDArray[np.int_]

_LIMBS = np.array(
    [
        [[11, 13], [12, 14]],  # upper arm
        [[13, 15], [14, 16]],  # forearm
        [[23, 25], [24, 26]],  # thigh
        [[25, 27], [26, 28]],  # shank
        [[11, 23], [12, 24]],  # trunk
    ]
)
_WIDTHS = np.array([[11, 12], [23, 24]])

_ANKLES = (Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE)

PLANTED = 0.25
"""Trunk lengths (12 cm) by which feet that stay where they were may be seen to move: whoever bends
stands; whoever is somebody else stands elsewhere."""

SHORTEST_M = 1e-3
"""No bone is taken for shorter: its logarithm would say nothing."""


def apart(a: Pose, b: Pose, shift: Floats | float = 0.0) -> float:
    """Median distance of the big joints of two poses, in trunk lengths of the larger one.

    shift: (2,) pixels by which `a` is moved first.
    """
    off = a.landmarks[BODY, :2] + shift - b.landmarks[BODY, :2]
    below, above = np.sort(np.linalg.norm(off, axis=1))[_MIDDLE]
    return float(below + above) / 2 / max(trunk_px(a), trunk_px(b))


@of_one_pose
def trunk_px(pose: Pose) -> float:
    """Size of the trunk in the picture: the longest of its sides and width, at least 1 pixel
    (a bend towards the camera shortens its height, a side view its width)."""
    corners = pose.landmarks[
        [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER, Landmark.RIGHT_HIP, Landmark.LEFT_HIP], :2
    ]
    return max(1.0, float(np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1).max()))


def scaled(pose: Pose, x: float, y: float) -> Pose:
    """The same body in a picture so many times as wide and as high."""
    region = pose.region
    return replace(
        pose,
        landmarks=pose.landmarks * (x, y, x, 1.0),
        region=Region(region.x * x, region.y * y, region.size * max(x, y), region.angle),
    )


class Place(NamedTuple):
    """Where a body is in the picture, and how large: the middle of its trunk and the size of it, in
    pixels."""

    x: float
    y: float
    trunk: float

    def off(self, other: "Place") -> float:
        """How far apart two are, in trunk lengths of the smaller one."""
        return math.hypot(self.x - other.x, self.y - other.y) / min(self.trunk, other.trunk)


def place_of(pose: Pose) -> Place:
    x, y = middle(pose).tolist()
    return Place(x, y, trunk_px(pose))


def feet(pose: Pose) -> Floats:
    """(2, 2) pixels: of the ankles."""
    return pose.landmarks[_ANKLES, :2]


def surest_foot(pose: Pose) -> int:
    """Which of its `feet` is seen better."""
    return int(np.argmax(pose.landmarks[_ANKLES, 3]))


def strode_px(before: Floats, now: Floats) -> Floats:
    """(…) pixels by which both feet moved, in the mean, from `before`, (…, 2, 2), to `now`, (2, 2).
    A look that lays a body back to front takes one foot for the other: the shorter way counts."""
    ways = [np.linalg.norm(before - there, axis=-1).mean(axis=-1) for there in (now, now[::-1])]
    return np.asarray(np.minimum(*ways))


def in_view(pose: Pose, width: int, height: int) -> bool:
    """Whether the middle of the trunk lies within the picture: beyond its edge all is guessed."""
    x, y = middle(pose)
    return bool(0.0 <= x < width and 0.0 <= y < height)


@of_one_pose
def middle(pose: Pose) -> Floats:
    """(2,) pixels: of the trunk."""
    return np.asarray(pose.landmarks[BODY[:4], :2].mean(axis=0))


def extent(pose: Pose) -> tuple[float, float, float, float]:
    """x, y, width, height in pixels round the landmarks that are numbers."""
    low = np.nanmin(pose.landmarks[:, :2], axis=0)
    high = np.nanmax(pose.landmarks[:, :2], axis=0)
    return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])


@of_one_pose
def px_per_m(pose: Pose) -> float:
    """Pixels that a metre of this body takes, whatever its posture: the scale that lays its metres
    best over its pixels (least squares, orthographic). At least 1."""
    return max(1.0, scale_of(pose.landmarks[_JOINTS, :2], pose.world[_JOINTS, :2]))


def scale_of(points: Floats, metres: Floats) -> float:
    """The factor that lays (n, 2) metres best over as many points, wherever both lie."""
    metres = metres - metres.sum(axis=0) / len(metres)
    return float(np.vdot(points, metres)) / max(float(np.vdot(metres, metres)), 1e-9)


@dataclass(frozen=True, slots=True, eq=False)
class Proportions:
    """(12,) natural logarithms of lengths: upper arm, forearm, thigh, shank and trunk (mean of left
    and right), widths of shoulders and hips, all against the mean of the five; then left against
    right of the five.

    seen: (12,) how surely each was seen, 0..1: bones that are hidden are guesses.
    """

    logs: Floats
    seen: Floats


@of_one_pose
def proportions(pose: Pose) -> Proportions:
    lengths, widths = _lengths(pose, _LIMBS), _lengths(pose, _WIDTHS)
    means = lengths.mean(axis=1)
    whole = np.log(np.concatenate([means, widths]) / means.mean())
    limbs, across = _seen(pose, _LIMBS), _seen(pose, _WIDTHS)
    return Proportions(
        np.concatenate([whole, np.log(lengths[:, 0] / lengths[:, 1])]),
        np.concatenate([limbs.max(axis=1), across, limbs.min(axis=1)]),
    )


def _lengths(pose: Pose, bones: Bones) -> Floats:
    ends = pose.world[bones]
    lengths = np.linalg.norm(ends[..., 0, :] - ends[..., 1, :], axis=-1)
    return np.asarray(np.maximum(lengths, SHORTEST_M))


def _seen(pose: Pose, bones: Bones) -> Floats:
    """A bone is seen as well as the worse of its ends."""
    return np.asarray(pose.landmarks[bones, 3].min(axis=-1))
