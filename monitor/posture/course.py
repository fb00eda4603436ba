"""What the look before tells of how far a trunk is bent.

A trunk that looks alike in two pictures is bent alike, while what one look tells of it may be
ambiguous: from behind and above, upright and deeply bent are of one length in the picture, and
which it is hangs on a depth that the network guesses anew at each look.
"""

import numpy as np

from monitor.posture.model import Floats
from monitor.posture.trunk import FLEXIONS, STEP_DEG, TRUNK_M

STILL_DEG = 8.0
"""Standard deviation of the flexion between two looks that show the same: readings of the upright
lie within 10° (drawn camera)."""

MOVES_DEG = 120.0
"""What is added for each trunk length by which shoulders move against hips, or ears against
shoulders: twice the angle whose arc that is, for a bend towards or away from the camera moves them
little in the picture."""

WRONG = 0.03
"""Share of looks after which anything goes: the body was laid wrongly."""

HEARD = 0.5
"""Power of what was told before: looks at the same posture are wrong in the same way, so that many
together are worth two."""


class Course:
    """What the last looks at one body told of its trunk."""

    def __init__(self) -> None:
        self._shown: Floats | None = None
        self._log = np.zeros(len(FLEXIONS))

    def go_on(self, shown: Floats, log: Floats) -> Floats:
        """(n,) log-likelihood of each of `FLEXIONS` by the newest look and those before.

        shown: (4,) metres of the body, from hips to shoulders and from shoulders to ears, each to
        the right and up in the picture. log: (n,) by the newest look alone.
        """
        if self._shown is not None:
            moved = float(np.linalg.norm(shown - self._shown)) / TRUNK_M
            log = log + np.log(self._before(STILL_DEG + MOVES_DEG * moved))
        self._shown, self._log = shown, log
        return log

    def _before(self, spread_deg: float) -> Floats:
        """(n,) how likely each flexion was made by the looks before."""
        heard = np.exp(HEARD * (self._log - self._log.max()))
        away = STEP_DEG * np.arange(1 - len(heard), len(heard))
        reach = np.exp(-0.5 * (away / spread_deg) ** 2)
        expected = np.convolve(heard / heard.sum(), reach / reach.sum(), "valid")
        return np.asarray((1.0 - WRONG) * expected + WRONG / len(heard))
