"""The detector graph: where in a square of the picture bodies may be."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from monitor.pose.blazepose.graph import Graph, sigmoid
from monitor.pose.blazepose.region import aligned
from monitor.pose.crops import crop, to_picture
from monitor.posture.model import AnyImage, Floats, Region

SIDE = 224
_CELLS = ((28, 2), (14, 2), (7, 6))
"""Cells a side and anchors a cell: strides 8 and 16 with two, three layers of stride 32 with two
each (MediaPipe's pose_detection graph)."""

_VALUES = 12
"""Centre and size of the face's box, then four points: hips, circle, shoulders, upper circle."""

OVERLAP = 0.3
"""Boxes that overlap by more (intersection over union) are one."""


@dataclass(frozen=True, slots=True)
class Detection:
    """score: 0..1. region: of the body, in pixels of the picture."""

    score: float
    region: Region


class Detector:
    """Where bodies are in one square at a time."""

    def __init__(self, model: Path, threads: int = 1):
        """Raises ModelError when the file is no such graph."""
        self._boxes = Boxes(model, SIDE, _CELLS, _VALUES, threads)

    def __call__(self, picture: AnyImage, window: Region, min_score: float) -> list[Detection]:
        found = self._boxes(picture, window, min_score)
        return [_detection(value, score, window) for value, score in found]


class Boxes:
    """A graph of MediaPipe's single-shot detectors: boxes and points around fixed anchors."""

    def __init__(
        self, model: Path, side: int, cells: Sequence[tuple[int, int]], values: int, threads: int
    ):
        """side: of its square, pixels. cells: of each layer, those a side and anchors in each.
        values: numbers a box: centre, size, points. Raises ModelError when the file is no such
        graph."""
        count = sum(across**2 * each for across, each in cells)
        self._side = side
        self._graph = Graph(model, side, [(1, count, values), (1, count, 1)], threads)
        self._anchors = _anchors(side, cells)

    def __call__(
        self, picture: AnyImage, window: Region, min_score: float
    ) -> list[tuple[Floats, float]]:
        """The values of each box in pixels of the square, and its score 0..1."""
        raw, logits = self._graph(crop(picture, window, self._side), 1 / 127.5, -1.0)
        scores = sigmoid(logits[:, 0])
        sure = scores >= min_score
        values = _decoded(raw[sure].astype(np.float64), self._anchors[sure])
        return _merged(values, scores[sure])


def _anchors(side: int, cells: Sequence[tuple[int, int]]) -> Floats:
    """(n, 2) centres of the anchors in pixels of the square."""
    layers = []
    for across, each in cells:
        centres = (np.arange(across) + 0.5) * side / across
        y, x = np.meshgrid(centres, centres, indexing="ij")
        layers.append(np.column_stack([x.ravel(), y.ravel()]).repeat(each, axis=0))
    return np.concatenate(layers)


def _decoded(raw: Floats, anchors: Floats) -> Floats:
    """Raw values in pixels of the square: all but the box's size count from the anchor."""
    values = raw + np.tile(anchors, raw.shape[1] // 2)
    values[:, 2:4] = raw[:, 2:4]
    return values


def _merged(values: Floats, scores: Floats) -> list[tuple[Floats, float]]:
    """Weighted non-maximum suppression: each group of overlapping boxes as its mean, weighed by
    score, with the score of the surest."""
    groups = []
    order = np.argsort(-scores, kind="stable")
    while order.size:
        same = _overlap(values[order[0]], values[order]) > OVERLAP
        same[0] = True
        group = order[same]
        groups.append((np.average(values[group], axis=0, weights=scores[group]), scores[order[0]]))
        order = order[~same]
    return groups


def _overlap(box: Floats, boxes: Floats) -> Floats:
    low = np.maximum(box[:2] - box[2:4] / 2, boxes[:, :2] - boxes[:, 2:4] / 2)
    high = np.minimum(box[:2] + box[2:4] / 2, boxes[:, :2] + boxes[:, 2:4] / 2)
    shared = np.clip(high - low, 0, None).prod(axis=1)
    union = box[2:4].prod() + boxes[:, 2:4].prod(axis=1) - shared
    return np.asarray(shared / np.maximum(union, 1e-9))


def _detection(values: Floats, score: float, window: Region) -> Detection:
    transform = to_picture(window, SIDE)
    hips, edge = values[4:8].reshape(2, 2) @ transform[:, :2].T + transform[:, 2]
    return Detection(float(score), aligned(hips, edge))
