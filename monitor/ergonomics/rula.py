"""RULA: how work loads the upper limbs, neck and trunk, 1 (acceptable) .. 7 (change at once)."""

from collections.abc import Mapping

import numpy as np

from monitor.ergonomics.body import TURNED_DEG, UPRIGHT_DEG
from monitor.ergonomics.context import UNKNOWN, Context
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
    level_of,
    looked_up,
    over,
    size,
    worst,
)

METHOD = Method(
    name="RULA",
    version="1993",
    source="McAtamney L, Corlett EN (1993) RULA. Applied Ergonomics 24(2):91-99, "
    "doi 10.1016/0003-6870(93)90080-S",
    evidence=Evidence.VERIFIED,
    ours=(
        "class edges are those of the worksheet (read); an edge belongs to the lower class",
        f"a trunk is upright up to {UPRIGHT_DEG:g}°, and one leaning back is classed as in REBA",
        f"twisted or bent sideways: over {TURNED_DEG:g}°",
        "an arm is classed by its angle to the trunk, whichever way it is raised",
        "static: held for more than a minute (some worksheets print ten)",
    ),
)

TABLE_A = np.array((
    (((1, 2), (2, 2), (2, 3), (3, 3)),
     ((2, 2), (2, 2), (3, 3), (3, 3)),
     ((2, 3), (3, 3), (3, 3), (4, 4))),
    (((2, 3), (3, 3), (3, 4), (4, 4)),
     ((3, 3), (3, 3), (3, 4), (4, 4)),
     ((3, 4), (4, 4), (4, 4), (5, 5))),
    (((3, 3), (4, 4), (4, 4), (5, 5)),
     ((3, 4), (4, 4), (4, 4), (5, 5)),
     ((4, 4), (4, 4), (4, 5), (5, 5))),
    (((4, 4), (4, 4), (4, 5), (5, 5)),
     ((4, 4), (4, 4), (4, 5), (5, 5)),
     ((4, 4), (4, 5), (5, 5), (6, 6))),
    (((5, 5), (5, 5), (5, 6), (6, 7)),
     ((5, 6), (6, 6), (6, 7), (7, 7)),
     ((6, 6), (6, 7), (7, 7), (7, 8))),
    (((7, 7), (7, 7), (7, 8), (8, 9)),
     ((8, 8), (8, 8), (8, 9), (9, 9)),
     ((9, 9), (9, 9), (9, 9), (9, 9))),
))  # fmt: skip
"""[upper arm 1..6][lower arm 1..3][wrist 1..4][wrist twist 1..2]"""

TABLE_B = np.array((
    ((1, 3), (2, 3), (3, 4), (5, 5), (6, 6), (7, 7)),
    ((2, 3), (2, 3), (4, 5), (5, 5), (6, 7), (7, 7)),
    ((3, 3), (3, 4), (4, 5), (5, 6), (6, 7), (7, 7)),
    ((5, 5), (5, 6), (6, 7), (7, 7), (7, 7), (8, 8)),
    ((7, 7), (7, 7), (7, 8), (8, 8), (8, 8), (8, 8)),
    ((8, 8), (8, 8), (8, 8), (8, 9), (9, 9), (9, 9)),
))  # fmt: skip
"""[neck 1..6][trunk 1..6][legs 1..2]"""

TABLE_C = np.array((
    (1, 2, 3, 3, 4, 5, 5),
    (2, 2, 3, 4, 4, 5, 5),
    (3, 3, 3, 4, 4, 5, 6),
    (3, 3, 3, 4, 5, 6, 6),
    (4, 4, 4, 5, 6, 7, 7),
    (4, 4, 5, 6, 6, 7, 7),
    (5, 5, 6, 6, 7, 7, 7),
    (5, 5, 6, 7, 7, 7, 7),
))  # fmt: skip
"""[score A 1..8][score B 1..7]; higher scores count as 8 and 7."""

ACTION_TOPS = (2, 4, 6, 7)
"""Highest score of action levels 1 to 4."""

UPPER_ARM = Classes((20, 45, 90), (1, 2, 3, 4))
LOWER_ARM = Classes((60, 100), (2, 1, 2))
WRIST = Classes((0, 15), (1, 2, 3))
NECK = Classes((0, 10, 20), (4, 1, 2, 3))
TRUNK = Classes((-20, -UPRIGHT_DEG, UPRIGHT_DEG, 20, 60), (3, 2, 1, 2, 3, 4))


def score_a(
    upper_arm: int, lower_arm: int, wrist: int, wrist_twist: int, muscle: int = 0, force: int = 0
) -> int:
    """Arm and wrist score from classes 1..6, 1..3, 1..4, 1..2, muscle use 0..1 and force 0..3.

    Raises ValueError for a class that does not exist."""
    cell = TABLE_A[
        checked(upper_arm, "upper arm", 1, 6) - 1,
        checked(lower_arm, "lower arm", 1, 3) - 1,
        checked(wrist, "wrist", 1, 4) - 1,
        checked(wrist_twist, "wrist twist", 1, 2) - 1,
    ]
    return int(cell) + checked(muscle, "muscle use", 0, 1) + checked(force, "force", 0, 3)


def score_b(neck: int, trunk: int, legs: int, muscle: int = 0, force: int = 0) -> int:
    """Neck, trunk and leg score from classes 1..6, 1..6, 1..2, muscle use 0..1 and force 0..3.

    Raises ValueError for a class that does not exist."""
    cell = TABLE_B[
        checked(neck, "neck", 1, 6) - 1,
        checked(trunk, "trunk", 1, 6) - 1,
        checked(legs, "legs", 1, 2) - 1,
    ]
    return int(cell) + checked(muscle, "muscle use", 0, 1) + checked(force, "force", 0, 3)


def score(a: int, b: int) -> int:
    """RULA, 1..7, from scores A and B. Raises ValueError for a score under 1."""
    rows, columns = TABLE_C.shape
    row, column = (
        min(checked(a, "score A", 1, 13), rows),
        min(checked(b, "score B", 1, 13), columns),
    )
    return int(TABLE_C[row - 1, column - 1])


def action_level(rula: int) -> int:
    """1 acceptable, 2 investigate, 3 change soon, 4 change at once."""
    return level_of(checked(rula, "RULA", 1, 7), ACTION_TOPS, first=1)


def force_score(load_kg: float, *, held: bool, shock: bool) -> int:
    """Force class 0..3 of a load in kilograms. held: static or repeated."""
    if shock or (held and load_kg >= 10):
        return 3
    if load_kg >= 10 or (held and load_kg >= 2):
        return 2
    return int(load_kg >= 2)


def from_angles(bands: Mapping[str, Interval | None], context: Context = UNKNOWN) -> Scored:
    """The least and the greatest RULA of every posture within the bands, for the worse arm.

    bands: degrees by the names of `monitor.posture.model.ANGLES`; missing or `None`: unseen.
    Exact: the tables never decrease, so that the lowest classes give the lowest score."""
    held = either(context.static, context.repeated)
    use = flag(held) + _force(context, held)
    a = worst(_arm(bands, side, context) for side in ("left", "right")) + use
    rula = looked_up(TABLE_C, a.within(1, 8), (_neck_trunk_legs(bands, context) + use).within(1, 7))
    return Scored(rula, Range(action_level(rula.low), action_level(rula.high)))


def _force(context: Context, held: bool | None) -> Range:
    load = context.load_kg
    return Range(
        force_score(load or 0.0, held=held is True, shock=context.shock is True),
        force_score(
            np.inf if load is None else load,
            held=held is not False,
            shock=context.shock is not False,
        ),
    )


def _arm(bands: Mapping[str, Interval | None], side: str, context: Context) -> Range:
    upper = UPPER_ARM.over(bands.get(f"{side}_upper_arm_to_trunk"))
    upper += flag(context.shoulder_raised) + flag(context.arm_abducted)
    upper += -flag(context.arm_supported)
    lower = LOWER_ARM.over(bands.get(f"{side}_elbow_flexion")) + flag(context.arm_across)
    wrist = WRIST.over(size(context.wrist_deg)) + flag(context.wrist_deviated)
    twist = FIRST + flag(context.wrist_twisted)
    return looked_up(TABLE_A, upper.within(1, 6), lower, wrist, twist)


def _neck_trunk_legs(bands: Mapping[str, Interval | None], context: Context) -> Range:
    neck = NECK.over(bands.get("neck_flexion"))
    neck += flag(context.neck_turned) + flag(context.neck_tilted)
    trunk = TRUNK.over(bands.get("trunk_flexion"))
    for name in ("trunk_twist", "trunk_side_bend"):
        trunk += flag(over(size(bands.get(name)), TURNED_DEG))
    balanced = context.balanced
    legs = FIRST + flag(None if balanced is None else not balanced)
    return looked_up(TABLE_B, neck, trunk, legs)
