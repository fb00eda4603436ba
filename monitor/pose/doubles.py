"""One body, seen in several windows, told once."""

from collections.abc import Sequence

import numpy as np

from monitor.pose.faces import Disc
from monitor.posture.body import BODY, SAME_BODY, apart, trunk_px
from monitor.posture.model import BONES, Floats, Landmark, Pose, Region

ON_BODY = 0.25
"""A joint within this share of a trunk from a point of another body lies on it:
about 0.12 m, half a shoulder's breadth."""

MOSTLY = 0.75
"""A body of whose big joints this share lies on a surer one is the same body misread."""

PART = 2.0
"""A head or a trunk read as a whole body is less than half as large as the body it belongs to."""

SAME_PLACE = 0.1
"""Regions whose centres are closer than this share of their side would show the same body."""

SAME_SIZE = 1.5
"""Of two regions at one place, the larger is less than this many times the smaller."""

_ACROSS = (
    (Landmark.LEFT_SHOULDER, Landmark.RIGHT_HIP),
    (Landmark.RIGHT_SHOULDER, Landmark.LEFT_HIP),
    (Landmark.NOSE, Landmark.LEFT_SHOULDER),
    (Landmark.NOSE, Landmark.RIGHT_SHOULDER),
)
_LINES = np.array([*BONES, *_ACROSS]).T
_ALONG = np.linspace(0, 1, 5)[:, None, None]


def without_doubles(poses: Sequence[Pose], faces: Sequence[Disc] = ()) -> list[Pose]:
    """Each body once; of several answers for one body the first, so the surest come first.

    faces: seen where the heads of these bodies are.

    A part of a near body is sometimes read as a whole one. Somebody so much smaller is farther
    away and would be hidden by the near one, so the smaller answer is the wrong one.
    """
    kept: list[Pose] = []
    for pose in poses:
        part = any(part_of(pose, other) for other in poses)
        if not part and not any(_same_body(pose, other, faces) for other in kept):
            kept.append(pose)
    return kept


def same_place(one: Region, other: Region) -> bool:
    """Whether two regions would show the same body."""
    small, large = sorted((one.size, other.size))
    centres = np.hypot(one.x - other.x, one.y - other.y)
    return bool(centres < SAME_PLACE * small and large < SAME_SIZE * small)


def elsewhere(region: Region, known: Sequence[Region]) -> bool:
    """Whether a region shows none of the bodies known."""
    return not any(same_place(region, place) for place in known)


def _same_body(pose: Pose, surer: Pose, faces: Sequence[Disc]) -> bool:
    """A misread body lies on the joints of the right one. So may somebody close behind, but they
    have a face of their own."""
    if apart(pose, surer) < SAME_BODY:
        return True
    misread = _on(pose, surer, surer.landmarks[:, :2]) >= MOSTLY
    return misread and not (_own_face(pose, surer, faces) and _own_face(surer, pose, faces))


def _own_face(pose: Pose, other: Pose, faces: Sequence[Disc]) -> bool:
    return any(_is_face(pose, face) and not _is_face(other, face) for face in faces)


def _is_face(pose: Pose, face: Disc) -> bool:
    x, y = pose.landmarks[Landmark.NOSE, :2]
    return bool(np.hypot(x - face.x, y - face.y) < face.radius)


def part_of(pose: Pose, whole: Pose) -> bool:
    """Whether a body is a part of another, read as a whole one."""
    small = PART * trunk_px(pose) < trunk_px(whole)
    return small and _on(pose, whole, _filled(whole)) >= MOSTLY


def _on(pose: Pose, other: Pose, points: Floats) -> float:
    """Share of the big joints that lie near these (n, 2) points of the other body."""
    joints = pose.landmarks[list(BODY), None, :2]
    nearest = np.linalg.norm(joints - points, axis=2).min(axis=1)
    return float(np.mean(nearest < ON_BODY * trunk_px(other)))


def _filled(pose: Pose) -> Floats:
    """(n, 2) points along the bones and across the trunk."""
    ends = pose.landmarks[_LINES, :2]
    return np.asarray((ends[0] + _ALONG * (ends[1] - ends[0])).reshape(-1, 2))
