"""Which squares of a picture are searched for people."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from monitor.posture.model import Floats, Region
from monitor.posture.motion import LEAST_CELLS
from monitor.posture.windows import BODIES, MARGIN, SMALLEST_PX, Sizes, whole, windows

SQUARES = 4
"""Squares searched at one look, some 10 ms each, so that none of them stalls."""


@dataclass(slots=True)
class Search:
    """Often where somebody is missing and where something moves that nobody known explains;
    slowly, but for the first time, all over the picture.

    eager_s: seconds between searches of the first kind, so that a person who comes into view is
    found in time to be believed within a second. each_s: seconds for each square of the other, for
    whoever was overlooked and keeps still: 5 % of a core.
    """

    eager_s: float = 0.4
    each_s: float = 0.2
    _aimed_t: float = float("-inf")
    _round_t: float = float("-inf")
    _aimed: deque[Region] = field(default_factory=deque)
    _round: deque[Region] = field(default_factory=deque)

    @property
    def aims(self) -> bool:
        """Whether squares in which somebody may be wait to be searched."""
        return bool(self._aimed)

    def squares(
        self,
        t: float,
        size: tuple[int, int],
        sizes: Sizes,
        missing: Iterable[Region],
        strange: Floats,
    ) -> list[Region]:
        """Those due now.

        size: of the picture, width and height. sizes: of people, as learnt. missing: where
        somebody is expected and was not seen. strange: (n, 2) pixels that nobody seen changed.
        """
        if self._round_t == float("-inf"):
            self._aimed.extend(windows(*size))
            self._round_t = t
        if not self._round:
            self._round.extend(windows(*size, sizes))
        if not self._aimed and t - self._aimed_t >= self.eager_s - 1e-6:
            self._aimed.extend([*map(_around, missing), *_where(strange, size, sizes)])
            self._aimed_t = t
        return _taken(self._aimed, SQUARES) + _taken(self._round, self._due(t))

    def _due(self, t: float) -> int:
        """Squares of the round whose time has come."""
        due = int(min(SQUARES, (t - self._round_t) / self.each_s + 1e-6))
        self._round_t = t if due else self._round_t
        return due


def _taken(squares: deque[Region], most: int) -> list[Region]:
    return [squares.popleft() for _ in range(min(most, len(squares)))]


def _around(body: Region) -> Region:
    return replace(body, size=body.size * BODIES / MARGIN, angle=0.0)


def _where(strange: Floats, size: tuple[int, int], sizes: Sizes) -> list[Region]:
    """Where something moves, and the whole picture, in case that somebody is nearer than anybody
    ever was."""
    if not len(strange):
        return []
    if sizes.rows(size[1]) is None:
        return [square for square in windows(*size) if _inside(square, strange).any()]
    return [whole(*size), *aimed(strange, size, sizes)]


def aimed(points: Floats, size: tuple[int, int], sizes: Sizes) -> list[Region]:
    """Squares for people of the learnt sizes that hold these (n, 2) places of change, the fullest
    first; few of them alone are an insect or a speck."""
    squares: list[tuple[int, Region]] = []
    while len(points):
        square = _centred(points[0], points, size, sizes)
        inside = _inside(square, points)
        squares.append((int(inside.sum()), square))
        inside[0] = True
        points = points[~inside]
    squares.sort(key=lambda counted: counted[0], reverse=True)
    return [square for count, square in squares if count >= LEAST_CELLS]


def _centred(point: Floats, points: Floats, size: tuple[int, int], sizes: Sizes) -> Region:
    """A square for a person whose topmost change is at `point`, in the middle of what changes near
    it, and within the picture."""
    side = max(SMALLEST_PX, BODIES * sizes.at(float(point[1]), size[1]))
    near = _inside(Region(float(point[0]), float(point[1]), side), points)
    room = np.maximum(np.array(size) - side, 0.0) / 2
    x, y = np.clip(points[near].mean(axis=0), np.array(size) / 2 - room, np.array(size) / 2 + room)
    return Region(float(x), float(y), side)


def _inside(square: Region, points: Floats) -> NDArray[np.bool_]:
    away = np.abs(points - (square.x, square.y)).max(axis=1)
    return np.asarray(away <= square.size / 2)
