"""Every angle of one body with the band it lies in, from one look.

`monitor.posture.angles` reads joints as they are; here the trunk, arms and legs are fitted to all
that is seen of them, and what is read is given the error it was seen to have.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from monitor.posture.angles import (
    HIPS,
    LEFT_LIMBS,
    SHOULDERS,
    TO_CAMERA,
    UP,
    angle_between_deg,
    cross,
    measure_middle,
    pair_visible,
)
from monitor.posture.gravity import Sight
from monitor.posture.limbs import (
    BINS_DEG,
    FOREARM,
    LEAST_SEEN,
    SHANK,
    THIGH,
    UPPER_ARM,
    Fan,
    Segment,
    between,
    elevations,
    fan,
    flexions,
)
from monitor.posture.model import Angle, Floats, Pose
from monitor.posture.trunk import (
    FLEXIONS,
    cues,
    inclinations_deg,
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


@dataclass(frozen=True, slots=True, eq=False)
class Bent:
    """How a trunk may be bent. weights: (n,) of each of `FLEXIONS`; side_bend: (n,) radians that
    go with each; side_spread: its standard deviation, radians."""

    weights: Floats
    side_bend: Floats
    side_spread: float


def fitted_angles(pose: Pose, sight: Sight) -> dict[str, Angle | None]:
    """Every angle of `ANGLES` with low and high; `None`: not seen."""
    found = measure_middle(pose, sight.joints)
    bent = _bent(sight) if _trunk_seen(pose) else None
    if bent is not None:
        found |= _trunk_angles(bent, found["head_inclination"])
    found |= _limb_angles(pose, sight, bent)
    return {name: _within(name, angle, sight) for name, angle in found.items()}


def _bent(sight: Sight) -> Bent:
    log, side_bend, side_spread = weigh(cues(sight))
    log = log + prior()
    return Bent(np.exp(log - log.max()), side_bend, side_spread)


def _trunk_seen(pose: Pose) -> bool:
    return pair_visible(pose, SHOULDERS) and pair_visible(pose, HIPS)


def _within(name: str, angle: Angle | None, sight: Sight) -> Angle | None:
    """What is read off the joints with the error this has, seen so."""
    if angle is None or name not in SPREADS_DEG:
        return angle
    view = angle_between_deg(sight.ahead, TO_CAMERA)
    reach = BAND * float(np.interp(view, (0.0, 90.0, 180.0), SPREADS_DEG[name]))
    return Angle(angle.deg, angle.deg - reach, angle.deg + reach)


def _trunk_angles(bent: Bent, head: Angle | None) -> dict[str, Angle | None]:
    flexion = Angle(*summed_up(bent.weights, inclinations_deg(bent.side_bend, bent.side_spread)))
    side = float(np.degrees(np.average(bent.side_bend, weights=bent.weights)))
    reach = BAND * float(np.degrees(bent.side_spread))
    return {
        "trunk_flexion": flexion,
        "trunk_side_bend": Angle(side, side - reach, side + reach),
        "neck_flexion": None if head is None else Angle(head.deg - flexion.deg),
    }


def _trunk_lines(sight: Sight, bent: Bent) -> Floats:
    """(n, 3) unit vectors of the trunk at each of `FLEXIONS`, gravity frame."""
    sagittal = np.outer(np.cos(FLEXIONS), UP) + np.outer(np.sin(FLEXIONS), sight.ahead)
    lean = bent.side_bend[:, None]
    return np.asarray(np.cos(lean) * sagittal + np.sin(lean) * cross(sight.ahead, UP))


def _angle(weights: Floats, *fans: Fan) -> Angle:
    """Of weights of `BINS_DEG`, with what is unsure about the directions of fans besides."""
    deg, low, high = summed_up(weights, BINS_DEG)
    sideways = BAND * float(np.hypot.reduce([each.sideways_deg for each in fans]))
    return Angle(
        deg,
        max(0.0, deg - float(np.hypot(deg - low, sideways))),
        min(180.0, deg + float(np.hypot(high - deg, sideways))),
    )


def _limb_angles(pose: Pose, sight: Sight, bent: Bent | None) -> dict[str, Angle | None]:
    """Of arms and legs, left and right."""
    found: dict[str, Angle | None] = {}
    for side, first in (("left", 0), ("right", 1)):
        shoulder, elbow, wrist, hip, knee, ankle = (first + mark for mark in LEFT_LIMBS)
        arm = _fan(pose, sight, UPPER_ARM, shoulder, elbow)
        forearm = _fan(pose, sight, FOREARM, elbow, wrist)
        thigh, shank = _fan(pose, sight, THIGH, hip, knee), _fan(pose, sight, SHANK, knee, ankle)
        found |= {
            f"{side}_upper_arm_elevation": None if arm is None else _angle(elevations(arm), arm),
            f"{side}_upper_arm_to_trunk": _to_trunk(sight, arm, bent),
            f"{side}_elbow_flexion": _flexion(arm, forearm),
            f"{side}_knee_flexion": _flexion(thigh, shank, cross(UP, sight.ahead)),
        }
    return found


def _fan(pose: Pose, sight: Sight, segment: Segment, start: int, end: int) -> Fan | None:
    seen = float(pose.landmarks[[start, end], 3].min())
    return fan(sight, segment, (start, end), seen) if seen >= LEAST_SEEN else None


def _to_trunk(sight: Sight, arm: Fan | None, bent: Bent | None) -> Angle | None:
    if arm is None or bent is None:
        return None
    return _angle(between(arm, -_trunk_lines(sight, bent), bent.weights), arm)


def _flexion(above: Fan | None, below: Fan | None, left: Floats | None = None) -> Angle | None:
    if above is None or below is None:
        return None
    return _angle(flexions(above, below, left), above, below)
