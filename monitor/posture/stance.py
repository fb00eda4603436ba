"""Which way somebody faces and how far away they are, from more than one look."""

from dataclasses import replace

import numpy as np

from monitor.posture.body import PLANTED, feet, strode_px, trunk_px
from monitor.posture.gravity import Sight
from monitor.posture.model import Floats, Pose

STANCE_S = 2.0
"""Looks so far back are heard."""

ALIKE = float(np.cos(np.radians(45.0)))
"""Cosine of the angle within which two looks agree: three times the error of facing at p90, and far
less than a look that lays a body back to front is off."""

TALLEST = 2
"""Where feet stand, the scale is that of the second tallest look: one may have gone wrong."""


T, HERE_T, TRUNK, SCALE, AHEAD, FEET = 0, 1, 2, 3, slice(4, 7), slice(7, 11)
"""Columns of a look: when it was and the last one with the feet there, seconds; lengths of trunk,
pixels, and of a metre; which way it seemed to face; both feet, pixels."""


class Stance:
    """The last looks at one body, and of those before the tallest with its feet where they are now:
    where the feet were, which way it seemed to face and how large it seemed."""

    def __init__(self) -> None:
        self._looks = np.zeros((0, 11))

    @property
    def seen_t(self) -> float:
        return float(self._looks[-1, T])

    def see(self, t: float, pose: Pose, seen: Sight) -> Sight:
        """The newest look as others have it: whoever keeps their feet faces as they did, and is as
        far away.

        Of facing looks tell 5° wrong in the median, in deep bends more: it is the mean of most that
        agree. Who bends towards or away from the camera BlazePose takes for less bent and smaller
        (down to 0.8 of the scale, drawn camera), which hides how much shorter the trunk is seen:
        the scale is that of those looks that show the body tallest.
        """
        newest = [t, t, trunk_px(pose), seen.scale, *seen.ahead.tolist(), *feet(pose).flat]
        looks = np.vstack([self._looks, newest])
        stood = looks[:, FEET].reshape(-1, 2, 2)
        here = strode_px(stood, stood[-1]) < PLANTED * np.maximum(looks[:, TRUNK], looks[-1, TRUNK])
        looks[here, HERE_T] = t
        late = looks[:, T] > t - STANCE_S
        scale = float(np.sort(looks[here, SCALE])[-TALLEST:][0])
        ahead = _most(looks[late & _after_last(~here), AHEAD])
        tallest = here & (looks[:, SCALE] >= scale)
        self._looks = looks[late | tallest | ~here & (looks[:, HERE_T] > t - STANCE_S)]
        return replace(seen, ahead=ahead, scale=scale)


def _after_last(moved: np.ndarray) -> np.ndarray:
    """(n,) which looks come after the last with the feet elsewhere."""
    return ~np.logical_or.accumulate(moved[::-1])[::-1]


def _most(aheads: Floats) -> Floats:
    """(3,) the mean of most of the directions (n, 3) that agree, of the newest if others do too."""
    agree = aheads @ aheads.T >= ALIKE
    newest = len(agree) - 1 - int(np.argmax(agree.sum(axis=0)[::-1]))
    mean = aheads[agree[newest]].sum(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))
