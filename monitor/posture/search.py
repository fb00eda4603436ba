"""When the costly search is due."""

from dataclasses import dataclass

from monitor.posture.body import extent
from monitor.posture.motion import Motion
from monitor.posture.slots import Slots


@dataclass(slots=True)
class SearchPlan:
    """Often while something moves that nobody known explains or somebody is missing, else seldom.

    eager_s, idle_s: seconds between searches, the most and the least often. With 0.4 s a person
    who comes into view is found in time to be believed within a second; whoever was overlooked
    and keeps still is looked for every 2 s.
    """

    eager_s: float = 0.4
    idle_s: float = 2.0
    _last_t: float = float("-inf")

    def due(self, t: float, slots: Slots, motion: Motion) -> bool:
        if t - self._last_t < self._wait(slots, motion) - 1e-6:
            return False
        self._last_t = t
        return True

    def _wait(self, slots: Slots, motion: Motion) -> float:
        missing = len(slots.seen) < len(slots.all)
        strange = missing or motion.outside(extent(slot.pose) for slot in slots.seen)
        return self.eager_s if strange else self.idle_s
