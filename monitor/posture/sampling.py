"""How often a camera's pictures are looked at."""

from collections.abc import Iterable

from monitor.posture.body import apart
from monitor.posture.episodes import Episode
from monitor.posture.model import Pose
from monitor.posture.slots import Slot

CALM_FPS = 2.5
"""Looks a second at people who keep their posture: less than the half second apart over which a
fall is still measured (`monitor.posture.falls.GAP_S`); a rule's times stay within one of them."""

CALM_S = 2.0
"""Everybody has kept their posture for so long."""

KEPT = 0.15
"""Trunk lengths that the big joints of a kept posture depart in the median: two looks at one body
agree within it (`monitor.posture.slots.SAME_LOOK`)."""

NEAR = 0.7
"""Share of the allowed time from which an episode is near its limit."""

LEAST_FPS = 1.0
"""Looks a second however little the computer can do: no picture is older than that makes it."""

BUSY, FREE = 0.9, 0.7
"""Shares of its time that a worker is busy judging, above which it does less, below which more."""

LATE_S = 0.5
"""Pictures older than this at their judgement say the same."""

SLOWER, FASTER = 0.8, 1.1
"""By how much less and more, once a second."""


class Sampling:
    """The rate one camera asks for: its own while anybody comes, goes or moves and while an episode
    nears its limit, `CALM_FPS` while all keep their posture."""

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self._kept: dict[int, Pose] = {}
        self._lively_t = float("-inf")

    def fps(self, t: float, slots: Iterable[Slot], running: Iterable[Episode]) -> float:
        """After the look at `t`: who is known, and what runs."""
        slots = list(slots)
        moved = [slot for slot in slots if not self._keeps(slot)]
        same = {slot.number for slot in slots} == self._kept.keys()
        near = any(episode.used >= NEAR and not episode.is_event for episode in running)
        if moved or near or not same or not slots:
            self._lively_t = t
            self._kept = {slot.number: self._kept.get(slot.number, slot.pose) for slot in slots}
            self._kept |= {slot.number: slot.pose for slot in moved}
        calm = t - self._lively_t >= CALM_S
        return min(self._fps, CALM_FPS) if calm else self._fps

    def _keeps(self, slot: Slot) -> bool:
        known = self._kept.get(slot.number)
        if known is None or slot.missed or not slot.believed:
            return False
        return apart(known, slot.pose) < KEPT


class Budget:
    """What a worker can do of all that its cameras ask for; the same share for each.

    Cameras are dealt evenly to workers, one for each core, so that this holds for the machine.
    """

    def __init__(self) -> None:
        self.share = 1.0
        self._since: float | None = None
        self._busy_s = self._oldest_s = 0.0

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

    def _settle(self, busy: float) -> None:
        if busy > BUSY or self._oldest_s > LATE_S:
            self.share = max(self.share * SLOWER, 0.1)
        elif busy < FREE:
            self.share = min(self.share * FASTER, 1.0)

    def fps(self, asked: float) -> float:
        """What a camera gets that asks for so many looks a second."""
        return max(min(asked, LEAST_FPS), asked * self.share)
