"""Where arms and legs point, from what one picture holds, as distributions.

The picture shows well which way a segment goes across the view; how far it goes into depth is told
by its shortening and, less surely, by BlazePose. So a segment is a fan of directions, from straight
at the camera to straight away, each weighed against what is seen.
"""

from dataclasses import astuple, dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.posture.angles import LEFT_LIMBS
from monitor.posture.gravity import Sights
from monitor.posture.model import Floats

DEPTHS = np.radians(np.arange(-84.0, 84.1, 7.0))
"""Angles of a segment with the plane square to the view, towards the camera positive."""

ACROSS, DEEP = np.cos(DEPTHS), np.sin(DEPTHS)

Rows = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Segment:
    """length: metres of BlazePose's body. share, nearer: of the true depth that BlazePose gives,
    and what it adds, in lengths. end_on: how long it still is in the picture when it points at the
    camera, in lengths: arms are seen much longer than they would be, legs hardly (all fitted on the
    drawn camera over random bodies)."""

    length: float
    share: float
    nearer: float
    end_on: float


UPPER_ARM = Segment(0.28, 0.40, 0.02, 0.4)
FOREARM = Segment(0.265, 0.25, 0.02, 0.4)
THIGH = Segment(0.37, 0.60, -0.05, 0.15)
SHANK = Segment(0.345, 0.60, -0.12, 0.15)

SHOULDER, ELBOW, WRIST, HIP, KNEE, ANKLE = ((mark, mark + 1) for mark in LEFT_LIMBS)
STARTS = np.array([SHOULDER, ELBOW, HIP, KNEE])
ENDS = np.array([ELBOW, WRIST, KNEE, ANKLE])
"""(4, 2) left and right landmarks of upper arms, forearms, thighs and shanks."""

_LENGTH, _SHARE, _NEARER, _END_ON = np.array(
    [astuple(segment) for segment in (UPPER_ARM, FOREARM, THIGH, SHANK)]
).T[..., None, None]

STRETCH, WIDE, DEPTH_NOISE = 0.13, 0.08, 0.22
"""Standard deviations in lengths of a segment: of its length against the body's scale, of its ends
in the picture, and of the depth BlazePose gives (drawn camera)."""

_VARIANCES = (STRETCH * ACROSS) ** 2 + WIDE**2
_ROOM = np.log(ACROSS)

LEAST_SEEN = 0.25
"""Below this visibility an end of a segment is a guess. Above it its errors grow slowly as it is
seen less, by the root of the visibility (drawn camera; the error at 0.25 to 0.5 is 1.2 times that
of what is seen fully in the median, twice at p90)."""

TAILS = 6.0
"""Degrees of freedom of the noise."""

SIDEWAYS_DEG = 7.0
"""Standard deviation of a segment's direction in the picture (drawn camera)."""

HANGING, HANGS_DEG = 4.0, 20.0
"""An upper arm within about 20° of hanging is so much likelier than one raised to any one other
direction: arms hang most of the time, and nothing else is presumed."""

STRAIGHT, STRAIGHT_DEG = 10.0, 12.0
"""The same of knees and elbows that are straight."""

MOST_BENT_DEG, YIELD_DEG = 145.0, 8.0
"""Knees and elbows end near 145° of flexion."""

BACKWARDS = np.radians(10.0)
"""A knee bends no more than so against its sense (standard deviation): what it bends about is told
to within some 10°."""

BIN_DEG = 2.0
BINS_DEG = np.arange(0.0, 180.1, BIN_DEG)


class Fans(NamedTuple):
    """Of one segment of the left and the right of each body in turn, k in all. log: (k, n)
    log-likelihood of each of `DEPTHS`. directions: (k, n, 3) units, gravity frame. sideways_deg:
    (k,) how surely the picture tells the plane of each fan, as a standard deviation. seen: (k,)."""

    log: Floats
    directions: Floats
    sideways_deg: Floats
    seen: Rows

    def of(self, rows: Rows) -> "Fans":
        log, directions, sideways_deg, seen = self
        return Fans(log[rows], directions[rows], sideways_deg[rows], seen[rows])


def fans(sights: Sights, visibility: Floats) -> tuple[Fans, Fans, Fans, Fans]:
    """Where upper arms, forearms, thighs and shanks may point. visibility: (m, 33)."""
    seen = np.minimum(visibility[:, STARTS], visibility[:, ENDS])[..., None]
    doubt = 1.0 / np.sqrt(np.maximum(seen, LEAST_SEEN))
    off = sights.points[:, ENDS] - sights.points[:, STARTS]
    flat = off / sights.scale[:, None, None, None] / _LENGTH
    deep = (sights.metres[:, ENDS, 2:] - sights.metres[:, STARTS, 2:]) / _LENGTH
    length = np.maximum(np.hypot(flat[..., :1], flat[..., 1:]), 1e-6)
    variance = _VARIANCES * doubt**2
    misfit = (length - np.hypot(ACROSS, _END_ON)) ** 2 / variance
    misfit += ((deep - _SHARE * DEEP - _NEARER) / DEPTH_NOISE / doubt) ** 2
    log = -0.5 * np.log(variance) - 0.5 * (TAILS + 2) * np.log1p(misfit / TAILS) + _ROOM
    across = flat / length @ sights.turn[:, None, :, :2].mT
    away = sights.turn[:, None, None, None, :, 2]
    directions = ACROSS[:, None] * across[..., None, :] + DEEP[:, None] * away
    k, n = 2 * len(seen), len(DEPTHS)
    upper_arms, forearms, thighs, shanks = (
        Fans(
            log[:, i].reshape(k, n),
            directions[:, i].reshape(k, n, 3),
            SIDEWAYS_DEG * doubt[:, i].reshape(k),
            seen[:, i].reshape(k) >= LEAST_SEEN,
        )
        for i in range(len(STARTS))
    )
    return upper_arms, forearms, thighs, shanks


def elevations(arms: Fans) -> Floats:
    """(k, n) weights of `BINS_DEG` as the angle of upper arms from hanging."""
    angles, weights = _hanging(arms)
    return _summed(weights, angles)


def flexions(above: Fans, below: Fans, ahead: Floats | None = None) -> Floats:
    """(k, n) weights of `BINS_DEG` as the flexion of the joints between two segments each.

    ahead: (k, 3) horizontal directions the bodies face: the joint bends the lower segment
    backwards, as a knee does; `None`: any way.
    """
    log = above.log[:, :, None] + below.log[:, None, :]
    if ahead is not None:
        forward, on = ((each.directions @ ahead[..., None]) for each in (above, below))
        up, over = (each.directions[..., 1:2] for each in (above, below))
        wrong = np.arcsin(np.clip(forward * over.mT - up * on.mT, 0.0, 1.0))
        log -= 0.5 * (wrong / BACKWARDS) ** 2
    angles = _degrees(above.directions @ below.directions.mT)
    return _summed(_weights(log), angles) * _JOINT


def between(arms: Fans, directions: Floats, weights: Floats) -> Floats:
    """(k, n) weights of `BINS_DEG` as the angle between upper arms and (k, m, 3) unit directions
    each that have these weights (k, m)."""
    _, hanging = _hanging(arms)
    angles = _degrees(arms.directions @ directions.mT)
    return _summed(hanging[:, :, None] * weights[:, None, :], angles)


def _hanging(arms: Fans) -> tuple[Floats, Floats]:
    """(k, n) angles of the fans of upper arms from hanging, and their weights."""
    angles = _degrees(-arms.directions[:, :, 1])
    return angles, _weights(arms.log) * _usual(angles, HANGING, HANGS_DEG)


def _usual(angles: Floats, odds: float, spread: float) -> Floats:
    return np.asarray(1.0 + odds * np.exp(-0.5 * (angles / spread) ** 2))


_JOINT = _usual(BINS_DEG, STRAIGHT, STRAIGHT_DEG) * np.exp(
    -0.5 * (np.clip(BINS_DEG - MOST_BENT_DEG, 0.0, None) / YIELD_DEG) ** 2
)
"""How usual each of `BINS_DEG` is for a knee or an elbow."""


def _degrees(cosines: Floats) -> Floats:
    return np.asarray(np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0))))


def _weights(log: Floats) -> Floats:
    """The likeliest of each of k has 1."""
    return np.asarray(np.exp(log - log.max(axis=tuple(range(1, log.ndim)), keepdims=True)))


def _summed(weights: Floats, angles: Floats) -> Floats:
    """(k, n) sums of the weights of k bodies by `BINS_DEG`."""
    many, each = len(weights), len(BINS_DEG)
    bins = np.rint(angles / BIN_DEG).astype(int)
    bins += each * np.arange(many).reshape(-1, *[1] * (angles.ndim - 1))
    sums = np.bincount(bins.ravel(), weights.ravel(), minlength=many * each)
    return np.asarray(sums.reshape(many, each), np.float64)
