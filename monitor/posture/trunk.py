"""How far a trunk is bent, from everything one picture holds, as a distribution.

For each flexion of a grid it is predicted what would be seen, and weighed against what is seen:

- the line from hips to shoulders in the picture, in lengths of this body: its direction shows a
  bend across the view, its shortening a bend towards or away from the camera;
- how much nearer to the camera than the hips BlazePose puts the shoulders;
- the line from shoulders to ears in the picture: the head goes where the trunk goes.

What is unknown besides (which way exactly the body faces, how it leans sideways, its proportions,
how the head is held) is Gaussian and integrated out: it widens the noise along the direction in
which it moves the prediction. All lengths are BlazePose's metres, whose bodies are all of one size.
"""

from dataclasses import dataclass

import numpy as np

from monitor.posture.angles import EARS, HIPS, SHOULDERS, TO_CAMERA, cross, middle
from monitor.posture.gravity import Sight
from monitor.posture.model import Floats

STEP_DEG = 3.0
FLEXIONS = np.radians(np.arange(-99.0, 129.1, STEP_DEG))
"""From bent double backwards, as one who lies on the back, to folded forward."""

TRUNK_M, HEAD_M = 0.555, 0.19
"""Hips to shoulders and shoulders to ears of BlazePose's body, seen square (drawn camera)."""

TRUNK_DEEP = 0.2
"""A trunk that points at the camera is still this share of its length long in the picture: hips and
shoulders are marked on the skin, the nearer ones on the side that is seen (drawn camera)."""

VIEWS_DEG = np.array([0.0, 45.0, 90.0, 135.0, 180.0])
"""Facing the camera, half, sideways, half turned away, from behind."""

TOWARDS = np.array([0.90, 0.85, 0.65, 0.30, 0.25])
AWAY = np.array([1.00, 0.90, 0.70, 0.55, 0.50])
NEARER_M = np.array([0.05, -0.02, -0.01, 0.08, 0.09])
"""BlazePose flattens what it cannot see: by view, the share of the shoulders' true depth before
(behind) the hips that it gives, and what it adds. Fitted on the drawn camera over bodies of random
proportions and clothes; seen in every other figure, since it is the network that guesses."""

NOISE_M = np.array([0.036, 0.036, 0.096, 0.042, 0.042])
"""Standard deviations of what is seen: trunk right, up and back, head right and up (drawn camera,
two fifths more than fits it best, for people who are built or dressed otherwise)."""

STRETCH = 0.14
"""Of the trunk's length against the body's scale: 0.05 are people's proportions (Drillis & Contini
1966, as in Winter's fig. 4.1, against anthropometric tables), the rest is the scale's error."""

SIDE_BEND, FACING, NECK, HEAD_ROLL = np.radians((7.0, 10.0, 20.0, 10.0))
"""Spread of side bends at work (ours), of the error of facing (drawn camera: 5° in the median, 14°
at p90), and of how the head is held against the trunk, forwards and sideways: a neutral neck has
±20° (ISO 11226 accepts 0 to 25°)."""

NECK_MEAN = np.radians(13.0)
"""The ears lie before the line of the trunk (drawn camera, over random ways to hold the head)."""

TAILS = 8.0
"""Degrees of freedom of the noise: looks are sometimes wrong as a whole."""

UPRIGHT, UPRIGHT_RAD = 3.0, np.radians(6.0)
"""A trunk within about 6° of upright is so much likelier again than one at any one other flexion: a
quarter of all looks are at somebody upright, if nothing else is known. Most of a shift is stood or
walked upright, but more would swallow bends seen badly."""

BACKWARD, FOLDED = np.radians((-15.0, 105.0))
BACKWARD_EACH, FOLDED_EACH = np.radians((12.0, 5.0))
"""Extension ends near 25° and flexion near 110° (with the hips): beyond these it is less likely, by
a factor e each so many degrees. All flexions between are taken for equal, but for upright."""

LEVELS = (0.5, 0.05, 0.95)
"""The middle, so that a value over a limit is over it with a probability of a half, and a band of
90 %."""


@dataclass(frozen=True, slots=True, eq=False)
class Cues:
    """seen: (5,) trunk to the right, up and back to the camera, head to the right and up.
    expected: (n, 5) of the same for each of `FLEXIONS`. unknown: (n, 5, m) what one standard
    deviation of each unknown adds. lean: (5,) what a radian of side bend adds."""

    seen: Floats
    expected: Floats
    unknown: Floats
    lean: Floats


def prior() -> Floats:
    """(n,) logarithm of how likely each of `FLEXIONS` is before anything is seen."""
    back = np.clip(BACKWARD - FLEXIONS, 0.0, None) / BACKWARD_EACH
    fold = np.clip(FLEXIONS - FOLDED, 0.0, None) / FOLDED_EACH
    upright = np.log1p(UPRIGHT * np.exp(-0.5 * (FLEXIONS / UPRIGHT_RAD) ** 2))
    return np.asarray(upright - back - fold)


def cues(sight: Sight) -> Cues:
    """What is seen of a trunk and what would be at every flexion."""
    up, ahead = sight.turn.T @ (0.0, 1.0, 0.0), sight.turn.T @ sight.ahead
    right = cross(ahead, up)
    trunk, _ = _directions(FLEXIONS, up, ahead)
    near = 1.0 / (1.0 - np.minimum(TRUNK_M * sight.scale * trunk[:, 2:], 0.9))
    towards, away, more = depth_seen(sight)
    flat = _lengthened(trunk[:, :2]) * TRUNK_M * near
    deep = TRUNK_M * np.where(trunk[:, 2:] > 0, towards, away) * trunk[:, 2:] + more
    head, nod = _directions(FLEXIONS + NECK_MEAN, up, ahead)
    lean = np.concatenate(
        [TRUNK_M * right * (1.0, 1.0, (towards + away) / 2), HEAD_M * right[:2]],
    )
    return Cues(
        _seen(sight),
        np.column_stack([flat, deep, HEAD_M * near * head[:, :2]]),
        _unknown(flat, HEAD_M * nod[:, :2], HEAD_M * right[:2], lean),
        lean,
    )


def _seen(sight: Sight) -> Floats:
    hips, shoulders, ears = (
        middle(sight.points, pair) / sight.scale for pair in (HIPS, SHOULDERS, EARS)
    )
    deep = middle(sight.metres, SHOULDERS)[2:] - middle(sight.metres, HIPS)[2:]
    return np.concatenate([shoulders - hips, deep, ears - shoulders])


def depth_seen(sight: Sight) -> tuple[float, float, float]:
    """`TOWARDS`, `AWAY` and `NEARER_M` for the way this body faces."""
    to_camera = sight.turn @ TO_CAMERA
    across = cross(to_camera, sight.ahead)[1]
    view = abs(np.degrees(np.arctan2(across, to_camera @ sight.ahead)))
    towards, away, more = (np.interp(view, VIEWS_DEG, by) for by in (TOWARDS, AWAY, NEARER_M))
    return float(towards), float(away), float(more)


def _directions(angles: Floats, up: Floats, ahead: Floats) -> tuple[Floats, Floats]:
    """(n, 3) unit vectors that far from `up` towards `ahead`, and how they turn with the angle."""
    c, s = np.cos(angles)[:, None], np.sin(angles)[:, None]
    return c * up + s * ahead, c * ahead - s * up


def _lengthened(flat: Floats) -> Floats:
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(flat * np.hypot(length, TRUNK_DEEP) / np.maximum(length, 1e-6))


def _unknown(flat: Floats, nod: Floats, roll: Floats, lean: Floats) -> Floats:
    """(n, 5, 4) side bend with facing, stretch, neck, roll of the head."""
    found = np.zeros((len(flat), 5, 4))
    found[:, :, 0] = np.hypot(SIDE_BEND, FACING * np.sin(FLEXIONS))[:, None] * lean
    found[:, :2, 1] = STRETCH * flat
    found[:, 3:, 2] = NECK * nod
    found[:, 3:, 3] = HEAD_ROLL * roll
    return found


def weigh(cues: Cues) -> tuple[Floats, Floats, float]:
    """(n,) log-likelihood of each of `FLEXIONS`, the side bend (n,) that goes with it, radians,
    and the side bend's standard deviation."""
    spread = cues.unknown @ cues.unknown.transpose(0, 2, 1) + np.diag(NOISE_M**2)
    inverse = np.linalg.inv(spread)
    off = cues.seen - cues.expected
    pull = np.einsum("nij,nj->ni", inverse, off)
    misfit = (off * pull).sum(axis=1)
    log = -0.5 * np.log(np.linalg.det(spread)) - 0.5 * (TAILS + 5) * np.log1p(misfit / TAILS)
    known = SIDE_BEND**2 * np.einsum("i,nij,j->n", cues.lean, inverse, cues.lean)
    left = SIDE_BEND * np.sqrt(max(1.0 - float(known.mean()), 0.0))
    return log, SIDE_BEND**2 * (pull @ cues.lean), left


def inclinations_deg(side_bend: Floats, side_spread: float) -> Floats:
    """(n,) degrees from vertical for each of `FLEXIONS`; backward negative, which only counts as
    such where the trunk leans more backward than sideways: less cannot be told.

    An error sideways always adds to an inclination, so the square of what it would add by itself is
    taken off again (as Rice's distribution has it)."""
    lean = np.sqrt(np.clip(side_bend**2 - side_spread**2, 0.0, None))
    off = np.arccos(np.clip(np.cos(FLEXIONS) * np.cos(lean), -1.0, 1.0))
    backward = FLEXIONS + lean < -1e-9
    return np.asarray(np.degrees(np.where(backward, -off, off)))


def summed_up(weights: Floats, values: Floats) -> tuple[float, float, float]:
    """Median and the ends of the 90 % band of values with these weights (of any sum)."""
    order = np.argsort(values, kind="stable")
    share = weights[order] / weights.sum()
    middle, low, high = np.interp(LEVELS, np.cumsum(share) - share / 2, values[order])
    return float(middle), float(low), float(high)
