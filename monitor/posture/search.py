"""Which squares of a picture are searched for people."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.posture.model import Floats, Region
from monitor.posture.motion import LEAST_CELLS, cell_px
from monitor.posture.windows import BODIES, MARGIN, SMALLEST_PX, Sizes, whole, windows

SQUARES = 4
"""Squares searched at one look, some 10 ms each, so that none of them stalls."""


SLOWEST_EACH_S = 3.2
"""So long for a square once rounds were for nothing: 0.3 % of a core."""

LONGEST_VAIN_S = 1.6
"""Longer nobody is looked for in vain at a place before it is searched again: what moves there may
hide who comes."""

BODY_VAIN_S, BODY = 0.8, 0.1
"""The same while nobody is followed and as much moves as a body: this share of the square of its
height, about half of what a standing body covers, whose shoulders are 0.26 of it wide (Drillis &
Contini 1966)."""

VAIN_KEPT_S = 5.0
"""So long after it a search in vain counts for the next one at the place."""


class Vain(NamedTuple):
    """A square searched for nothing: not again before `until_t`, `wait_s` after it was."""

    square: Region
    until_t: float
    wait_s: float


@dataclass(slots=True)
class Search:
    """Often where somebody is missing and where something moves that nobody known explains;
    slowly, but for the first time, all over the picture. Wherever nobody is found, less and less
    often.

    eager_s: seconds between searches of the first kind, so that a person who comes into view is
    found in time to be believed within a second; where nobody was found the next one waits twice
    as long as the last. each_s: seconds for each square of the other, for whoever was overlooked
    and keeps still: 5 % of a core, and half of it after each round in which nobody was found.
    """

    eager_s: float = 0.4
    each_s: float = 0.2
    _slower: float = 1.0
    _fruitless: bool = False
    _asked: list[Region] = field(default_factory=list)
    _vain: list[Vain] = field(default_factory=list)
    _aimed_t: float = float("-inf")
    _round_t: float = float("-inf")
    _whole_t: float = float("-inf")
    _aimed: deque[Region] = field(default_factory=deque)
    _round: deque[Region] = field(default_factory=deque)
    _strange: Floats = field(default_factory=lambda: np.zeros((0, 2)))
    _cell_px: int = 1
    _nobody: bool = False

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
        *,
        nobody: bool = False,
    ) -> list[Region]:
        """Those due now.

        size: of the picture, width and height. sizes: of people, as learnt. missing: where
        somebody is expected and was not seen. strange: (n, 2) pixels that nobody seen changed.
        nobody: nobody is followed.
        """
        self._strange, self._cell_px, self._nobody = strange, cell_px(size), nobody
        if self._round_t == float("-inf"):
            self._aimed.extend(windows(*size))
            self._round_t = t
        if not self._round:
            self._round.extend(windows(*size, sizes))
            if self._fruitless:
                self._slower = min(2.0 * self._slower, SLOWEST_EACH_S / self.each_s)
            self._fruitless = True
        if not self._aimed and t - self._aimed_t >= self.eager_s - 1e-6:
            self._aimed.extend([*map(_around, missing), *self._where(t, strange, size, sizes)])
            self._aimed_t = t
        aimed = _taken(self._aimed, SQUARES)
        self._asked = [square for square in aimed if square != whole(*size)]
        return aimed + _taken(self._round, self._due(t))

    def found(self, t: float, bodies: Floats) -> None:
        """What came of the squares told last: (n, 2) pixels where somebody was found who was not
        seen before."""
        if len(bodies):
            self._slower, self._fruitless = 1.0, False
        for square in self._asked:
            if not _inside(square, bodies).any():
                self._vain.append(self._in_vain(t, square))
        self._vain = [vain for vain in self._vain if vain.until_t > t - VAIN_KEPT_S]

    def _in_vain(self, t: float, square: Region) -> Vain:
        waited = [vain.wait_s for vain in self._vain if _inside(square, _centre(vain.square)).any()]
        area = int(_inside(square, self._strange).sum()) * self._cell_px**2
        body = self._nobody and area > BODY * (square.size / BODIES) ** 2
        longest_s = BODY_VAIN_S if body else LONGEST_VAIN_S
        wait_s = min(2.0 * max(waited, default=self.eager_s), longest_s)
        return Vain(square, t + wait_s, wait_s)

    def _where(
        self, t: float, strange: Floats, size: tuple[int, int], sizes: Sizes
    ) -> list[Region]:
        """Where something moves and, less often, the whole picture."""
        squares = _where(self._hopeful(t, strange), size, sizes)
        if t - self._whole_t < LONGEST_VAIN_S:
            return [square for square in squares if square != whole(*size)]
        self._whole_t = t if squares else self._whole_t
        return squares

    def _hopeful(self, t: float, strange: Floats) -> Floats:
        """Without what lies where somebody was looked for in vain just now."""
        for vain in self._vain:
            if t < vain.until_t - 1e-6:
                strange = strange[~_inside(vain.square, strange)]
        return strange

    def _due(self, t: float) -> int:
        """Squares of the round whose time has come."""
        due = int(min(SQUARES, (t - self._round_t) / (self.each_s * self._slower) + 1e-6))
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


def _centre(square: Region) -> Floats:
    return np.array([[square.x, square.y]])


def _inside(square: Region, points: Floats) -> NDArray[np.bool_]:
    away = np.abs(points - (square.x, square.y)).max(axis=1)
    return np.asarray(away <= square.size / 2)
