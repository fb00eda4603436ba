"""How often a camera's pictures are looked at."""

from collections import deque
from collections.abc import Iterable, Sequence
from math import inf

import numpy as np

from monitor.posture.body import apart, trunk_px
from monitor.posture.episodes import Episode
from monitor.posture.model import Landmark, Pose
from monitor.posture.slots import Slot

CALM_FPS = 2.5
"""Looks a second at people who hardly move: less than the half second apart over which a fall is
still measured (`monitor.posture.falls.GAP_S`); a rule's times stay within one of them."""

STEP = 0.4
"""Trunk lengths (20 cm) that nobody's big joints are to move in the median from look to look, nor
their shoulders: as far as a body may stray between two looks (`monitor.posture.slots.STRAY`)."""

SHOULDERS = [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]

LATELY_S = 0.5
"""The fastest movement of so long counts: of the last two looks at people who hardly move."""

NEAR = 0.7
"""Share of the allowed time from which an episode is near its limit, and of the time under it that
ends an event, from which that is near."""

LEAST_SHARE = 0.5
"""Share of what is asked for however little the computer can do, but `CALM_FPS`: with fewer nobody
is followed, as whoever was not seen for half a second counts as hidden
(`monitor.posture.slots.RETURN_S`), and no fall is seen. Where even these are too many every camera
waits for its turn, and of what came meanwhile the newest is looked at."""

BUSY, FREE = 0.9, 0.7
"""Shares of its time that a worker is busy judging, above which it does less, below which more."""

OLD_S = 0.5
"""Pictures older than this at their judgement say the same."""

SEARCHING = 0.25
"""Share of a worker's time for searches once it is too busy, and less as cameras get less of what
they ask for: whoever is known comes first, as to follow somebody takes the time of one searched
square, and whoever is lost takes many."""

SEARCHING_FREELY = 0.5
"""The same while it is not too busy: where several cameras lose somebody at once, one search of
half a second after the other would make every picture late."""

SLOWER, FASTER = 0.8, 1.1
"""By how much less and more, once a second."""

OVERLOADED, OVERLOADED_S = 0.8, 30.0
"""Share of the looks that cameras ask for below which the computer is overloaded, and for how long
it is so after it was: at its limit the share goes up and down by the second."""


class Sampling:
    """The rate one camera asks for: its own while nobody is there, anybody comes or is missed and
    while an episode nears its limit or, told already, its end; else as fast as people move, from
    `CALM_FPS` on."""

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self.near = False
        """Whether an episode is near its limit or, told already, its end."""
        self._last: dict[int, tuple[float, Pose]] = {}
        self._speeds: deque[tuple[float, float]] = deque()

    def fps(self, t: float, slots: Sequence[Slot], running: Iterable[Episode]) -> float:
        """After the look at `t`: who is known, and what runs."""
        speeds = [self._speed(slot) for slot in slots]
        self._last = {slot.number: (slot.seen_t, slot.pose) for slot in slots}
        self.near = any(_near(t, episode) for episode in running)
        self._speeds.append((t, max(speeds, default=inf)))
        while self._speeds[0][0] < t - LATELY_S:
            self._speeds.popleft()
        fastest = inf if self.near else max(speed for _, speed in self._speeds)
        return min(self._fps, max(CALM_FPS, fastest / STEP))

    def _speed(self, slot: Slot) -> float:
        """Trunk lengths a second; nobody knows how fast those are who are not seen or new."""
        seen_t, pose = self._last.get(slot.number, (slot.seen_t, slot.pose))
        if slot.missed or not slot.believed or seen_t >= slot.seen_t:
            return inf
        return _moved(pose, slot.pose) / (slot.seen_t - seen_t)


def _near(t: float, episode: Episode) -> bool:
    """Whether it may soon be told or, told already, end: a pause a little shorter than ends an
    event is not to be measured as longer."""
    if not episode.is_event:
        return episode.used >= NEAR
    return episode.below_t is not None and t - episode.below_t >= NEAR * episode.rule.release_s


def _moved(before: Pose, now: Pose) -> float:
    """Trunk lengths that the big joints went in the median, or the shoulders if that is farther:
    whoever bends hardly moves hips and knees."""
    way = (now.landmarks - before.landmarks)[SHOULDERS, :2].mean(axis=0)
    size = max(trunk_px(before), trunk_px(now))
    return max(apart(before, now), float(np.linalg.norm(way)) / size)


class Budget:
    """What a worker can do of all that its cameras ask for; the same share for each.

    Cameras are dealt evenly to workers, one for each core, so that this holds for the machine.
    """

    def __init__(self) -> None:
        self.share = 1.0
        self._since: float | None = None
        self._busy_s = self._oldest_s = 0.0
        self._search_t = self._overloaded_t = float("-inf")

    @property
    def busy(self) -> bool:
        """Whether cameras ask for more than it can do."""
        return self.share < 1.0

    def overloaded(self, t: float) -> bool:
        """Whether cameras get, or lately got, far fewer looks than they ask for."""
        return t - self._overloaded_t < OVERLOADED_S

    def may_search(self, t: float) -> bool:
        return t >= self._search_t

    def searched(self, t: float, took_s: float) -> None:
        """A search that ended at `t`, perhaps not the first of one look."""
        share = SEARCHING * self.share if self.busy else SEARCHING_FREELY
        self._search_t = max(self._search_t, t) + took_s * (1.0 / share - 1.0)

    def spent(self, t: float, busy_s: float, oldest_s: float) -> None:
        """A round that ended at `t`: seconds it took to judge, and the age of the oldest picture as
        its judgement began."""
        if self._since is None:
            self._since = t
        self._busy_s += busy_s
        self._oldest_s = max(self._oldest_s, oldest_s)
        if t - self._since >= 1.0:
            self._settle(self._busy_s / (t - self._since))
            self._since, self._busy_s, self._oldest_s = t, 0.0, 0.0
            if self.share < OVERLOADED:
                self._overloaded_t = t

    def _settle(self, busy: float) -> None:
        if busy > BUSY or self._oldest_s > OLD_S:
            self.share = max(self.share * SLOWER, LEAST_SHARE)
        elif busy < FREE:
            self.share = min(self.share * FASTER, 1.0)

    def fps(self, asked: float) -> float:
        """What a camera gets that asks for so many looks a second."""
        return max(min(asked, CALM_FPS), asked * self.share)
