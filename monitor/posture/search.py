"""Which squares of a picture are searched for people."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.posture.model import Floats, Region
from monitor.posture.motion import LEAST_CELLS, cell_px
from monitor.posture.rounds import Rounds
from monitor.posture.windows import BODIES, MARGIN, SMALLEST_PX, Sizes, whole, windows

SQUARES = 4
"""Squares of either kind searched at one look, some 10 ms each, so that none of them stalls; on a
busy computer one of both."""

LONGEST_VAIN_S = 1.6
"""Longer nobody is looked for in vain at a place before it is searched again: what moves there may
hide who comes. Where somebody is missing they are always looked for."""

BODY = 0.2
"""There is no waiting where as much moves as a body: this share of the square of its height, what a
standing body covers, whose shoulders are 0.26 of it wide (Drillis & Contini 1966). While nobody is
believed half of that suffices, of somebody who comes in: beside people their shadows move too.
Beside one person alone, while nobody is missing, it is waited for all the same: what was searched
in vain is a machine or an animal."""

VAIN_KEPT_S = 5.0
"""So long after it a search in vain counts for the next one at the place."""


class Vain(NamedTuple):
    """A square searched for nothing at `t`: not again for `wait_s`."""

    square: Region
    t: float
    wait_s: float


@dataclass(slots=True)
class Search:
    """Often where somebody is missing and where something moves that nobody known explains;
    slowly, but for the first time, all over the picture. Wherever nobody is found, less and less
    often.

    eager_s: seconds between searches of the first kind, so that a person who comes into view is
    found in time to be believed within a second; where nobody was found the next one waits twice
    as long as the last.
    """

    eager_s: float = 0.4
    _asked: list[Region] = field(default_factory=list)
    _searched: Sequence[Region] = ()
    _vain: list[Vain] = field(default_factory=list)
    _aimed_t: float = float("-inf")
    _begun: bool = False
    _whole_t: float = float("-inf")
    _aimed: deque[Region] = field(default_factory=deque)
    _rounds: Rounds = field(default_factory=Rounds)
    _strange: Floats = field(default_factory=lambda: np.zeros((0, 2)))
    _missing: Floats = field(default_factory=lambda: np.zeros((0, 2)))
    _cell_px: int = 1
    _believed: int = 0

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
        searched: Sequence[Region] = (),
        *,
        believed: int = 0,
        busy: bool = False,
    ) -> list[Region]:
        """Those due now.

        size: of the picture, width and height. sizes: of people, as learnt. missing: where
        somebody is expected and was not seen, or may not be seen aright. strange: (n, 2) pixels
        that changed, but for those of whoever is believed or clear. searched: squares of this
        picture that were, for a doubted look: what moves there need not be searched again.
        believed: how many people are. busy: the computer cannot do all that is asked for.
        """
        around = [*map(_around, missing)]
        self._strange, self._cell_px, self._believed = strange, cell_px(size), believed
        self._searched = searched
        self._missing = np.array([(square.x, square.y) for square in around]).reshape(-1, 2)
        if not self._begun:
            self._aimed.extend(windows(*size))
            self._begun = True
        if not self._aimed and t - self._aimed_t >= self.eager_s - 1e-6:
            self._aimed.extend([*around, *self._where(t, strange, size, sizes)])
            self._aimed_t = t
        most = 1 if busy else SQUARES
        aimed = _taken(self._aimed, most)
        self._asked = [square for square in aimed if square != whole(*size)]
        return aimed + self._rounds.due(t, size, sizes, strange, most - busy * len(aimed))

    def found(self, t: float, bodies: Floats, new: NDArray[np.bool_]) -> None:
        """What came of the squares told last, and of those searched already: (n, 2) pixels where
        somebody was found who was not seen before; (n,) new: and who is nobody known. Where one of
        these was overlooked others may be."""
        overlooked = bodies[new]
        for square in self._asked:
            overlooked = overlooked[~_inside(square, overlooked)]
        if len(overlooked):
            self._rounds.found()
        for square in self._asked:
            if not _inside(square, bodies).any():
                self._vain.append(Vain(square, t, min(2.0 * self._waited(square), LONGEST_VAIN_S)))
        for square in self._searched:
            if not _inside(square, bodies).any():
                self._vain.append(Vain(square, t, self._waited(square)))
        self._vain = [vain for vain in self._vain if vain.t + vain.wait_s > t - VAIN_KEPT_S]

    def _waited(self, square: Region) -> float:
        """The longest wait told of late where this square is."""
        waits = [vain.wait_s for vain in self._vain if _inside(square, _centre(vain.square)).any()]
        return max(waits, default=self.eager_s)

    def _waits(self, t: float, vain: Vain) -> bool:
        """Whether it is too early to search there again."""
        area = int(_inside(vain.square, self._strange).sum()) * self._cell_px**2
        least = BODY if self._believed else BODY / 2
        body = area > least * (vain.square.size / BODIES) ** 2
        alone = self._believed == 1 and not len(self._missing)
        eager = _inside(vain.square, self._missing).any() or (body and not alone)
        return t < vain.t + (self.eager_s if eager else vain.wait_s) - 1e-6

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
        """Without what lies where somebody was looked for just now."""
        for square in self._searched:
            strange = strange[~_inside(square, strange)]
        for vain in self._vain:
            if self._waits(t, vain):
                strange = strange[~_inside(vain.square, strange)]
        return strange


def _taken(squares: deque[Region], most: int) -> list[Region]:
    return [squares.popleft() for _ in range(min(most, len(squares)))]


def _around(body: Region) -> Region:
    return replace(body, size=body.size * BODIES / MARGIN, angle=0.0)


def _where(strange: Floats, size: tuple[int, int], sizes: Sizes) -> list[Region]:
    """Where something moves, and the whole picture, in case that somebody is nearer than anybody
    ever was: what moves of them is more than one square of the learnt sizes holds."""
    if not len(strange):
        return []
    if sizes.rows(size[1]) is None:
        counted = [(int(_inside(square, strange).sum()), square) for square in windows(*size)]
        return _fullest([(count, square) for count, square in counted if count])
    squares = aimed(strange, size, sizes)
    return [whole(*size), *squares] if len(squares) > 1 else squares


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
    return _fullest([(count, square) for count, square in squares if count >= LEAST_CELLS])


def _fullest(squares: Iterable[tuple[int, Region]]) -> list[Region]:
    return [square for _, square in sorted(squares, key=itemgetter(0), reverse=True)]


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
