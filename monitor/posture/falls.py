"""Down quickly and staying down: a fall, not tying a shoe.

Whoever falls is often lost by the model on the floor, which knows few lying people. So two things
count as fallen: somebody who lies, or stays as low, after a fast descent, and somebody who was lost
in the middle of one. Whoever is then found lying where somebody was just lost is taken for the same
body. Who falls was on their legs before: who crouches already, lies down.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from monitor.posture.angles import HIPS, SHOULDERS
from monitor.posture.body import middle, px_per_m, trunk_px
from monitor.posture.model import Floats, Landmark, Person, Pose
from monitor.posture.rules import lies

FEET = (
    Landmark.LEFT_ANKLE,
    Landmark.RIGHT_ANKLE,
    Landmark.LEFT_FOOT_INDEX,
    Landmark.RIGHT_FOOT_INDEX,
)

WITHIN_S = 1.5
"""A body topples in about a second (an inverted pendulum of 1 m); somebody who catches a hold takes
a little longer."""

ON_LEGS_M = 0.5
"""Whoever falls is on their legs before: the hips so high over the feet. They read 0.8 m standing
and 0.6 to 0.75 m in a bend, 0.4 to 0.5 m in a crouch and sitting (drawn body); who crouches gets
down on the floor as they like."""

DROP_M, SPEED_M_S = 0.2, 0.4
"""Least descent of the shoulders, and its mean speed, that is a fast one (ours): the mean of how
far they sink in the picture and come nearer to the feet, since neither alone is sure. In a fall
from standing they come down by 1.3 m in a second; of that, five samples a second show as much
before the model loses the body."""

NEARER, SINKS = 0.5, 0.25
"""Least share of the sinking by which the shoulders come nearer to the feet: somebody who walks
towards a camera that looks down sinks in the picture, and keeps upright. And of the coming nearer
by which they sink: whose feet are hidden by something, seems shorter and stays where they are."""

LOW_M = 0.6
"""Shoulders that are no higher over the feet than this are on the floor or nearly: 0.9 m sitting,
0.7 m in a deep squat, 0.1 m lying (drawn body)."""

FALL_M, FALL_M_S = 0.4, 0.8
"""Least descent of the shoulders towards the feet, and its mean speed, of a fall seen to its end:
whoever falls from standing comes down by 1.3 m in a second, whoever lies down by half a metre a
second at most (the geometric mean of both; ours)."""

GAP_S = 0.5
"""Between looks further apart nobody knows how fast it went: no more time is counted."""

DOWN_S = 3.0
"""Whoever lies this soon after a fast descent has fallen; later they have lain down."""

TOPPLED_M = 1.6
"""The middle of a trunk, 1.1 m above the feet, comes down as far beside them: 1.1 m times √2."""


class Fall:
    """Watches one slot."""

    def __init__(self) -> None:
        self._looks: deque[_Look] = deque()
        self._seen_t = self._clock = 0.0
        self._fell_t = float("-inf")
        self.fallen = False

    def see(self, t: float, person: Person) -> None:
        """Take in the person, later than the last time."""
        self._take(t, person)
        self.fallen = self._down(person) and (self.fallen or t - self._fell_t <= DOWN_S)

    def doubt(self, t: float, person: Person) -> None:
        """Take in what may be the person: it shows a way down, never that they are up again."""
        self._take(t, person)
        self.fallen = self.fallen or (self._down(person) and t - self._fell_t <= DOWN_S)

    def _take(self, t: float, person: Person) -> None:
        self._clock += min(t - self._seen_t, GAP_S)
        self._seen_t = t
        self._pose = person.pose
        self._looks.append(_look(self._clock, person))
        while self._looks[0].clock < self._clock - WITHIN_S:
            self._looks.popleft()
        if self._falls():
            self._fell_t = t

    def _down(self, person: Person) -> bool:
        """Whether they lie, or are as low as only few who do not: who lies with head or feet
        towards the camera is often read as if they sat on the floor."""
        return lies(person) or self._looks[-1].low

    def take_over(self, t: float, lost: "Fall") -> None:
        """Go on from what was seen of somebody lost, who is found again at `t`: nobody who lies so
        soon after they stood has lain down."""
        if t - lost._seen_t <= DOWN_S:
            self._looks, self._clock, self._seen_t = deque(lost._looks), lost._clock, lost._seen_t

    def off(self, pose: Pose) -> float:
        """How far a body found is from where this one was lost: over 1, nobody topples so far."""
        away = float(np.linalg.norm(middle(pose) - middle(self._pose)))
        return away / px_per_m(self._pose) / TOPPLED_M

    def lose(self, width: int, height: int, *, doubted: bool = False) -> None:
        """The person is not in the newest picture (of this size): fallen if lost in a fast descent,
        unless at the picture's edge, where people walk out.

        doubted: what may be the person is in it. Nobody has fallen yet who then is on their legs.
        """
        margin = trunk_px(self._pose) / 2
        x, y = middle(self._pose)
        inside = margin <= x < width - margin and margin <= y < height - margin
        down = not (doubted and self._looks[-1].on_legs)
        self.fallen = self.fallen or (inside and down and self._descends())

    def _falls(self) -> bool:
        """Whether the newest look ends a fall on the floor."""
        now = self._looks[-1]
        return now.low and any(
            then.over_feet - now.over_feet >= max(FALL_M, FALL_M_S * (now.clock - then.clock))
            for then in self._up()
        )

    def _descends(self) -> bool:
        """Whether the newest look ends a fast descent."""
        now = self._looks[-1]
        for then in self._up():
            sunk = (now.down_px - then.down_px) / now.px_per_m
            nearer = then.over_feet - now.over_feet
            fast = (sunk + nearer) / 2 >= max(DROP_M, SPEED_M_S * (now.clock - then.clock))
            if fast and nearer >= NEARER * sunk and sunk >= SINKS * nearer:
                return True
        return False

    def _up(self) -> Iterator["_Look"]:
        """Those of the last looks in which they were on their legs."""
        return (look for look in self._looks if look.on_legs)


class _Look(NamedTuple):
    """Where the shoulders are: metres over the feet, and pixels below the picture's upper edge.
    clock: seconds of seeing. on_legs: by how high the hips are."""

    clock: float
    over_feet: float
    on_legs: bool
    down_px: float
    px_per_m: float

    @property
    def low(self) -> bool:
        return self.over_feet <= LOW_M and not self.on_legs


def off_floor(person: Person) -> bool:
    """Whether somebody sits or stands."""
    return _over_feet(person) > LOW_M


def _look(clock: float, person: Person) -> _Look:
    down_px = _mean(person.pose.landmarks, SHOULDERS)
    on_legs = _mean(person.gravity, HIPS) - _mean(person.gravity, FEET) >= ON_LEGS_M
    return _Look(clock, _over_feet(person), on_legs, down_px, px_per_m(person.pose))


def _over_feet(person: Person) -> float:
    return _mean(person.gravity, SHOULDERS) - _mean(person.gravity, FEET)


def _mean(points: Floats, marks: Sequence[int]) -> float:
    """Of y: for so few, NumPy's own mean takes five times as long."""
    return sum(points.item(mark, 1) for mark in marks) / len(marks)
