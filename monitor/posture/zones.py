"""Which zones of the picture a person stands in."""

from collections.abc import Mapping, Sequence

import numpy as np

from monitor.posture.model import Landmark, Pose

FEET = (
    Landmark.LEFT_ANKLE,
    Landmark.RIGHT_ANKLE,
    Landmark.LEFT_FOOT_INDEX,
    Landmark.RIGHT_FOOT_INDEX,
)

Polygon = Sequence[tuple[float, float]]
"""Corners as fractions of the picture's width and height, from its top left."""


def zones_of(pose: Pose, zones: Mapping[str, Polygon], width: int, height: int) -> tuple[str, ...]:
    """The zones in which the middle of the feet lies."""
    if not zones:
        return ()
    x, y = pose.landmarks[list(FEET), :2].mean(axis=0) / (width, height)
    return tuple(name for name, polygon in zones.items() if contains(polygon, x, y))


def contains(polygon: Polygon, x: float, y: float) -> bool:
    """Whether a point lies in a polygon (even-odd rule)."""
    a = np.asarray(polygon, dtype=float)
    b = np.roll(a, -1, axis=0)
    straddles = (a[:, 1] > y) != (b[:, 1] > y)
    rise = np.where(straddles, b[:, 1] - a[:, 1], 1.0)
    crossing = a[:, 0] + (y - a[:, 1]) * (b[:, 0] - a[:, 0]) / rise
    return bool((straddles & (x < crossing)).sum() % 2)
