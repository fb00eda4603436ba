"""Down quickly and staying down: a fall, not tying a shoe.

Whoever falls is often lost by the model on the floor, which knows few lying people. So two things
count as fallen: somebody who lies after a fast descent, and somebody who was lost in the middle of
one. Somebody who crouches is seen crouching, and gets down no faster than knees bend.
"""

from collections import deque
from typing import NamedTuple

from monitor.posture.body import middle, px_per_m, trunk_px
from monitor.posture.model import Landmark, Person
from monitor.posture.rules import lies

SHOULDERS = (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER)
FEET = (
    Landmark.LEFT_ANKLE,
    Landmark.RIGHT_ANKLE,
    Landmark.LEFT_FOOT_INDEX,
    Landmark.RIGHT_FOOT_INDEX,
)

WITHIN_S = 1.5
"""A body topples in about a second (an inverted pendulum of 1 m); somebody who catches a hold takes
a little longer."""

DROP_M, SPEED_M_S = 0.2, 0.4
"""Least descent of the shoulders in the picture, and its mean speed, that is a fast one (ours). In
a fall from standing they come down by 1.3 m in a second; of that, five samples a second show as
much before the model loses the body."""

LOWER = 0.5
"""Share of the descent by which the shoulders come nearer to the feet: somebody who walks towards a
camera that looks down sinks in the picture, and keeps upright."""

GAP_S = 0.5
"""Between looks further apart nobody knows how fast it went: no more time is counted."""

DOWN_S = 3.0
"""Whoever lies this soon after a fast descent has fallen; later they have lain down."""


class Fall:
    """Watches one slot."""

    def __init__(self) -> None:
        self._looks: deque[_Look] = deque()
        self._seen_t = self._clock = 0.0
        self._fell_t = float("-inf")
        self.fallen = False

    def see(self, t: float, person: Person) -> None:
        """Take in the person, later than the last time."""
        self._clock += min(t - self._seen_t, GAP_S)
        self._seen_t = t
        self._looks.append(_look(self._clock, person))
        while self._looks[0].clock < self._clock - WITHIN_S:
            self._looks.popleft()
        if self._descends():
            self._fell_t = t
        self.fallen = lies(person) and (self.fallen or t - self._fell_t <= DOWN_S)

    def lose(self, last: Person, width: int, height: int) -> None:
        """The person, as seen last, is not in the newest picture (of this size): fallen if lost in
        a fast descent, unless at the picture's edge, where people walk out."""
        margin = trunk_px(last.pose) / 2
        x, y = middle(last.pose)
        inside = margin <= x < width - margin and margin <= y < height - margin
        self.fallen = self.fallen or (inside and self._descends())

    def _descends(self) -> bool:
        """Whether the newest look ends a fast descent."""
        now = self._looks[-1]
        for then in self._looks:
            sunk = (now.down_px - then.down_px) / now.px_per_m
            fast = sunk >= max(DROP_M, SPEED_M_S * (now.clock - then.clock))
            if fast and then.over_feet - now.over_feet >= LOWER * sunk:
                return True
        return False


class _Look(NamedTuple):
    """Where the shoulders are: metres over the feet, and pixels below the picture's upper edge.
    clock: seconds of seeing."""

    clock: float
    over_feet: float
    down_px: float
    px_per_m: float


def _look(clock: float, person: Person) -> _Look:
    over_feet = person.gravity[list(SHOULDERS), 1].mean() - person.gravity[list(FEET), 1].mean()
    down_px = person.pose.landmarks[list(SHOULDERS), 1].mean()
    return _Look(clock, float(over_feet), float(down_px), px_per_m(person.pose))
