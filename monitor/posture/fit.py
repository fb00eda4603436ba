"""Every angle of one body with the band it lies in, look after look.

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
    facing,
    measure_angles,
    pair_visible,
)
from monitor.posture.gravity import Sight
from monitor.posture.limbs import (
    BINS_DEG,
    FOREARM,
    SHANK,
    SIDEWAYS_DEG,
    THIGH,
    UPPER_ARM,
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


class Fit:
    """One body's angles. The first look stands for itself."""

    def step(self, t: float, pose: Pose, sight: Sight) -> dict[str, Angle | None]:
        """Every angle of `ANGLES` at steady second `t`, with low and high; `None`: not seen."""
        found = measure_angles(pose, sight.joints)
        bent = self._trunk(sight) if _trunk_seen(pose) else None
        if bent is not None:
            found |= _trunk_angles(bent, found["head_inclination"])
        found |= _limb_angles(sight, found, bent)
        return {name: _within(name, angle, sight) for name, angle in found.items()}

    def _trunk(self, sight: Sight) -> Bent:
        log, side_bend, side_spread = weigh(cues(sight))
        log = log + prior()
        return Bent(np.exp(log - log.max()), side_bend, side_spread)


def _trunk_seen(pose: Pose) -> bool:
    return pair_visible(pose, SHOULDERS) and pair_visible(pose, HIPS)


def _within(name: str, angle: Angle | None, sight: Sight) -> Angle | None:
    """What is read off the joints with the error this has, seen so."""
    if angle is None or name not in SPREADS_DEG:
        return angle
    view = angle_between_deg(facing(sight.joints), TO_CAMERA)
    reach = BAND * float(np.interp(view, (0.0, 90.0, 180.0), SPREADS_DEG[name]))
    return Angle(angle.deg, angle.deg - reach, angle.deg + reach)


def _trunk_angles(bent: Bent, head: Angle | None) -> dict[str, Angle | None]:
    flexion = Angle(*summed_up(bent.weights, inclinations_deg(bent.side_bend)))
    side = float(np.degrees(np.average(bent.side_bend, weights=bent.weights)))
    reach = BAND * float(np.degrees(bent.side_spread))
    return {
        "trunk_flexion": flexion,
        "trunk_side_bend": Angle(side, side - reach, side + reach),
        "neck_flexion": None if head is None else Angle(head.deg - flexion.deg),
    }


def _trunk_lines(sight: Sight, bent: Bent) -> Floats:
    """(n, 3) unit vectors of the trunk at each of `FLEXIONS`, gravity frame."""
    ahead = facing(sight.joints)
    sagittal = np.outer(np.cos(FLEXIONS), UP) + np.outer(np.sin(FLEXIONS), ahead)
    lean = bent.side_bend[:, None]
    return np.asarray(np.cos(lean) * sagittal + np.sin(lean) * np.cross(ahead, UP))


def _angle(weights: Floats) -> Angle:
    """Of weights of `BINS_DEG`, with the error sideways of the view besides."""
    deg, low, high = summed_up(weights, BINS_DEG)
    sideways = BAND * SIDEWAYS_DEG
    return Angle(
        deg,
        max(0.0, deg - float(np.hypot(deg - low, sideways))),
        min(180.0, deg + float(np.hypot(high - deg, sideways))),
    )


def _limb_angles(
    sight: Sight, read: Mapping[str, Angle | None], bent: Bent | None
) -> dict[str, Angle | None]:
    """Those of `read` that can be seen, fitted."""
    left = np.cross(UP, facing(sight.joints))
    lines = None if bent is None else _trunk_lines(sight, bent)
    found: dict[str, Angle | None] = {}
    for side, first in (("left", 0), ("right", 1)):
        shoulder, elbow, wrist, hip, knee, ankle = (first + mark for mark in LEFT_LIMBS)
        arm = fan(sight, UPPER_ARM, shoulder, elbow)
        weights = {f"{side}_upper_arm_elevation": elevations(arm)}
        if bent is not None and lines is not None:
            weights[f"{side}_upper_arm_to_trunk"] = between(arm, -lines, bent.weights)
        weights[f"{side}_elbow_flexion"] = flexions(arm, fan(sight, FOREARM, elbow, wrist))
        thigh, shank = fan(sight, THIGH, hip, knee), fan(sight, SHANK, knee, ankle)
        weights[f"{side}_knee_flexion"] = flexions(thigh, shank, left)
        found |= {name: _angle(w) for name, w in weights.items() if read[name] is not None}
    return found
