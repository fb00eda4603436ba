"""The squares of a picture in turn, for whoever was overlooked and keeps still."""

from collections.abc import Sequence
from itertools import islice

import numpy as np

from monitor.posture.model import Floats, Region
from monitor.posture.motion import LEAST_CELLS, cell_px
from monitor.posture.windows import Sizes, windows

SLOWEST_EACH_S = 3.2
"""So long for a square once rounds were for nothing, or where nothing changed since it was
searched: 0.3 % of a core."""


class Rounds:
    """Half as often after each round in which nobody was found. Where nothing changed since a
    square was searched the answer is known: such squares wait until no others are left.

    each_s: seconds for a square after somebody was found: 5 % of a core.
    """

    def __init__(self, each_s: float = 0.2) -> None:
        self._each_s = each_s
        self._squares: Sequence[Region] = ()
        self._searched_t: Floats = np.zeros(0)
        self._left = 0
        self._fruitless = 0
        self._turn_t: float | None = None
        self._changed_t: Floats = np.zeros((0, 0))
        self._cell_px = 1

    def due(
        self, t: float, size: tuple[int, int], sizes: Sizes, strange: Floats, most: int
    ) -> list[Region]:
        """Those whose time has come, at most so many; for the rest see `Search.squares`."""
        self._see(t, size, strange)
        if self._turn_t is None:
            self._turn_t = t
        waited_s = t - self._turn_t + 1e-6
        most = int(min(most, waited_s / self._pace_s))
        if not most:
            return []
        if self._left <= 0:
            self._begin(windows(*size, sizes))
        turn = np.argsort(self._searched_t, kind="stable")
        taken = list(islice(filter(self._changed, turn), most))
        if not taken and waited_s >= SLOWEST_EACH_S:
            taken = [turn[0]]
        if taken:
            self._searched_t[taken], self._turn_t = t, t
            self._left -= len(taken)
            self._fruitless = min(self._fruitless + (self._left <= 0), 16)
        return [self._squares[number] for number in taken]

    def found(self) -> None:
        """Somebody was found: where there is one there may be others, and this round is not for
        nothing."""
        self._fruitless = -1

    @property
    def _pace_s(self) -> float:
        return min(self._each_s * 2.0 ** max(self._fruitless, 0), SLOWEST_EACH_S)

    def _see(self, t: float, size: tuple[int, int], strange: Floats) -> None:
        self._cell_px = cell_px(size)
        shape = (size[1] // self._cell_px + 1, size[0] // self._cell_px + 1)
        if self._changed_t.shape != shape:
            self._changed_t = np.full(shape, float("-inf"))
            self._squares, self._left, self._fruitless = (), 0, 0
        columns, rows = (strange // self._cell_px).astype(int).T
        self._changed_t[rows, columns] = t

    def _begin(self, squares: Sequence[Region]) -> None:
        """As many as in the last round lie where those did, but for what was learnt of sizes."""
        if len(squares) != len(self._squares):
            self._searched_t = np.full(len(squares), float("-inf"))
        self._squares, self._left = squares, len(squares)

    def _changed(self, number: int) -> bool:
        square, searched_t = self._squares[number], self._searched_t[number]
        rows, columns = (
            slice(
                max(0, int((centre - square.size / 2) / self._cell_px)),
                int((centre + square.size / 2) / self._cell_px) + 1,
            )
            for centre in (square.y, square.x)
        )
        changed = int((self._changed_t[rows, columns] > searched_t).sum())
        return bool(np.isneginf(searched_t)) or changed >= LEAST_CELLS
