"""What every method shares: where it comes from, ranges of scores, and classes of an angle."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from monitor.posture.model import Angle

Interval = tuple[float, float]
"""Lowest and highest value that is possible; both the same when it is known exactly."""


class Evidence(Enum):
    """How far a number was checked. OURS is no fact of the method named."""

    VERIFIED = "every cell compared with public implementations"
    READ = "read in a public source"
    OURS = "a default of our own"


@dataclass(frozen=True, slots=True)
class Method:
    """A published method as it is used here. ours: what it leaves open, and how we close it."""

    name: str
    version: str
    source: str
    evidence: Evidence
    ours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Range:
    """The lowest and the highest score that what is seen allows."""

    low: int
    high: int

    @property
    def known(self) -> bool:
        return self.low == self.high

    def __add__(self, other: "Range") -> "Range":
        return Range(self.low + other.low, self.high + other.high)

    def __neg__(self) -> "Range":
        return Range(-self.high, -self.low)

    def within(self, low: int, high: int) -> "Range":
        """Limited to the classes that a table has."""
        return Range(min(max(self.low, low), high), min(max(self.high, low), high))


@dataclass(frozen=True, slots=True)
class Scored:
    """A score and its action level, each as a range."""

    score: Range
    level: Range


NO, YES, PERHAPS = Range(0, 0), Range(1, 1), Range(0, 1)

FIRST = Range(1, 1)
"""The lowest class of a table."""


def flag(value: bool | None) -> Range:
    """1 for yes, 0 for no, 0..1 for unknown."""
    if value is None:
        return PERHAPS
    return YES if value else NO


def either(*values: bool | None) -> bool | None:
    """Yes if one of them is yes, no if all are no, else unknown."""
    if any(values):
        return True
    return None if None in values else False


def worst(ranges: Iterable[Range]) -> Range:
    """The range of the highest of several scores that each lie in their range."""
    known = tuple(ranges)
    return Range(max(r.low for r in known), max(r.high for r in known))


@dataclass(frozen=True, slots=True)
class Classes:
    """Classes of a number: scores[i] up to edges[i], the last one beyond all edges.

    An edge itself belongs to the neighbour with the lower score.
    """

    edges: tuple[float, ...]
    scores: tuple[int, ...]

    def over(self, interval: Interval | None) -> Range:
        """Lowest and highest class in the interval, also where classes fall as the number rises;
        every class where it is unknown. Raises ValueError when the interval is upside down."""
        if interval is None:
            return Range(min(self.scores), max(self.scores))
        low, high = interval
        if not low <= high:
            raise ValueError(f"an interval needs low ≤ high, not {low:g} and {high:g}")
        touched = self.scores[bisect_left(self.edges, low) : bisect_right(self.edges, high) + 1]
        inside = self.scores[bisect_right(self.edges, low) : bisect_left(self.edges, high) + 1]
        least = min(touched)
        return Range(least, max(inside, default=least))

    def of(self, value: float) -> int:
        return self.over((value, value)).low


def checked(value: int, name: str, low: int, high: int) -> int:
    """The value. Raises ValueError when it is no class of `name`."""
    if not low <= value <= high:
        raise ValueError(f"{name} is {value}; it must be {low} to {high}")
    return value


def level_of(score: int, tops: Sequence[int], first: int) -> int:
    """The action level of a score; tops: highest score of each level, first: the lowest level."""
    return first + bisect_left(tops, score)


def interval(angle: Angle | None) -> Interval | None:
    """The band of an angle; the reading itself while no band is known."""
    if angle is None:
        return None
    low = angle.deg if angle.low is None else angle.low
    return low, angle.deg if angle.high is None else angle.high


def intervals(angles: Mapping[str, Angle | None]) -> dict[str, Interval | None]:
    return {name: interval(angle) for name, angle in angles.items()}


def points(angles: Mapping[str, Angle | None]) -> dict[str, Interval | None]:
    """The readings without their bands."""
    return {name: None if a is None else (a.deg, a.deg) for name, a in angles.items()}


def over(value: Interval | None, limit: float) -> bool | None:
    """Whether a number passes a limit; unknown when its band lies across it."""
    if value is None or value[0] <= limit < value[1]:
        return None
    return value[0] > limit


def size(value: Interval | None) -> Interval | None:
    """The band of a number without its sign."""
    if value is None:
        return None
    low, high = value
    least = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    return least, max(abs(low), abs(high))


def higher(a: Interval | None, b: Interval | None, top: float) -> Interval | None:
    """The band of the larger of two numbers, one of which may be unseen (then up to `top`)."""
    if a is None and b is None:
        return None
    low_a, high_a = a or (0.0, top)
    low_b, high_b = b or (0.0, top)
    return max(low_a, low_b), max(high_a, high_b)


def looked_up(table: NDArray[np.int_], *axes: Range) -> Range:
    """The least and the greatest cell of a table that never decreases along an axis; classes
    count from 1."""
    low = table[tuple(axis.low - 1 for axis in axes)]
    return Range(int(low), int(table[tuple(axis.high - 1 for axis in axes)]))
