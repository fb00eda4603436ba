"""Is this a person? Evidence of one look after another, as log-odds.

Whatever the landmark graph is shown it lays a body over it: machines, coats, animals and hands get
33 landmarks too. But their bones have the wrong lengths, the lengths change from look to look,
joints are unseen and presence is low; and what hangs on the wall never moves.
"""

from dataclasses import dataclass

import numpy as np

from monitor.posture.body import JOINTS, Proportions, of_one_pose, proportions
from monitor.posture.model import Floats, Pose

EXPECTED = np.array([-0.34, -0.36, 0.11, 0.07, 0.33, -0.08, -0.54, 0.0, 0.0, 0.0, 0.0, 0.0])
"""`Proportions.logs` of a person as BlazePose sees one: means over the drawn camera. They follow
Drillis & Contini 1966 (upper arm 0.186 of stature, forearm 0.146, thigh 0.245, shank 0.246, trunk
0.288) within 0.16 but for the widths, because BlazePose's hips and shoulders lie further inside."""

SPREAD = np.array([0.14, 0.13, 0.10, 0.10, 0.11, 0.26, 0.34, 0.23, 0.16, 0.18, 0.15, 0.10])
"""One unit of difference: half more than the drawn camera's standard deviations (there everybody
has the same limbs; people differ by another 0.05 in anthropometric tables), at least 0.1."""


@dataclass(frozen=True, slots=True)
class Term:
    """What one measurement of a look speaks for, as log of the ratio of two normal densities.

    person, thing: mean and standard deviation of the measurement over looks at drawn people and
    at what stands in the empty drawn hall and was taken for a body. most: no single measurement
    says more, because real people and things differ more than drawn ones.
    """

    person: tuple[float, float]
    thing: tuple[float, float]
    most: float

    def __call__(self, value: float) -> float:
        ratio = _log_density(value, *self.person) - _log_density(value, *self.thing)
        return float(np.clip(ratio, -self.most, self.most))


def _log_density(value: float, mean: float, deviation: float) -> float:
    return float(-0.5 * ((value - mean) / deviation) ** 2 - np.log(deviation))


SHAPE = Term(person=(-0.62, 0.45), thing=(0.66, 0.45), most=3.0)
"""Of the logarithm of the mean departure (root mean square, in units of `SPREAD`) from
`EXPECTED`: 0.53 (0.99 at the 95th percentile) for people, 2.3 (0.93 at the 5th) for things."""

CONSTANCY = Term(person=(-1.6, 0.8), thing=(0.24, 0.46), most=2.0)
"""Of the logarithm of the change of proportions since the last look: 0.18 (0.6 at the 90th
percentile) for people, 1.5 (0.6 at the 5th) for things."""

VISIBLE = Term(person=(0.86, 0.11), thing=(0.64, 0.14), most=1.0)
"""Of the mean visibility of the joints."""

PRESENT = Term(person=(0.98, 0.05), thing=(0.74, 0.15), most=1.0)
"""Of the engine's score."""

PRIOR = -2.0
"""Log-odds of what a search finds to be a person, before it is looked at: one in eight. In a hall
that is mostly empty most finds are things."""

BELIEVED = 3.0
"""Log-odds from which somebody is believed: 95 in 100."""

DOUBTED = 0.0
"""Log-odds below which somebody is let go of."""

SUREST, LEAST = 6.0, -4.0
"""Log-odds stay within: nobody is so sure that bad looks of half a second are not heard."""

APART_S = 0.2
"""Looks closer in time say less new: they weigh in proportion."""

STILL_S = 60.0
"""Nobody alive keeps so still for so long that nothing in the picture of them changes."""


class Belief:
    """How sure it is that a slot is a living person."""

    def __init__(self, t: float, pose: Pose, moved: bool) -> None:
        """moved: something changed in the picture where this body is."""
        self.odds = PRIOR + evidence(pose)
        self._proportions = proportions(pose)
        self._seen_t = t
        self._moved_t = t if moved else float("-inf")
        self.believed = False

    def look(
        self, t: float, pose: Pose, moved: bool, *, rooted: bool = False, found: bool = False
    ) -> bool:
        """Take in another look. rooted: a foot stays where it was while it looked like a person:
        then nothing speaks against who was believed, however odd a deep bend looks. found: and
        verified, by a search: then its shape does not, for the detector saw a body there.

        Whoever is not believed is no worse off than somebody seen for the first time: what was
        laid over half of somebody who comes in says nothing of the whole. Whether it begins anew.
        """
        seen = proportions(pose)
        change = _departure(seen, self._proportions.logs, self._proportions.seen)
        weight = min(1.0, (t - self._seen_t) / APART_S)
        shape = evidence(pose)
        speaks = (max(shape, 0.0) if found and self.believed else shape) + CONSTANCY(change)
        self.odds += weight * (max(speaks, 0.0) if rooted and self.believed else speaks)
        self.odds = min(max(self.odds, LEAST), SUREST)
        self._proportions, self._seen_t = seen, t
        if moved:
            self._moved_t = t
        anew = PRIOR + evidence(pose)
        if not self.believed and self.odds < anew:
            self.odds = anew
            return True
        sure = self.odds >= (DOUBTED if self.believed else BELIEVED)
        self.believed = sure and t - self._moved_t <= STILL_S
        return False

    @property
    def hopeless(self) -> bool:
        return self.odds <= LEAST


MISSHAPEN = 1.1
"""Mean departure from `EXPECTED` (in units of `SPREAD`) from which a look is doubted: 95 in 100
looks at people stay below 0.99. Followed through a deep bend, one in nine of the drawn camera's
looks is over it, with the hips laid on knees or hands, and reads the trunk 14° wrong in the median
and 55° at p90; a search of the same place reads it 3° and 11° wrong."""


def misshapen(pose: Pose) -> bool:
    """Whether the bones of a look have lengths that hardly any body has."""
    return _departure(proportions(pose), EXPECTED) > float(np.log(MISSHAPEN))


@of_one_pose
def evidence(pose: Pose) -> float:
    """Log-odds that one look alone speaks for a person."""
    visible = float(pose.landmarks[JOINTS, 3].mean())
    return SHAPE(_departure(proportions(pose), EXPECTED)) + VISIBLE(visible) + PRESENT(pose.score)


def _departure(one: Proportions, logs: Floats, seen: Floats | float = 1.0) -> float:
    """Logarithm of the root mean square difference in units of `SPREAD`, weighed by what is seen
    of both."""
    weight = np.minimum(one.seen, seen) + 1e-3
    square = np.average(((one.logs - logs) / SPREAD) ** 2, weights=weight)
    return float(np.log(max(square, 1e-6))) / 2
