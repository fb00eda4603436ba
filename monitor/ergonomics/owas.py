"""OWAS: which category of action a whole posture calls for, 1 (none) .. 4 (at once)."""

from collections.abc import Mapping

import numpy as np

from monitor.ergonomics.context import UNKNOWN, Context, Stance
from monitor.ergonomics.method import (
    Evidence,
    Interval,
    Method,
    Range,
    Scored,
    checked,
    either,
    over,
    size,
)

METHOD = Method(
    name="OWAS",
    version="1977, action categories after Mattila",
    source="Karhu O, Kansi P, Kuorinka I (1977) Applied Ergonomics 8(4):199-201",
    evidence=Evidence.VERIFIED,
    ours=(
        "OWAS gives no angles: a back is bent over 20° (read in a public implementation), "
        "and turned or bent sideways over 20°",
        "an arm is at shoulder level when the upper arm is raised 90° or more",
        "a knee is bent over 30°",
    ),
)

BACK_DEG = 20.0
ARM_DEG = 90.0
KNEE_DEG = 30.0

_ROWS = (
    (
        "111 111 111 222 222 111 111",
        "111 111 111 222 222 111 111",
        "111 111 111 223 223 111 112",
    ),
    (
        "223 223 223 333 333 222 233",
        "223 223 233 344 344 334 234",
        "334 223 333 344 444 444 234",
    ),
    (
        "111 111 112 333 444 111 111",
        "223 111 112 444 444 333 111",
        "223 111 233 444 444 444 111",
    ),
    (
        "233 223 223 444 444 444 234",
        "334 234 334 444 444 444 234",
        "444 234 334 444 444 444 234",
    ),
)
TABLE = np.array([[[list(map(int, legs)) for legs in arms.split()] for arms in b] for b in _ROWS])
"""[back 1..4][arms 1..3][legs 1..7][load 1..3]

back: straight, bent, turned or bent sideways, both; arms: at or over shoulder level none, one,
both; legs: sitting, standing on both straight, on one straight, on both bent, on one bent,
kneeling, walking; load: to 10 kg, to 20 kg, more."""


def category(back: int, arms: int, legs: int, load: int) -> int:
    """Action category 1..4 of the codes 1..4, 1..3, 1..7, 1..3.

    Raises ValueError for a code that does not exist."""
    return int(
        TABLE[
            checked(back, "back", 1, 4) - 1,
            checked(arms, "arms", 1, 3) - 1,
            checked(legs, "legs", 1, 7) - 1,
            checked(load, "load", 1, 3) - 1,
        ]
    )


def from_angles(bands: Mapping[str, Interval | None], context: Context = UNKNOWN) -> Scored:
    """The least and the greatest category of every posture within the bands.

    bands: degrees by the names of `monitor.posture.model.ANGLES`; missing or `None`: unseen.
    Exact: OWAS falls on some axes, so that every combination of codes is looked up."""
    codes = _backs(bands), _arms(bands), _legs(bands, context), _loads(context.load_kg)
    cells = TABLE[np.ix_(*([code - 1 for code in axis] for axis in codes))]
    found = Range(int(cells.min()), int(cells.max()))
    return Scored(found, found)


def _either_way(value: bool | None) -> tuple[bool, ...]:
    return (False, True) if value is None else (value,)


def _backs(bands: Mapping[str, Interval | None]) -> list[int]:
    bent = over(size(bands.get("trunk_flexion")), BACK_DEG)
    turned = either(
        *(over(size(bands.get(name)), BACK_DEG) for name in ("trunk_twist", "trunk_side_bend"))
    )
    return [1 + b + 2 * t for b in _either_way(bent) for t in _either_way(turned)]


def _arms(bands: Mapping[str, Interval | None]) -> list[int]:
    left, right = (
        _either_way(_raised(bands.get(f"{side}_upper_arm_elevation"))) for side in ("left", "right")
    )
    return sorted({1 + a + b for a in left for b in right})


def _raised(band: Interval | None) -> bool | None:
    """At or over shoulder level: here the limit itself counts."""
    if band is None or band[0] < ARM_DEG <= band[1]:
        return None
    return band[0] >= ARM_DEG


def _legs(bands: Mapping[str, Interval | None], context: Context) -> list[int]:
    knees = (over(bands.get(f"{side}_knee_flexion"), KNEE_DEG) for side in ("left", "right"))
    left, right = (_either_way(bent) for bent in knees)
    codes: set[int] = set()
    for bent in {a + b for a in left for b in right}:
        codes |= _legs_of(bent, context.stance)
    return sorted(codes)


def _legs_of(bent: int, stance: Stance | None) -> set[int]:
    """The codes possible with so many knees bent; one bent knee may bear the weight or not."""
    standing = ({2, 3}, {3, 5}, {4})[bent]
    kneeling = {6} if bent or stance is Stance.KNEELING else set()
    by_stance = {
        Stance.SITTING: {1},
        Stance.STANDING: standing,
        Stance.KNEELING: kneeling,
        Stance.WALKING: {7},
    }
    return set().union(*by_stance.values()) if stance is None else by_stance[stance]


def _loads(load_kg: float | None) -> list[int]:
    if load_kg is None:
        return [1, 2, 3]
    return [1 + (load_kg > 10) + (load_kg > 20)]
