"""One body, seen in several windows, told once."""

from collections.abc import Iterable

import numpy as np

from monitor.posture.model import Landmark, Pose, Region

SAME_BODY = 0.1
"""Two answers of `find` are one body when their shoulders and hips lie, on average, closer than
this share of the region's side: about 0.2 m, nearer than two people can stand side by side."""

SAME_SIZE = 2.0
"""Of two regions at one place, the larger is less than this many times the smaller."""

_TRUNK = [
    Landmark.LEFT_SHOULDER,
    Landmark.RIGHT_SHOULDER,
    Landmark.LEFT_HIP,
    Landmark.RIGHT_HIP,
]


def without_doubles(poses: Iterable[Pose]) -> list[Pose]:
    """Each body once, as the surest answer tells it."""
    kept: list[Pose] = []
    for pose in sorted(poses, key=lambda pose: pose.score, reverse=True):
        if not any(_same_body(pose, other) for other in kept):
            kept.append(pose)
    return kept


def same_place(one: Region, other: Region) -> bool:
    """Whether two regions would show the same body."""
    small, large = sorted((one.size, other.size))
    apart = np.hypot(one.x - other.x, one.y - other.y)
    return bool(apart < SAME_BODY * small and large < SAME_SIZE * small)


def _same_body(one: Pose, other: Pose) -> bool:
    apart = np.linalg.norm(one.landmarks[_TRUNK, :2] - other.landmarks[_TRUNK, :2], axis=1)
    return float(apart.mean()) < SAME_BODY * min(one.region.size, other.region.size)
