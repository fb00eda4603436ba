"""Which way somebody faces, from more than one look."""

import numpy as np

from monitor.posture.body import PLANTED, feet, strode_px, trunk_px
from monitor.posture.model import Floats, Pose

STANCE_S = 2.0
"""Looks so far back are heard."""

ALIKE = float(np.cos(np.radians(45.0)))
"""Cosine of the angle within which two looks agree: three times the error of facing at p90, and far
less than a look that lays a body back to front is off."""


class Stance:
    """The last looks at one body, each where its feet were and which way it seemed to face."""

    def __init__(self) -> None:
        self._t = np.zeros(0)
        self._feet = np.zeros((0, 2, 2))
        self._trunk = np.zeros(0)
        self._ahead = np.zeros((0, 3))

    @property
    def seen_t(self) -> float:
        return float(self._t[-1])

    def see(self, t: float, pose: Pose, ahead: Floats) -> Floats:
        """(3,) the horizontal unit vector a body faces that seems to face `ahead`, (3,), now.

        Whoever keeps their feet faces as they did, while looks err by 5° in the median, and in deep
        bends by more: of the looks since the feet moved last it is the mean of most that agree.
        """
        late = self._t > t - STANCE_S
        self._t = np.append(self._t[late], t)
        self._feet = np.concatenate([self._feet[late], feet(pose)[None]])
        self._trunk = np.append(self._trunk[late], trunk_px(pose))
        self._ahead = np.concatenate([self._ahead[late], ahead[None]])
        aheads = self._ahead[self._since() :]
        agree = aheads @ aheads.T >= ALIKE
        newest = len(agree) - 1 - int(np.argmax(agree.sum(axis=0)[::-1]))
        mean = aheads[agree[newest]].sum(axis=0)
        return np.asarray(mean / np.linalg.norm(mean))

    def _since(self) -> int:
        """The first look since the feet moved last."""
        size = np.maximum(self._trunk, self._trunk[-1])
        moved = strode_px(self._feet, self._feet[-1]) >= PLANTED * size
        return int(np.flatnonzero(moved)[-1]) + 1 if moved.any() else 0
