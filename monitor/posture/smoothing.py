"""Poses without the jitter of single looks, in seconds."""

from dataclasses import replace

import numpy as np

from monitor.posture.body import px_per_m
from monitor.posture.model import Floats, Pose

LEAST_HZ = 0.3
"""Cutoff of what keeps still: a posture held for a second has settled."""

HZ_PER_SPEED = 2.0
"""Cutoff gained for each metre a second. In a bend hands and shoulders move at 0.5 to 2 m/s, which
gives a delay of 1/(2π·cutoff): 0.12 s down to 0.04 s."""

SPEED_S = 0.2
"""Speeds are told over this time at least: over less, jitter would pass for speed."""

FORGET_S = 1.0
"""After so long unseen the body has moved on: nothing is kept."""


class Smoothing:
    """Smooths one body's landmarks and metres; visibility, score and region stay as seen.

    shown: the newest look, smoothed.
    """

    def __init__(self, t: float, pose: Pose) -> None:
        self._t = t
        self.shown = pose

    def see(self, t: float, pose: Pose) -> None:
        """Take in the next look."""
        seconds, self._t = t - self._t, t
        if seconds > FORGET_S:
            self.shown = pose
        elif seconds > 0.0:
            scale = px_per_m(pose)
            points = smoothed(self.shown.landmarks[:, :3], pose.landmarks[:, :3], seconds, scale)
            landmarks = pose.landmarks.copy()
            landmarks[:, :3] = points
            world = smoothed(self.shown.world, pose.world, seconds)
            self.shown = replace(pose, landmarks=landmarks, world=world)


def smoothed(shown: Floats, seen: Floats, seconds: float, per_m: float = 1.0) -> Floats:
    """(n, 3) points `seconds` (above 0) later, in units of which a metre has `per_m`.

    The One Euro filter (Casiez, Roussel & Vogel 2012), a low-pass for each point whose cutoff rises
    with its speed, but for the speed: here it is how far what is seen has left what is shown, which
    lags behind no start of a movement. A point that was no number is taken as it is seen.
    """
    step = seen - shown
    away = np.sqrt(np.einsum("ij,ij->i", step, step))
    cutoff = LEAST_HZ + HZ_PER_SPEED / per_m / max(seconds, SPEED_S) * away
    share = 1.0 / (1.0 + 1.0 / (2.0 * np.pi * seconds * cutoff))
    return np.where(np.isfinite(shown), shown + share[:, None] * step, seen)
