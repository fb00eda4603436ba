"""Notices a camera whose picture has lost its detail: covered, or out of focus."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from monitor.posture.model import AnyImage, Floats
from monitor.posture.picture import grey

Loss = Literal["covered", "defocused"]

ACROSS = 640
"""Pixels of the long side that are looked at: people are searched at this size, so that finer
blur harms nobody."""

DOWN = 90
"""Rows looked at, evenly spread."""

SPAN, CELL = 32, 8
"""Columns of a span, in which an edge is sought, and of a cell, whose mean is compared."""

TILE = (9, 8)
"""Rows and cells of a tile."""

CONTRAST, NOISES = 24.0, 16.0
"""Grey levels, and standard deviations of the noise, that a span must hold to tell sharpness."""

SPANS = 40
"""Fewer spans with contrast tell nothing, as on an empty belt."""

BLURRED, BLURRED_SHARE = 0.2, 0.5
"""Out of focus: an edge's steepest step is under a fifth of its height, which is blur over more
than 5 of the 640 pixels people are searched in (the steepest step of an edge blurred by σ is
1/(σ√2π) of its height), and it is under half of what this camera is used to: edges are twice as
wide as ever. A camera that was always soft is not called so."""

STRUCTURE = 3.0
"""Grey levels between neighbouring cells, root mean square, of a tile in which something stands:
over the noise of a cell's mean."""

STANDS = 0.5
"""Share of a tile's usual contrast that is always in the same place: less is what passes by, as on
a belt, which may stay away."""

TILES = 12
"""Fewer such tiles, of about 100, tell nothing."""

GONE, SMOOTH = 0.25, 0.5
"""A tile is lost when what stood there shows less than a quarter of its contrast, light taken into
account, and what is seen instead is less than half as rich: other goods, or somebody's clothes,
are not smooth."""

DARK = 16.0
"""A darker tile (the black level of video) tells nothing: a hall at night is not covered."""

COVERED_SHARE = 0.8
"""Share of the tiles lost that is a covered camera: somebody before it leaves more."""

COVERED_S, DEFOCUSED_S = 10.0, 15.0
"""For so long before it is believed: light flashes and exposure hunts for seconds. With looks 10 s
apart either is known within 30 s."""

LEARN_S, FORGET_S = 60.0, 6 * 3600.0
"""How fast it is learnt what stands and how sharp it is; how fast lost sharpness is forgotten, so
that a lens that creeps out of focus is noticed too."""

KNOWN_S, KNOWN_LOOKS = 10.0, 3
"""Looks over so long are needed before anything is known."""

Rows = NDArray[np.uint8]


class Detail:
    """What stands in one camera's picture and how sharp, against its own recent past.

    Takes 0.5 ms of a 1080p picture. What was lost before the first look is not noticed.
    """

    def __init__(self) -> None:
        self._cells = self._energy = np.zeros((1, 1), np.float32)
        self._sharpness: float | None = None
        self._looks = 0
        self._first_t = self._last_t = 0.0
        self._covered_from: float | None = None
        self._blurred_from: float | None = None

    def look(self, t: float, image: AnyImage) -> Loss | None:
        """What is wrong, or `None`. Pictures of one size come in the order of their
        `t`, 0.1 to 10 s apart."""
        rows = _rows(image)
        cells = rows.reshape(len(rows), -1, CELL).mean(axis=2, dtype=np.float32)
        if self._looks == 0:
            self._first_t = t
        known = self._looks >= KNOWN_LOOKS and t - self._first_t >= KNOWN_S
        covered = known and self._lost_share(cells) >= COVERED_SHARE
        sharpness = None if covered else _sharpness(rows)
        defocused = known and sharpness is not None and self._blurred(sharpness)
        self._covered_from = _since(self._covered_from, t, covered)
        self._blurred_from = _since(self._blurred_from, t, defocused)
        if not covered and not defocused:
            self._learn(t, cells, sharpness)
        if self._covered_from is not None and t - self._covered_from >= COVERED_S:
            return "covered"
        if self._blurred_from is not None and t - self._blurred_from >= DEFOCUSED_S:
            return "defocused"
        return None

    def _lost_share(self, cells: NDArray[np.float32]) -> float:
        """Of the tiles in which something stood, those in which nothing is left; 0 when too few."""
        stood, now = _steps(self._cells), _steps(cells)
        before, after = _tiled(self._cells), _tiled(cells)
        energy = _tiled(stood * stood)
        structured = energy >= np.maximum(STRUCTURE**2, STANDS * _tiled(self._energy))
        if structured.sum() < TILES:
            return 0.0
        light = np.clip(after / np.maximum(before, 1.0), 0.05, 1.0)
        left = _tiled(stood * now) / np.maximum(energy, 1e-6)
        smooth = _tiled(now * now) < SMOOTH**2 * energy
        lost = structured & smooth & (left < GONE * light) & (after >= DARK)
        return float(lost.sum() / structured.sum())

    def _blurred(self, sharpness: float) -> bool:
        own = self._sharpness
        return own is not None and sharpness < BLURRED and sharpness < BLURRED_SHARE * own

    def _learn(self, t: float, cells: NDArray[np.float32], sharpness: float | None) -> None:
        passed_s = t - self._last_t if self._looks else 0.0
        self._looks, self._last_t = self._looks + 1, t
        weight = max(_weight(passed_s, LEARN_S), 1.0 / self._looks)
        if self._looks == 1:
            self._cells, self._energy = np.zeros_like(cells), np.zeros_like(cells)
        self._cells += np.float32(weight) * (cells - self._cells)
        self._energy += np.float32(weight) * (_steps(cells) ** 2 - self._energy)
        if sharpness is None:
            return
        if self._sharpness is None:
            self._sharpness = sharpness
        if sharpness < self._sharpness and self._looks > KNOWN_LOOKS:
            weight = _weight(passed_s, FORGET_S)
        self._sharpness += weight * (sharpness - self._sharpness)


def _since(begun: float | None, t: float, so: bool) -> float | None:
    if not so:
        return None
    return t if begun is None else begun


def _weight(passed_s: float, span_s: float) -> float:
    return float(1.0 - np.exp(-passed_s / span_s))


def _rows(image: AnyImage) -> Rows:
    """About 90 rows of up to 640 points."""
    height, width = image.shape[:2]
    across = max(1, round(max(height, width) / ACROSS))
    rows = grey(image, max(1, height // DOWN), across)
    return np.ascontiguousarray(rows[:, : rows.shape[1] // SPAN * SPAN])


def _sharpness(rows: Rows) -> float | None:
    """How steep edges are, 0..1: the steepest step of a span as a share of the span's contrast, at
    the upper quartile of the spans that have contrast: one in four may be a text that the camera
    writes, which stays sharp. Whatever the light, it is the same. `None`: too few such spans.

    Spans with black in them are left out: the edge of a privacy mask is always sharp.
    """
    spans = rows.reshape(len(rows), -1, SPAN)
    lowest, highest = spans.min(axis=2), spans.max(axis=2)
    left, right = spans[:, :, :-1], spans[:, :, 1:]
    steps = np.maximum(left, right) - np.minimum(left, right)
    noise = float(np.median(steps[::3, :, ::5])) / 0.954
    contrast = (highest - lowest).astype(np.float64)
    telling = (contrast > max(CONTRAST, NOISES * noise)) & (lowest > 0)
    if telling.sum() < SPANS:
        return None
    steepest = steps[telling].max(axis=1) - 4.0 * noise
    shares: Floats = np.maximum(steepest, 0.0) / (contrast[telling] - 4.0 * noise)
    return float(np.quantile(shares, 0.75))


def _steps(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """Change from each cell to the next of its row; none beside black, where a mask may end."""
    steps = np.zeros_like(cells)
    np.subtract(cells[:, 1:], cells[:, :-1], out=steps[:, 1:])
    black = cells < 1.0
    steps[black] = 0.0
    steps[:, 1:][black[:, :-1]] = 0.0
    return steps


def _tiled(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean of each tile."""
    high, wide = (max(1, size // side) for size, side in zip(cells.shape, TILE, strict=True))
    rows, columns = cells.shape[0] // high * high, cells.shape[1] // wide * wide
    tiles = cells[:rows, :columns].reshape(high, rows // high, wide, columns // wide)
    return np.asarray(tiles.mean(axis=(1, 3)), np.float32)
