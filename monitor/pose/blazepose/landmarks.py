"""The landmark graph: a body in its region."""

from pathlib import Path

import cv2
import numpy as np

from monitor.pose.blazepose.graph import Graph, Tensor, sigmoid
from monitor.pose.blazepose.region import aligned
from monitor.pose.crops import crop, to_picture, turned
from monitor.posture.model import Floats, Image, Pose, Region

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

_NEAR = np.mgrid[-REACH : REACH + 1, -REACH : REACH + 1].reshape(2, 1, -1)
_EACH = np.arange(LANDMARKS)[:, None]


class Landmarks:
    """Looks at one region at a time."""

    def __init__(self, model: Path, threads: int = 1):
        """Raises ModelError when the file is no such graph."""
        self._graph = Graph(model, SIDE, OUTPUTS, threads)

    def __call__(self, picture: Image, region: Region) -> Pose:
        """The body in the region, whether there is one or not: `score` tells."""
        square = crop(picture, region, SIDE, border=cv2.BORDER_REPLICATE)
        raw, presence, world, heat = self._graph(square, 1 / 255, 0.0)
        points = _in_picture(_refined(raw.reshape(LANDMARKS, 5), heat), region)
        return Pose(
            points[:BODY],
            _turned_back(world.reshape(LANDMARKS, 3)[:BODY], region.angle),
            float(presence[0]),
            aligned(points[HIPS, :2], points[EDGE, :2]),
        )


def _refined(raw: Tensor, heat: Tensor) -> Floats:
    """Landmarks in pixels of the crop, each moved to the centre of the heat near it."""
    points = raw.astype(np.float64)
    cells = np.floor(points[:, :2] * (CELLS / SIDE)).astype(int)
    columns, rows = (cells[:, axis, None] + _NEAR[axis] for axis in (0, 1))
    inside = (columns >= 0) & (columns < CELLS) & (rows >= 0) & (rows < CELLS)
    near = heat[rows.clip(0, CELLS - 1), columns.clip(0, CELLS - 1), _EACH]
    weight = np.where(inside, sigmoid(near), 0.0)
    hot = (weight.max(axis=1) >= LEAST_HEAT) & ((cells >= 0) & (cells < CELLS)).all(axis=1)
    total = weight[hot].sum(axis=1)
    for axis, cell in enumerate((columns, rows)):
        points[hot, axis] = (cell[hot] * weight[hot]).sum(axis=1) / total * (SIDE / CELLS)
    return points


def _in_picture(raw: Floats, region: Region) -> Floats:
    """(39, 4): x, y, z in pixels of the picture, visibility 0..1."""
    points = raw[:, :4].copy()
    transform = to_picture(region, SIDE)
    points[:, :2] = points[:, :2] @ transform[:, :2].T + transform[:, 2]
    points[:, 2] *= region.size / SIDE
    points[:, 3] = sigmoid(points[:, 3])
    return points


def _turned_back(world: Tensor, angle: float) -> Floats:
    """Metres as seen upright in the crop → as seen in the picture."""
    metres = world.astype(np.float64)
    metres[:, :2] = metres[:, :2] @ turned(angle).T
    return metres
