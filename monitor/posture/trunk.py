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

from monitor.posture.angles import EARS, HIPS, SHOULDERS
from monitor.posture.gravity import Sights
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

LEVELS = np.array([[0.5], [0.05], [0.95]])
"""The middle, so that a value over a limit is over it with a probability of a half, and a band of
90 %."""


IN_PICTURE = [0, 1, 3, 4]
"""Which of the five things seen of a trunk the picture itself tells: all but the depth."""


@dataclass(frozen=True, slots=True, eq=False)
class Cues:
    """Of m bodies and the n `FLEXIONS`. seen: (5, m) trunk to the right, up and back to the camera,
    head to the right and up. expected: (5, m, n) of the same. lean: (5, m) what a radian of side
    bend adds. stretch, nod, roll: (2, m, n), (2, m, n), (2, m) what one standard deviation of the
    trunk's length and of the head's nod and roll adds to the picture of the one and the other."""

    seen: Floats
    expected: Floats
    lean: Floats
    stretch: Floats
    nod: Floats
    roll: Floats


def prior() -> Floats:
    """(n,) logarithm of how likely each of `FLEXIONS` is before anything is seen."""
    back = np.clip(BACKWARD - FLEXIONS, 0.0, None) / BACKWARD_EACH
    fold = np.clip(FLEXIONS - FOLDED, 0.0, None) / FOLDED_EACH
    upright = np.log1p(UPRIGHT * np.exp(-0.5 * (FLEXIONS / UPRIGHT_RAD) ** 2))
    return np.asarray(upright - back - fold)


def cues(sights: Sights) -> Cues:
    """What is seen of trunks and what would be at every flexion."""
    up, ahead, right = (
        sights.turn[:, 1].T,
        _seen_as(sights, sights.ahead),
        _seen_as(sights, sights.right),
    )
    trunk, _ = _directions(FLEXIONS, up, ahead)
    metre = (TRUNK_M * sights.scale)[:, None]
    near = 1.0 / (1.0 - np.minimum(metre * trunk[2], 0.9))
    towards, away, more = depth_seen(sights)
    flat = _lengthened(trunk[:2]) * TRUNK_M * near
    share = np.where(trunk[2] > 0, towards[:, None], away[:, None])
    deep = TRUNK_M * share * trunk[2] + more[:, None]
    head, nod = _directions(FLEXIONS + NECK_MEAN, up, ahead)
    return Cues(
        _seen(sights),
        np.concatenate([flat, deep[None], HEAD_M * near * head[:2]]),
        np.concatenate([
            TRUNK_M * right[:2], TRUNK_M * right[2:] * (towards + away) / 2, HEAD_M * right[:2],
        ]),
        STRETCH * flat,
        NECK * HEAD_M * nod[:2],
        HEAD_ROLL * HEAD_M * right[:2],
    )  # fmt: skip


def _seen_as(sights: Sights, directions: Floats) -> Floats:
    """(3, m) directions (m, 3) of the gravity frame as each camera has them."""
    return np.asarray((sights.turn * directions[:, :, None]).sum(axis=1).T)


def _seen(sights: Sights) -> Floats:
    hips, shoulders, ears = (
        (sights.points[:, one] + sights.points[:, other]) / 2 / sights.scale[:, None]
        for one, other in (HIPS, SHOULDERS, EARS)
    )
    near_hips, near_shoulders = (
        (sights.metres[:, one, 2:] + sights.metres[:, other, 2:]) / 2
        for one, other in (HIPS, SHOULDERS)
    )
    seen = [shoulders - hips, near_shoulders - near_hips, ears - shoulders]
    return np.concatenate(seen, axis=1).T


def depth_seen(sights: Sights) -> tuple[Floats, Floats, Floats]:
    """(m,) each: `TOWARDS`, `AWAY` and `NEARER_M` for the way these bodies face."""
    x, y, z = sights.turn[:, :, 2].T
    u, v, w = sights.ahead.T
    view = np.abs(np.degrees(np.arctan2(z * u - x * w, x * u + y * v + z * w)))
    towards, away, more = (np.interp(view, VIEWS_DEG, by) for by in (TOWARDS, AWAY, NEARER_M))
    return towards, away, more


def _directions(angles: Floats, up: Floats, ahead: Floats) -> tuple[Floats, Floats]:
    """(3, m, n) unit vectors that far from `up` towards `ahead`, (3, m), and how they turn with the
    angle."""
    c, s = np.cos(angles), np.sin(angles)
    up, ahead = up[..., None], ahead[..., None]
    return c * up + s * ahead, c * ahead - s * up


def _lengthened(flat: Floats) -> Floats:
    length = np.hypot(*flat)
    return np.asarray(flat * np.hypot(length, TRUNK_DEEP) / np.maximum(length, 1e-6))


def weigh(cues: Cues) -> tuple[Floats, Floats, Floats]:
    """(m, n) log-likelihood of each of `FLEXIONS`, the side bend (m, n) that goes with it, radians,
    and the side bend's standard deviation (m,).

    The noise is that of the trunk in the picture, of its depth and of the head in the picture, each
    with its unknowns, and one more that goes through all of them: the lean. It is added last
    (Sherman and Morrison's formula), so that no matrix is larger than two by two.
    """
    off = cues.seen[..., None] - cues.expected
    lean = cues.lean[..., None]
    right, up, back, head_right, head_up = NOISE_M**2
    trunk = _Block(right, up, cues.stretch)
    head = _Block(head_right, head_up, cues.nod, cues.roll[..., None])

    def product(one: Floats, other: Floats) -> Floats:
        """Through the inverse of the noise without the lean, (m, n)."""
        picture = trunk.product(one[:2], other[:2]) + head.product(one[3:], other[3:])
        return np.asarray(picture + one[2] * other[2] / back)

    own, with_off, lone = product(lean, lean), product(lean, off), product(off, off)
    spread = SIDE_BEND**2 + (FACING * np.sin(FLEXIONS)) ** 2
    more = 1.0 + spread * own
    misfit = lone - spread * with_off**2 / more
    log = -0.5 * np.log(trunk.determinant * head.determinant * back * more)
    log -= 0.5 * (TAILS + 5) * np.log1p(misfit / TAILS)
    known = SIDE_BEND**2 * (own / more).mean(axis=1)
    left = SIDE_BEND * np.sqrt(np.maximum(1.0 - known, 0.0))
    return log, SIDE_BEND**2 * with_off / more, left


class _Block:
    """The noise of two numbers as matrices (m, n) times 2 × 2: variances of each alone, and
    unknowns (2, m, n) that move both."""

    def __init__(self, first: float, second: float, *unknown: Floats) -> None:
        self._xx = first + sum(x * x for x, _ in unknown)
        self._yy = second + sum(y * y for _, y in unknown)
        self._xy = sum(x * y for x, y in unknown)
        self.determinant = self._xx * self._yy - self._xy**2

    def product(self, one: Floats, other: Floats) -> Floats:
        """(m, n) of two vectors (2, m, n) through the inverse."""
        (x, y), (u, v) = one, other
        turned = self._yy * x * u - self._xy * (x * v + y * u) + self._xx * y * v
        return np.asarray(turned / self.determinant)


def inclinations_deg(side_bend: Floats, side_spread: Floats) -> Floats:
    """(m, n) degrees from vertical for each of `FLEXIONS`, from side bends (m, n) and their
    standard deviations (m,), radians; backward negative, which only counts as
    such where the trunk leans more backward than sideways: less cannot be told.

    An error sideways always adds to an inclination, so the square of what it would add by itself is
    taken off again (as Rice's distribution has it)."""
    lean = np.sqrt(np.clip(side_bend**2 - side_spread[:, None] ** 2, 0.0, None))
    off = np.arccos(np.clip(np.cos(FLEXIONS) * np.cos(lean), -1.0, 1.0))
    backward = FLEXIONS + lean < -1e-9
    return np.asarray(np.degrees(np.where(backward, -off, off)))


def summed_up(weights: Floats, values: Floats) -> Floats:
    """(3, m): median and the ends of the 90 % band of values (m, n) with these weights, of any
    sum."""
    order = np.argsort(values, axis=1, kind="stable")
    return levels(np.take_along_axis(weights, order, 1), np.take_along_axis(values, order, 1))


def levels(weights: Floats, values: Floats) -> Floats:
    """The same of values in rising order."""
    share = weights / weights.sum(axis=1, keepdims=True)
    below = np.cumsum(share, axis=1) - share / 2
    after = (below[:, None] < LEVELS).sum(axis=2)
    after = np.minimum(np.maximum(after, 1), below.shape[1] - 1)
    rows = np.arange(len(below))[:, None]
    start, end = below[rows, after - 1], below[rows, after]
    way = (LEVELS[:, 0] - start) / np.maximum(end - start, 1e-12)
    low, high = values[rows, after - 1], values[rows, after]
    return np.asarray((low + np.minimum(np.maximum(way, 0.0), 1.0) * (high - low)).T)
