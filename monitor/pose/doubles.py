"""One body, seen in several windows, told once."""

from collections.abc import Iterable

import numpy as np

from monitor.posture.body import BODY, SAME_BODY, apart, trunk_px
from monitor.posture.model import Pose, Region

ON_BODY = 0.25
"""A joint within this share of a trunk from one of another body's landmarks lies on that body:
about 0.12 m, half a shoulder's breadth."""

MOSTLY = 0.75
"""A body of whose big joints this share lies on a surer one is the same body misread."""

SAME_PLACE = 0.1
"""Regions whose centres are closer than this share of their side would show the same body."""

SAME_SIZE = 1.5
"""Of two regions at one place, the larger is less than this many times the smaller."""


def without_doubles(poses: Iterable[Pose]) -> list[Pose]:
    """Each body once; of several answers for one body the first, so the surest come first."""
    kept: list[Pose] = []
    for pose in poses:
        if not any(_same_body(pose, other) for other in kept):
            kept.append(pose)
    return kept


def same_place(one: Region, other: Region) -> bool:
    """Whether two regions would show the same body."""
    small, large = sorted((one.size, other.size))
    centres = np.hypot(one.x - other.x, one.y - other.y)
    return bool(centres < SAME_PLACE * small and large < SAME_SIZE * small)


def _same_body(pose: Pose, surer: Pose) -> bool:
    return apart(pose, surer) < SAME_BODY or _on(pose, surer) >= MOSTLY


def _on(pose: Pose, surer: Pose) -> float:
    """Share of the big joints that lie on the surer body."""
    joints = pose.landmarks[list(BODY), None, :2]
    nearest = np.linalg.norm(joints - surer.landmarks[None, :, :2], axis=2).min(axis=1)
    return float(np.mean(nearest < ON_BODY * trunk_px(surer)))
