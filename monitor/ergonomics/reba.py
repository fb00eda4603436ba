"""REBA: how far a whole body's posture loads it, 1 (negligible) .. 15 (change now)."""

from collections.abc import Mapping

import numpy as np

from monitor.ergonomics.body import TURNED_DEG, UPRIGHT_DEG
from monitor.ergonomics.context import UNKNOWN, Context, Coupling, Stance
from monitor.ergonomics.method import (
    FIRST,
    Classes,
    Evidence,
    Interval,
    Method,
    Range,
    Scored,
    checked,
    either,
    flag,
    higher,
    level_of,
    looked_up,
    over,
    size,
    worst,
)

METHOD = Method(
    name="REBA",
    version="2000",
    source="Hignett S, McAtamney L (2000) REBA. Applied Ergonomics 31(2):201-205, "
    "doi 10.1016/S0003-6870(99)00039-3",
    evidence=Evidence.VERIFIED,
    ours=(
        "class edges are those of the worksheet (read); an edge belongs to the lower class",
        f"a trunk is upright up to {UPRIGHT_DEG:g}° (read in a public implementation)",
        f"twisted or bent sideways: over {TURNED_DEG:g}°",
        "an arm is classed by its angle to the trunk, whichever way it is raised",
        "in sitting a knee bent over 60° adds nothing",
    ),
)

TABLE_A = np.array((
    ((1, 2, 3, 4), (2, 3, 4, 5), (2, 4, 5, 6), (3, 5, 6, 7), (4, 6, 7, 8)),
    ((1, 2, 3, 4), (3, 4, 5, 6), (4, 5, 6, 7), (5, 6, 7, 8), (6, 7, 8, 9)),
    ((3, 3, 5, 6), (4, 5, 6, 7), (5, 6, 7, 8), (6, 7, 8, 9), (7, 8, 9, 9)),
))  # fmt: skip
"""[neck 1..3][trunk 1..5][legs 1..4]"""

TABLE_B = np.array((
    ((1, 2, 2), (1, 2, 3)),
    ((1, 2, 3), (2, 3, 4)),
    ((3, 4, 5), (4, 5, 5)),
    ((4, 5, 5), (5, 6, 7)),
    ((6, 7, 8), (7, 8, 8)),
    ((7, 8, 8), (8, 9, 9)),
))  # fmt: skip
"""[upper arm 1..6][lower arm 1..2][wrist 1..3]"""

TABLE_C = np.array((
    (1, 1, 1, 2, 3, 3, 4, 5, 6, 7, 7, 7),
    (1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 7, 8),
    (2, 3, 3, 3, 4, 5, 6, 7, 7, 8, 8, 8),
    (3, 4, 4, 4, 5, 6, 7, 8, 8, 9, 9, 9),
    (4, 4, 4, 5, 6, 7, 8, 8, 9, 9, 9, 9),
    (6, 6, 6, 7, 8, 8, 9, 9, 10, 10, 10, 10),
    (7, 7, 7, 8, 9, 9, 9, 10, 10, 11, 11, 11),
    (8, 8, 8, 9, 10, 10, 10, 10, 10, 11, 11, 11),
    (9, 9, 9, 10, 10, 10, 11, 11, 11, 12, 12, 12),
    (10, 10, 10, 11, 11, 11, 11, 12, 12, 12, 12, 12),
    (11, 11, 11, 11, 12, 12, 12, 12, 12, 12, 12, 12),
    (12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12),
))  # fmt: skip
"""[score A 1..12][score B 1..12]; higher scores count as 12."""

ACTION_TOPS = (1, 3, 7, 10, 15)
"""Highest score of action levels 0 to 4."""

NECK = Classes((0, 20), (2, 1, 2))
TRUNK = Classes((-20, -UPRIGHT_DEG, UPRIGHT_DEG, 20, 60), (3, 2, 1, 2, 3, 4))
KNEE = Classes((30, 60), (0, 1, 2))
KNEE_SITTING = Classes((30, 60), (0, 1, 0))
UPPER_ARM = Classes((20, 45, 90), (1, 2, 3, 4))
LOWER_ARM = Classes((60, 100), (2, 1, 2))
WRIST = Classes((15,), (1, 2))
COUPLING = {
    Coupling.GOOD: 0,
    Coupling.FAIR: 1,
    Coupling.POOR: 2,
    Coupling.UNACCEPTABLE: 3,
}


def score_a(neck: int, trunk: int, legs: int, load: int = 0) -> int:
    """Trunk score from classes 1..3, 1..5, 1..4 and load 0..3.

    Raises ValueError for a class that does not exist."""
    cell = TABLE_A[
        checked(neck, "neck", 1, 3) - 1,
        checked(trunk, "trunk", 1, 5) - 1,
        checked(legs, "legs", 1, 4) - 1,
    ]
    return int(cell) + checked(load, "load", 0, 3)


def score_b(upper_arm: int, lower_arm: int, wrist: int, coupling: int = 0) -> int:
    """Arm score from classes 1..6, 1..2, 1..3 and coupling 0..3.

    Raises ValueError for a class that does not exist."""
    cell = TABLE_B[
        checked(upper_arm, "upper arm", 1, 6) - 1,
        checked(lower_arm, "lower arm", 1, 2) - 1,
        checked(wrist, "wrist", 1, 3) - 1,
    ]
    return int(cell) + checked(coupling, "coupling", 0, 3)


def score(a: int, b: int, activity: int = 0) -> int:
    """REBA, 1..15, from scores A and B and activity 0..3. Raises ValueError out of range."""
    cell = TABLE_C[checked(a, "score A", 1, 12) - 1, checked(b, "score B", 1, 12) - 1]
    return int(cell) + checked(activity, "activity", 0, 3)


def action_level(reba: int) -> int:
    """0 negligible, 1 low, 2 medium, 3 high: change soon, 4 very high: change now."""
    return level_of(checked(reba, "REBA", 1, 15), ACTION_TOPS, first=0)


def load_score(load_kg: float, *, shock: bool) -> int:
    """Load class 0..3 of kilograms."""
    return int(load_kg >= 5) + int(load_kg > 10) + int(shock)


def from_angles(bands: Mapping[str, Interval | None], context: Context = UNKNOWN) -> Scored:
    """The least and the greatest REBA of every posture within the bands, for the worse arm.

    bands: degrees by the names of `monitor.posture.model.ANGLES`; missing or `None`: unseen.
    Exact: the tables never decrease, so that the lowest classes give the lowest score."""
    a = _neck_trunk_legs(bands, context) + _load(context)
    b = worst(_arm(bands, side, context) for side in ("left", "right")) + _coupling(context)
    activity = flag(context.static) + flag(context.repeated) + flag(context.rapid)
    reba = looked_up(TABLE_C, a.within(1, 12), b.within(1, 12)) + activity
    return Scored(reba, Range(action_level(reba.low), action_level(reba.high)))


def _neck_trunk_legs(bands: Mapping[str, Interval | None], context: Context) -> Range:
    neck = NECK.over(bands.get("neck_flexion"))
    neck += flag(either(context.neck_turned, context.neck_tilted))
    turned = (over(size(bands.get(n)), TURNED_DEG) for n in ("trunk_twist", "trunk_side_bend"))
    trunk = TRUNK.over(bands.get("trunk_flexion")) + flag(either(*turned))
    return looked_up(TABLE_A, neck, trunk, _legs(bands, context))


def _legs(bands: Mapping[str, Interval | None], context: Context) -> Range:
    knee = higher(bands.get("left_knee_flexion"), bands.get("right_knee_flexion"), top=180.0)
    standing, sitting = KNEE.over(knee), KNEE_SITTING.over(knee)
    if context.stance is Stance.SITTING:
        standing = sitting
    bent = Range(sitting.low if context.stance is None else standing.low, standing.high)
    balanced = context.balanced
    return FIRST + flag(None if balanced is None else not balanced) + bent


def _arm(bands: Mapping[str, Interval | None], side: str, context: Context) -> Range:
    upper = UPPER_ARM.over(bands.get(f"{side}_upper_arm_to_trunk"))
    upper += flag(context.shoulder_raised) + flag(context.arm_abducted)
    upper += -flag(context.arm_supported)
    lower = LOWER_ARM.over(bands.get(f"{side}_elbow_flexion"))
    wrist = WRIST.over(size(context.wrist_deg))
    wrist += flag(either(context.wrist_deviated, context.wrist_twisted))
    return looked_up(TABLE_B, upper.within(1, 6), lower, wrist)


def _load(context: Context) -> Range:
    load = context.load_kg
    return Range(
        load_score(load or 0.0, shock=context.shock is True),
        load_score(np.inf if load is None else load, shock=context.shock is not False),
    )


def _coupling(context: Context) -> Range:
    if context.coupling is None:
        return Range(0, 3)
    return Range(COUPLING[context.coupling], COUPLING[context.coupling])
