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


class Stance:
    """The last looks at one body, and of those before the tallest with its feet where they are now:
    where the feet were, which way it seemed to face and how large it seemed."""

    def __init__(self) -> None:
        self._t = np.zeros(0)
        self._here_t = np.zeros(0)
        self._feet = np.zeros((0, 2, 2))
        self._trunk = np.zeros(0)
        self._ahead = np.zeros((0, 3))
        self._scale = np.zeros(0)

    @property
    def seen_t(self) -> float:
        return float(self._t[-1])

    def see(self, t: float, pose: Pose, seen: Sight) -> Sight:
        """The newest look as others have it: whoever keeps their feet faces as they did, and is as
        far away.

        Of facing looks tell 5° wrong in the median, in deep bends more: it is the mean of most that
        agree. Who bends towards or away from the camera BlazePose takes for less bent and smaller
        (down to 0.8 of the scale, drawn camera), which hides how much shorter the trunk is seen:
        the scale is that of those looks that show the body tallest.
        """
        self._t = np.append(self._t, t)
        self._here_t = np.append(self._here_t, t)
        self._feet = np.concatenate([self._feet, feet(pose)[None]])
        self._trunk = np.append(self._trunk, trunk_px(pose))
        self._ahead = np.concatenate([self._ahead, seen.ahead[None]])
        self._scale = np.append(self._scale, seen.scale)
        size = np.maximum(self._trunk, self._trunk[-1])
        here = strode_px(self._feet, self._feet[-1]) < PLANTED * size
        self._here_t[here] = t
        late = self._t > t - STANCE_S
        scale = float(np.sort(self._scale[here])[-TALLEST:][0])
        ahead = _most(self._ahead[late & _after_last(~here)])
        tallest = here & (self._scale >= scale)
        self._keep(late | tallest | ~here & (self._here_t > t - STANCE_S))
        return replace(seen, ahead=ahead, scale=scale)

    def _keep(self, looks: np.ndarray) -> None:
        self._t, self._here_t, self._feet = self._t[looks], self._here_t[looks], self._feet[looks]
        self._trunk, self._ahead = self._trunk[looks], self._ahead[looks]
        self._scale = self._scale[looks]


def _after_last(moved: np.ndarray) -> np.ndarray:
    """(n,) which looks come after the last with the feet elsewhere."""
    return ~np.logical_or.accumulate(moved[::-1])[::-1]


def _most(aheads: Floats) -> Floats:
    """(3,) the mean of most of the directions (n, 3) that agree, of the newest if others do too."""
    agree = aheads @ aheads.T >= ALIKE
    newest = len(agree) - 1 - int(np.argmax(agree.sum(axis=0)[::-1]))
    mean = aheads[agree[newest]].sum(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))
