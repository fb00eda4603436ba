"""Has the camera been moved? What stands in the picture is compared with where it stood."""

from collections import deque

import numpy as np

from monitor.posture.model import Floats
from monitor.posture.motion import Cells

LOOK_S = 2.0
"""Pictures so far apart are compared."""

LOOKS = 8
"""The middle one of so many pictures, cell by cell, shows what stands: who walks by is in fewer
than half of them."""

MOVED = 0.4
"""Agreement of the edges (cosine of their directions, 1 the same, 0 by chance) below which the view
is another. A drawn camera turned by 2° drops to 0.39, by 5° to
0.21; brighter, darker or lit from one side it keeps 0.99, with people about 0.73, and still
real cameras 0.57 to 0.99."""

MOVED_S = 20.0
"""The view is another for so long before it is believed: somebody may stand before the lens."""

EDGE = 6.0
"""Grey levels between neighbouring cells that are an edge: over the noise of a cell's mean."""

LEAST_EDGES = 60
"""Fewer edges, as at night, tell nothing."""

RENEW_S = 600.0
"""What stands is remembered anew so often: slow change (sun, pallets) adds up to no move."""


class Outlook:
    """What one camera looks at."""

    def __init__(self) -> None:
        self._looks: deque[Cells] = deque(maxlen=LOOKS)
        self._known: Floats | None = None
        self._looked_t = self._known_t = float("-inf")
        self._other_from: float | None = None

    def moved(self, t: float, cells: Cells) -> bool:
        """Take in a picture as grey means of its cells, (rows, columns); whether the camera looks
        elsewhere for good: told once, then the new view is what is known."""
        if t - self._looked_t < LOOK_S:
            return False
        if t - self._looked_t > LOOKS * LOOK_S:
            self._looks.clear()
        self._looked_t = t
        if self._known is not None and self._known.shape[1:] != cells.shape:
            self._looks.clear()
            self._known = None
        self._looks.append(cells)
        if len(self._looks) < LOOKS:
            return False
        now = _edges(np.median(self._looks, axis=0))
        if self._known is None:
            self._know(t, now)
        return self._compare(t, now, self._known if self._known is not None else now)

    def _compare(self, t: float, now: Floats, known: Floats) -> bool:
        agreement = _agreement(now, known)
        if agreement is None or agreement >= MOVED:
            self._other_from = None
            if agreement is not None and t - self._known_t >= RENEW_S:
                self._know(t, now)
            return False
        if self._other_from is None:
            self._other_from = t
        if t - self._other_from < MOVED_S:
            return False
        self._know(t, now)
        return True

    def _know(self, t: float, edges: Floats) -> None:
        self._known, self._known_t, self._other_from = edges, t, None


def _edges(cells: Floats) -> Floats:
    """(2, rows, columns) how grey changes across and down."""
    return np.array(np.gradient(cells)[::-1])


def _agreement(now: Floats, known: Floats) -> float | None:
    """Mean cosine between the directions of two pictures' edges, where either has one; `None` when
    one of them has too few."""
    sizes = [np.linalg.norm(edges, axis=0) for edges in (now, known)]
    if min(int((size > EDGE).sum()) for size in sizes) < LEAST_EDGES:
        return None
    either = np.maximum(*sizes) > EDGE
    products = (now * known).sum(axis=0)[either]
    lengths = (sizes[0] * sizes[1])[either]
    return float(np.mean(products / np.maximum(lengths, 1e-9)))
