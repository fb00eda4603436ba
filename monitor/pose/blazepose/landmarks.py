"""The landmark graph: a body in its region."""

from pathlib import Path

import cv2
import numpy as np

from monitor.pose.blazepose.graph import Graph, Tensor, sigmoid
from monitor.pose.blazepose.region import aligned
from monitor.pose.crops import crop, to_picture, turned
from monitor.posture.model import AnyImage, Floats, Image, Landmark, Pose, Region

SIDE = 256
LANDMARKS, BODY = 39, 33
"""The graph gives six more landmarks than a body has; two of them align the next look."""

HIPS, EDGE = 33, 34

CELLS = 64

OUTPUTS = ((1, LANDMARKS * 5), (1, 1), (1, LANDMARKS * 3), (1, CELLS, CELLS, LANDMARKS))
"""Shapes of what is read: x, y, z, visibility and presence of each landmark; how surely a body
is there (0..1); metres; where in the crop each landmark may lie (before the sigmoid)."""

REACH = 3
"""Cells round a landmark whose heat moves it: MediaPipe's kernel of 7."""

LEAST_HEAT = 0.5
"""Below this heat (0..1) everywhere in reach a landmark stays where it is, as in MediaPipe."""

_NEAR = np.mgrid[-REACH : REACH + 1, -REACH : REACH + 1].reshape(2, -1)[::-1]
"""(2, 49) columns and rows of the cells in reach, from the landmark's own in the middle."""

_MIDDLE = _NEAR.shape[1] // 2
_EACH = np.arange(LANDMARKS)[:, None]


def _mirror_name(name: str) -> str:
    side, other = ("LEFT", "RIGHT") if "LEFT" in name else ("RIGHT", "LEFT")
    return name.replace(side, other)


_OTHER_SIDE = [*(Landmark[_mirror_name(point.name)] for point in Landmark), *range(BODY, LANDMARKS)]


class Landmarks:
    """Looks at one region at a time."""

    def __init__(self, model: Path, threads: int = 1):
        """Raises ModelError when the file is no such graph."""
        self._graph = Graph(model, SIDE, OUTPUTS, threads)
        self._square = np.empty((SIDE, SIDE, 3), np.uint8)

    def __call__(self, picture: AnyImage, region: Region) -> Pose:
        """The body in the region, whether there is one or not: `score` tells."""
        return _pose(*self._read(self._cut(picture, region)), region)

    def both_ways(self, picture: AnyImage, region: Region) -> tuple[Pose, Pose]:
        """The body as it is read, and as it is read in a mirror, turned back. They agree where a
        body is; what is read into furniture changes with the side."""
        square = self._cut(picture, region)
        mirrored = self._read(np.ascontiguousarray(square[:, ::-1]))
        return _pose(*self._read(square), region), _pose(*_unmirrored(*mirrored), region)

    def _cut(self, picture: AnyImage, region: Region) -> Image:
        return crop(picture, region, SIDE, border=cv2.BORDER_REPLICATE, into=self._square)

    def _read(self, square: Image) -> tuple[Floats, float, Floats]:
        """(39, 4) x, y, z in pixels of the crop and visibility; presence; (39, 3) metres."""
        raw, presence, world, heat = self._graph(square, 1 / 255, 0.0)
        points = _refined(raw.reshape(LANDMARKS, 5)[:, :4], heat)
        points[:, 3] = sigmoid(points[:, 3])
        return points, float(presence[0]), world.reshape(LANDMARKS, 3).astype(np.float64)


def _pose(points: Floats, presence: float, world: Floats, region: Region) -> Pose:
    seen = _in_picture(points, region)
    metres = world[:BODY].copy()
    metres[:, :2] = metres[:, :2] @ turned(region.angle).T
    return Pose(seen[:BODY], metres, presence, aligned(seen[HIPS, :2], seen[EDGE, :2]))


def _unmirrored(points: Floats, presence: float, world: Floats) -> tuple[Floats, float, Floats]:
    points, world = points[_OTHER_SIDE], world[_OTHER_SIDE]
    points[:, 0] = SIDE - points[:, 0]
    world[:, 0] = -world[:, 0]
    return points, presence, world


def _refined(raw: Tensor, heat: Tensor) -> Floats:
    """Landmarks in pixels of the crop, each moved to the centre of the heat near it.

    Cells beyond the edge wrap round (the side is a power of two) and weigh nothing.
    """
    points = raw.astype(np.float64)
    cells = np.floor(points[:, :2] * (CELLS / SIDE)).astype(int)
    near = cells[:, :, None] + _NEAR
    within = near & (CELLS - 1)
    inside = (near == within).all(axis=1)
    weight = inside * sigmoid(heat[within[:, 1], within[:, 0], _EACH])
    hot = (weight.max(axis=1) >= LEAST_HEAT) & inside[:, _MIDDLE]
    near, weight = near[hot], weight[hot, :, None]
    points[hot, :2] = (near @ weight)[:, :, 0] / weight.sum(axis=1) * (SIDE / CELLS)
    return points


def _in_picture(points: Floats, region: Region) -> Floats:
    transform = to_picture(region, SIDE)
    seen = points.copy()
    seen[:, :2] = points[:, :2] @ transform[:, :2].T + transform[:, 2]
    seen[:, 2] *= region.size / SIDE
    return seen
