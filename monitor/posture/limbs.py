"""Where arms and legs point, from what one picture holds, as distributions.

The picture shows well which way a segment goes across the view; how far it goes into depth is told
by its shortening and, less surely, by BlazePose. So a segment is a fan of directions, from straight
at the camera to straight away, each weighed against what is seen.
"""

from dataclasses import dataclass

import numpy as np

from monitor.posture.gravity import Sight
from monitor.posture.model import Floats

DEPTHS = np.radians(np.arange(-84.0, 84.1, 7.0))
"""Angles of a segment with the plane square to the view, towards the camera positive."""

ACROSS, DEEP = np.cos(DEPTHS), np.sin(DEPTHS)


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

BACKWARDS_DEG = 10.0
"""A knee bends no more than so against its sense (standard deviation): what it bends about is told
to within some 10°."""

BIN_DEG = 2.0
BINS_DEG = np.arange(0.0, 180.1, BIN_DEG)


@dataclass(frozen=True, slots=True, eq=False)
class Fan:
    """log: (n,) log-likelihood of each of `DEPTHS`. directions: (n, 3) units, gravity frame.
    sideways_deg: how surely the picture tells their common plane, as a standard deviation."""

    log: Floats
    directions: Floats
    sideways_deg: float


def fan(sight: Sight, segment: Segment, ends: tuple[int, int], seen: float) -> Fan:
    """Where the segment from one landmark to another may point; seen: visibility of the worse."""
    start, end = ends
    doubt = 1.0 / np.sqrt(max(seen, LEAST_SEEN))
    flat = (sight.points[end] - sight.points[start]) / sight.scale / segment.length
    deep = (sight.metres[end, 2] - sight.metres[start, 2]) / segment.length
    length = max(float(np.hypot(*flat)), 1e-6)
    variance = _VARIANCES * doubt**2
    misfit = (length - np.hypot(ACROSS, segment.end_on)) ** 2 / variance
    misfit += ((deep - segment.share * DEEP - segment.nearer) / DEPTH_NOISE / doubt) ** 2
    log = -0.5 * np.log(variance) - 0.5 * (TAILS + 2) * np.log1p(misfit / TAILS)
    directions = np.column_stack([np.outer(ACROSS, flat / length), DEEP])
    return Fan(log + _ROOM, directions @ sight.turn.T, SIDEWAYS_DEG * doubt)


def elevations(arm: Fan) -> Floats:
    """Weights of `BINS_DEG` as the angle of an upper arm from hanging."""
    angles = _degrees(-arm.directions[:, 1])
    return _binned(arm.log + _usual(angles, HANGING, HANGS_DEG), angles)


def hanging(arm: Fan) -> Floats:
    """(n,) weights of the fan of an upper arm."""
    angles = _degrees(-arm.directions[:, 1])
    return _weights(arm.log + _usual(angles, HANGING, HANGS_DEG))


def flexions(above: Fan, below: Fan, bends_about: Floats | None = None) -> Floats:
    """Weights of `BINS_DEG` as the flexion of the joint between two segments.

    bends_about: (3,) to the person's left: the joint bends the lower segment backwards, as a knee
    does; `None`: any way.
    """
    angles = _degrees(above.directions @ below.directions.T)
    log = above.log[:, None] + below.log + _usual(angles, STRAIGHT, STRAIGHT_DEG)
    log -= 0.5 * (np.clip(angles - MOST_BENT_DEG, 0.0, None) / YIELD_DEG) ** 2
    if bends_about is not None:
        x, y, z = bends_about
        turn = np.array([[0.0, z, -y], [-z, 0.0, x], [y, -x, 0.0]])
        sense = above.directions @ turn.T @ below.directions.T
        wrong = np.degrees(np.arcsin(np.clip(sense, 0.0, 1.0)))
        log -= 0.5 * (wrong / BACKWARDS_DEG) ** 2
    return _binned(log, angles)


def between(arm: Fan, directions: Floats, weights: Floats) -> Floats:
    """Weights of `BINS_DEG` as the angle between an upper arm and (m, 3) unit directions that have
    these weights."""
    angles = _degrees(arm.directions @ directions.T)
    shares = np.outer(hanging(arm), weights)
    return _summed(shares, angles)


def _usual(angles: Floats, odds: float, spread: float) -> Floats:
    return np.asarray(np.log1p(odds * np.exp(-0.5 * (angles / spread) ** 2)))


def _degrees(cosines: Floats) -> Floats:
    return np.asarray(np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0))))


def _weights(log: Floats) -> Floats:
    return np.asarray(np.exp(log - log.max()))


def _binned(log: Floats, angles: Floats) -> Floats:
    return _summed(_weights(log), angles)


def _summed(weights: Floats, angles: Floats) -> Floats:
    bins = np.rint(angles.ravel() / BIN_DEG).astype(int)
    return np.asarray(np.bincount(bins, weights.ravel(), minlength=len(BINS_DEG)), np.float64)
