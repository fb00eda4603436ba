"""Has the camera been moved? What stands in the picture is compared with where it stood."""

from collections import deque

import numpy as np

from monitor.posture.model import Floats
from monitor.posture.motion import Cells

LOOK_S = 2.0
"""Pictures so far apart are compared."""

SPAN_S, FEWEST = 14.0, 3
"""The middle one of the pictures of so long, cell by cell, shows what stands: who walks by is in
fewer than half of them. When they come less often, so many are taken."""

AWAY_S = 30.0
"""After a longer gap pictures are gathered anew."""

MOVED = 0.4
"""Agreement of the edges (cosine of their directions, 1 the same, 0 by chance) below which the view
is another. A drawn camera turned by 2° drops to 0.39, by 5° to
0.21; brighter, darker or lit from one side it keeps 0.99, with people about 0.73, and still
real cameras 0.57 to 0.99."""

MOVED_S = 20.0
"""Every picture shows another view for so long before it is believed: somebody may stand before the
lens. With pictures up to 10 s apart it is known within 30 s."""

EDGE = 6.0
"""Grey levels between neighbouring cells that are an edge: over the noise of a cell's mean."""

LEAST_EDGES = 60
"""Fewer edges, as at night, tell nothing."""

RENEW_S = 600.0
"""What stands is remembered anew so often: slow change (sun, pallets) adds up to no move."""


class Outlook:
    """What one camera looks at."""

    def __init__(self) -> None:
        self._looks: deque[tuple[float, Cells]] = deque()
        self._known: Floats | None = None
        self._first: Floats | None = None
        self._looked_t = self._known_t = self._begun_t = float("-inf")
        self._other_from: float | None = None

    def moved(self, t: float, cells: Cells) -> bool:
        """Take in a picture as grey means of its cells, (rows, columns); whether the camera looks
        elsewhere for good: told once, then the new view is what is known."""
        if t - self._looked_t < LOOK_S:
            return False
        self._gather(t, cells)
        if t - self._begun_t < SPAN_S or len(self._looks) < FEWEST:
            return False
        now = _edges(np.median([look for _, look in self._looks], axis=0))
        if self._known is None:
            self._know(t, now)
        return self._compare(t, now, cells, self._known if self._known is not None else now)

    @property
    def astray(self) -> bool:
        """Whether it looks elsewhere than at first."""
        return self._first is not None

    def _gather(self, t: float, cells: Cells) -> None:
        if self._known is not None and self._known.shape[1:] != cells.shape:
            self._known = None
        away = t - self._looked_t > AWAY_S
        if away or (self._looks and self._looks[-1][1].shape != cells.shape):
            self._looks.clear()
            self._begun_t = t
            self._other_from = None
        self._looked_t = t
        self._looks.append((t, cells))
        while len(self._looks) > FEWEST and self._looks[0][0] < t - SPAN_S:
            self._looks.popleft()

    def _compare(self, t: float, now: Floats, cells: Cells, known: Floats) -> bool:
        agreement = _agreement(now, known)
        if agreement is not None and agreement >= MOVED and t - self._known_t >= RENEW_S:
            self._know(t, now)
        newest = _agreement(_edges(cells), known)
        if newest is None or newest >= MOVED:
            self._other_from = None
            return False
        if self._other_from is None:
            self._other_from = t
        still = agreement is None or agreement >= MOVED
        if still or t - self._other_from < MOVED_S:
            return False
        self._first = self._elsewhere(now, known)
        self._know(t, now)
        return True

    def _elsewhere(self, now: Floats, known: Floats) -> Floats | None:
        """The view it had at first, now that it has left the known one; `None` when it is back."""
        first = known if self._first is None else self._first
        if first.shape != now.shape:
            return first
        agreement = _agreement(now, first)
        return first if agreement is None or agreement < MOVED else None

    def _know(self, t: float, edges: Floats) -> None:
        self._known, self._known_t, self._other_from = edges, t, None


def _edges(cells: Floats | Cells) -> Floats:
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
