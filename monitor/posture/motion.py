"""Where the picture changes."""

from collections import deque
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from monitor.posture.model import AnyImage, Floats
from monitor.posture.picture import means

Box = tuple[float, float, float, float]
"""x, y, width, height in pixels."""

CELLS_ACROSS = 160
"""Cells along the long side: one is 8 pixels of a picture 1280 wide, so that somebody 60 pixels
high covers 20 of them."""

NOISES = 6.0
"""A cell changed when it differs by more than this many standard deviations of the noise: one in
10⁹ does by chance."""

LEAST_CHANGE, MOST_CHANGE = 3.0, 30.0
"""Grey levels. Rounding and flicker stay below the first; whatever the noise, a change above the
second counts, so that of a camera that itself moves everything counts as moving."""

LEAST_CELLS = 4
"""Fewer changed cells are an insect or a speck."""

OUTLINE = 0.1
"""A body reaches beyond its landmarks by up to this share of its height: the crown, the back, shoes
and what the hands hold."""

SWAY_S = 1.0
"""Whoever stands sways slowly: a body's movement is told against the picture of so long ago."""

Cells = NDArray[np.float32]
Mask = NDArray[np.bool_]


def cell_px(size: tuple[int, ...]) -> int:
    """Side of a cell in a picture of this width and height."""
    return max(1, max(size) // CELLS_ACROSS)


class Motion:
    """Compares each picture with earlier ones, as small grey means of cells."""

    def __init__(self) -> None:
        self._past: deque[tuple[float, Cells]] = deque()
        self._now: Mask = np.zeros((1, 1), bool)
        self._lately: Mask = self._now
        self._cell_px = 1

    def look(self, t: float, image: AnyImage) -> None:
        """Take in the next picture. Nothing is known to move in the first, nor when the size
        changed."""
        self._cell_px = cell_px(image.shape[:2])
        cells = means(image, self._cell_px)
        if self._past and self._past[-1][1].shape != cells.shape:
            self._past.clear()
        self._past.append((t, cells))
        while len(self._past) > 2 and self._past[1][0] <= t - SWAY_S:
            self._past.popleft()
        self._now = _changed(self._past[max(0, len(self._past) - 2)][1], cells)
        self._lately = _changed(self._past[0][1], cells)

    @property
    def cells(self) -> Cells:
        """The newest picture as grey means of its cells, (rows, columns)."""
        return self._past[-1][1]

    def within(self, box: Box) -> bool:
        """Whether something moved in this part of the picture within a second."""
        part = self._lately[self._cut(box)]
        return bool(part.sum() >= max(1, min(LEAST_CELLS, part.size)))

    def outside(self, boxes: Iterable[Box]) -> Floats:
        """(n, 2) pixels where something moves anywhere else, row by row; none when it is too
        little."""
        rest = self._now.copy()
        for box in boxes:
            rest[self._cut(_outline(box))] = False
        places = np.asarray((np.argwhere(rest)[:, ::-1] + 0.5) * self._cell_px, np.float64)
        return places if len(places) >= LEAST_CELLS else places[:0]

    def _cut(self, box: Box) -> tuple[slice, slice]:
        x, y, width, height = (side / self._cell_px for side in box)
        return _span(y, y + height), _span(x, x + width)


def _outline(box: Box) -> Box:
    x, y, width, height = box
    more = OUTLINE * max(width, height)
    return x - more, y - more, width + 2 * more, height + 2 * more


def _span(start: float, end: float) -> slice:
    return slice(max(0, int(start)), max(0, int(np.ceil(end))))


def _changed(before: Cells, cells: Cells) -> Mask:
    change = np.abs(cells - before)
    noise = 1.4826 * float(np.partition(change, change.size // 2, axis=None)[change.size // 2])
    return np.asarray(change > np.clip(NOISES * noise, LEAST_CHANGE, MOST_CHANGE))
