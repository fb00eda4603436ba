"""Every angle of one body with the band it lies in, from one look, and for trunks those before.

`monitor.posture.angles` reads joints as they are; here the trunk, arms and legs are fitted to all
that is seen of them, and what is read is given the error it was seen to have.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from monitor.posture.angles import (
    HIPS,
    SHOULDERS,
    TO_CAMERA,
    UP,
    angle_between_deg,
    measure_turned,
    pair_visible,
)
from monitor.posture.course import Course
from monitor.posture.gravity import Sight, Sights, side_by_side
from monitor.posture.limbs import (
    BINS_DEG,
    Fans,
    Rows,
    between,
    elevations,
    fans,
    flexions,
)
from monitor.posture.model import Angle, Floats, Pose
from monitor.posture.trunk import (
    FLEXIONS,
    IN_PICTURE,
    cues,
    inclinations_deg,
    levels,
    prior,
    summed_up,
    weigh,
)

BAND = 1.645
"""Standard deviations from the middle to the ends of a band of 90 %."""

SPREADS_DEG: Mapping[str, tuple[float, float, float]] = {
    "trunk_twist": (10.0, 13.0, 15.0),
    "head_inclination": (21.0, 19.0, 25.0),
    "neck_flexion": (22.0, 20.0, 25.0),
}
"""Standard deviation of what is read off the joints: facing the camera, sideways, from behind
(drawn camera)."""


BEFORE = prior()

Found = dict[str, Angle | None]
"""Angles by name; `None`: not seen."""


class Bent(NamedTuple):
    """How m trunks may be bent. weights: (m, n) of each of `FLEXIONS`; side_bend: (m, n) radians
    that go with each; side_spread: (m,) its standard deviation, radians."""

    weights: Floats
    side_bend: Floats
    side_spread: Floats


def fitted_angles(
    poses: Sequence[Pose], sights: Sequence[Sight], courses: Sequence[Course] = ()
) -> list[Found]:
    """Every angle of `ANGLES` of each body, with low and high. courses: one a body, what looks
    before told; several looks at one body come in their order. None: only these looks are known.

    Bodies are fitted side by side, since that takes a fraction of the time; each comes out as if it
    were alone, to the last bit.
    """
    if not poses:
        return []
    together = side_by_side(sights)
    bent = _bent(together, courses)
    visibility = np.stack([pose.landmarks[:, 3] for pose in poses])
    seen = np.array([_trunk_seen(pose) for pose in poses])
    fitted = _trunk_angles(bent, seen) | _limb_angles(visibility, together, bent, seen)
    return [
        _put_together(pose, sight, dict(zip(fitted, each, strict=True)))
        for pose, sight, each in zip(poses, sights, zip(*fitted.values(), strict=True), strict=True)
    ]


def _put_together(pose: Pose, sight: Sight, fitted: Found) -> Found:
    """What is fitted, and what is read off the joints with the error this has, seen so."""
    found = measure_turned(pose, sight.joints) | fitted
    head, flexion = found["head_inclination"], found["trunk_flexion"]
    found["neck_flexion"] = Angle(head.deg - flexion.deg) if head and flexion else None
    view = angle_between_deg(sight.ahead, TO_CAMERA)
    for name, spreads in SPREADS_DEG.items():
        if (angle := found[name]) is not None:
            reach = BAND * float(np.interp(view, (0.0, 90.0, 180.0), spreads))
            found[name] = Angle(angle.deg, angle.deg - reach, angle.deg + reach)
    return found


def _bent(sights: Sights, courses: Sequence[Course]) -> Bent:
    told = cues(sights)
    log, side_bend, side_spread = weigh(told)
    for body, course in enumerate(courses):
        log[body] = course.go_on(told.seen[IN_PICTURE, body], log[body])
    log = log + BEFORE
    return Bent(np.exp(log - log.max(axis=1, keepdims=True)), side_bend, side_spread)


def _trunk_seen(pose: Pose) -> bool:
    return pair_visible(pose, SHOULDERS) and pair_visible(pose, HIPS)


def _trunk_angles(bent: Bent, seen: Rows) -> dict[str, list[Angle | None]]:
    flexions = summed_up(bent.weights, inclinations_deg(bent.side_bend, bent.side_spread))
    weights = bent.weights / bent.weights.sum(axis=1, keepdims=True)
    side = np.degrees((bent.side_bend * weights).sum(axis=1))
    reach = BAND * np.degrees(bent.side_spread)
    return {
        "trunk_flexion": _angles(flexions[:, seen], seen),
        "trunk_side_bend": _angles(np.array([side, side - reach, side + reach])[:, seen], seen),
    }


def _angles(ends: Floats, seen: Rows) -> list[Angle | None]:
    """Of m bodies, from (3, k) readings, lows and highs of those that are seen."""
    angles = (Angle(*each) for each in ends.T.tolist())
    return [next(angles) if one else None for one in seen.tolist()]


def _trunk_lines(sights: Sights, bent: Bent) -> Floats:
    """(m, n, 3) unit vectors of the trunk at each of `FLEXIONS`, gravity frame."""
    ahead, right = sights.ahead[:, None], sights.right[:, None]
    sagittal = np.cos(FLEXIONS)[:, None] * UP + np.sin(FLEXIONS)[:, None] * ahead
    lean = bent.side_bend[..., None]
    return np.asarray(np.cos(lean) * sagittal + np.sin(lean) * right)


def _limb_angles(
    visibility: Floats, sights: Sights, bent: Bent, trunk_seen: Rows
) -> dict[str, list[Angle | None]]:
    """Of arms and legs, left and right. visibility: (m, 33)."""
    arms, forearms, thighs, shanks = fans(sights, visibility)
    found = [
        _elevations(arms),
        _to_trunk(arms, -_trunk_lines(sights, bent), bent.weights, trunk_seen),
        _flexions(arms, forearms),
        _flexions(thighs, shanks, sights.ahead),
    ]
    ends = _ends(*map(np.concatenate, zip(*((w, s) for _, w, s in found), strict=True)))
    starts = np.cumsum([len(weights) for _, weights, _ in found[:-1]])
    names = ("upper_arm_elevation", "upper_arm_to_trunk", "elbow_flexion", "knee_flexion")
    both = {
        name: _angles(each, seen)
        for name, (seen, _, _), each in zip(
            names, found, np.split(ends, starts, axis=1), strict=True
        )
    }
    return {
        f"{side}_{name}": angles[first::2]
        for first, side in enumerate(("left", "right"))
        for name, angles in both.items()
    }


Weighed = tuple[Rows, Floats, Floats]
"""Of which of the left and right of each body an angle can be told, its weights (k, n) by
`BINS_DEG` and how unsure the directions of its fans are besides (k,), degrees."""


def _elevations(arms: Fans) -> Weighed:
    each = arms.of(arms.seen)
    return arms.seen, elevations(each), each.sideways_deg


def _to_trunk(arms: Fans, lines: Floats, weights: Floats, trunk_seen: Rows) -> Weighed:
    seen = arms.seen & np.repeat(trunk_seen, 2)
    each, bodies = arms.of(seen), np.flatnonzero(seen) // 2
    return seen, between(each, lines[bodies], weights[bodies]), each.sideways_deg


def _flexions(above: Fans, below: Fans, ahead: Floats | None = None) -> Weighed:
    seen = above.seen & below.seen
    upper, lower = above.of(seen), below.of(seen)
    if ahead is not None:
        ahead = ahead[np.flatnonzero(seen) // 2]
    sideways = np.hypot(upper.sideways_deg, lower.sideways_deg)
    return seen, flexions(upper, lower, ahead), sideways


def _ends(weights: Floats, sideways_deg: Floats) -> Floats:
    """(3, k) readings, lows and highs."""
    deg, low, high = levels(weights, np.broadcast_to(BINS_DEG, weights.shape))
    below = np.hypot(deg - low, BAND * sideways_deg)
    above = np.hypot(high - deg, BAND * sideways_deg)
    return np.array([deg, np.maximum(0.0, deg - below), np.minimum(180.0, deg + above)])
