"""Who stands half behind somebody: they are seen better once those found are painted over."""

from collections.abc import Sequence

import cv2
import numpy as np

from monitor.posture.body import trunk_px
from monitor.posture.model import BONES, Floats, Image, Landmark, Pose

THICK = 0.3
"""Trunk lengths: what is painted over on each bone is as wide as a shoulder with its clothes."""

HEAD = 0.33
"""Radius of the disc on a head, in trunk lengths: 0.16 m."""

_HEAD = slice(Landmark.NOSE, Landmark.LEFT_SHOULDER)
_TRUNK = [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER, Landmark.LEFT_HIP, Landmark.RIGHT_HIP]

_FARTHEST_PX = 30_000
"""OpenCV draws no line to a point farther away."""


def paint_over(picture: Image, poses: Sequence[Pose]) -> None:
    """Give these bodies the picture's mean colour, in place."""
    colour = [round(value) for value in cv2.mean(picture)[:3]]
    for pose in poses:
        _paint(picture, pose, colour)


def _paint(picture: Image, pose: Pose, colour: Sequence[int]) -> None:
    points = np.clip(pose.landmarks[:, :2], -_FARTHEST_PX, _FARTHEST_PX)
    trunk = trunk_px(pose)
    width = max(1, round(THICK * trunk))
    for one, other in BONES:
        cv2.line(picture, _at(points[one]), _at(points[other]), colour, width)
    cv2.fillConvexPoly(picture, cv2.convexHull(points[_TRUNK].astype(np.int32)), colour)
    cv2.circle(picture, _at(points[_HEAD].mean(axis=0)), round(HEAD * trunk), colour, cv2.FILLED)


def _at(point: Floats) -> tuple[int, int]:
    return round(point[0]), round(point[1])
