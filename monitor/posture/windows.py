"""Where to look for people in a wide picture: squares no larger than the detector can see into.

A detector of 224 pixels misses whoever is small in its square. It sees best a body that fills half
of the square's side, so squares of twice a body's height, half overlapping, show everybody whole.
"""

import math
from collections import Counter, deque

import numpy as np

from monitor.posture.body import extent
from monitor.posture.model import Pose, Region

SHARE = 0.62
"""Side of the squares for people of unknown size, as a share of the picture's short side: a body
of a third of that side is half a square high; how high people really are is learnt."""

STEP = 0.5
"""Squares start this share of their side apart: whoever is half as high as one is whole in one."""

BODIES = 2.0
"""Side of a square in heights of the people it is for."""

MARGIN = 1.25
"""How much wider than the standing body the region of a pose is."""

BANDS = 16
"""Rows of the picture for which people's heights are learnt apart."""

REMEMBERED = 200
"""Heights that count in a band; older ones are forgotten."""

FEWEST, MANY = 10, 2000
"""Looks (2 s) before a band counts; whenever one has had so many, those of all bands count half.
Now and then a body is laid over two, at a row between theirs and as high as both: once in 250
looks among four drawn people who cross. Whoever is searched for at that height is not found."""

FINER = 0.62
"""Each size of square of a thorough search against the one before. Half overlapping, they show
bodies of 0.31 to 0.5 of their side whole, and the detector sees 4 of 5 drawn bodies of 0.3 of it
(all at 0.5, 3 of 10 at 0.2). Steps of 0.7 found nobody more in 36 drawn pictures of several
people."""

LEAST_BODY_PX = 60.0
"""The smallest people a thorough search is for."""

MOST_SQUARES = 160
"""A thorough search takes about 10 ms a square."""

SMALLEST_PX = 48.0
"""No square is smaller: a body of 24 pixels tells nothing."""


def whole(width: int, height: int) -> Region:
    """The smallest square that holds the picture."""
    return Region(width / 2, height / 2, float(max(width, height)))


def around(pose: Pose) -> Region:
    """The square to search for the body of a pose."""
    x, y, width, height = extent(pose)
    return Region(x + width / 2, y + height / 2, max(BODIES * max(width, height), SMALLEST_PX))


def grid(width: int, height: int, side: float) -> list[Region]:
    """Half overlapping squares all over the picture, row by row."""
    side = min(max(side, SMALLEST_PX), float(min(width, height)))
    return [Region(x, y, side) for y in _centres(height, side) for x in _centres(width, side)]


def windows(width: int, height: int, sizes: "Sizes | None" = None) -> list[Region]:
    """One round of squares: the whole picture, then where people of the learnt sizes may be, or
    everywhere in squares of the usual side while nothing is learnt."""
    rows = None if sizes is None else sizes.rows(height)
    if sizes is None or rows is None:
        return [whole(width, height), *grid(width, height, SHARE * min(width, height))]
    squares = [whole(width, height)]
    y, last = rows
    while True:
        side = max(SMALLEST_PX, BODIES * sizes.at(y, height))
        squares += [Region(x, y, side) for x in _centres(width, side)]
        if y >= last:
            return squares
        y += STEP * side


def thorough(width: int, height: int) -> list[Region]:
    """The squares for a picture of which there is no second: everybody of more than
    `LEAST_BODY_PX` is whole in one of the right size, as far as `MOST_SQUARES` allow."""
    squares = [whole(width, height)]
    side = float(min(width, height))
    while side >= BODIES * LEAST_BODY_PX:
        finer = grid(width, height, side)
        if len(squares) + len(finer) > MOST_SQUARES:
            break
        squares += finer
        side *= FINER
    return squares


def _centres(length: int, side: float) -> list[float]:
    """Centres of squares along one edge, the first and last flush with its ends."""
    if side >= length:
        return [length / 2]
    count = math.ceil((length - side) / (STEP * side)) + 1
    return [float(c) for c in np.linspace(side / 2, length - side / 2, count)]


class Sizes:
    """How high people are at each row of the picture, learnt from those believed."""

    def __init__(self) -> None:
        self._heights: dict[int, deque[float]] = {}
        self._looks: Counter[int] = Counter()

    def learn(self, pose: Pose, height: int) -> None:
        """Take in one believed body; height: of the picture in pixels."""
        if 0 <= pose.region.y < height:
            band = int(pose.region.y / height * BANDS)
            heights = self._heights.setdefault(band, deque(maxlen=REMEMBERED))
            heights.append(pose.region.size / MARGIN / height)
            self._looks[band] += 1
            if self._looks[band] == MANY:
                self._looks = Counter({band: looks // 2 for band, looks in self._looks.items()})

    def rows(self, height: int) -> tuple[float, float] | None:
        """First and last row, in pixels, at which hips were seen; `None` before anybody was."""
        if not self._looks:
            return None
        low, high = self._bands[0], self._bands[-1]
        return (low + 0.5) * height / BANDS, (high + 0.5) * height / BANDS

    def at(self, row: float, height: int) -> float:
        """Pixels a person with hips at this row is high: between bands as on a flat floor, where
        height grows evenly with the row; beyond them as at the nearest."""
        bands = self._bands
        learnt = [float(np.median(self._heights[band])) for band in bands]
        return float(np.interp(row / height * BANDS - 0.5, bands, learnt)) * height

    @property
    def _bands(self) -> list[int]:
        """Those that count, from above."""
        least = min(FEWEST, max(self._looks.values()))
        return sorted(band for band, looks in self._looks.items() if looks >= least)
