"""The revised NIOSH lifting equation: how a load compares with the recommended weight limit."""

from bisect import bisect_left
from dataclasses import dataclass

from monitor.ergonomics.context import Coupling
from monitor.ergonomics.method import Evidence, Method

METHOD = Method(
    name="Revised NIOSH lifting equation",
    version="revised",
    source="formulae and frequency multipliers compared with a public implementation (swish1995)",
    evidence=Evidence.VERIFIED,
    ours=(
        "between two listed frequencies the higher one counts, below 0.2 a minute 0.2",
        "what is lowered counts as what is lifted, from where it is carried",
        "a lift that was done is taken for one within the equation's reach and height",
        "the load is taken from straight ahead up to beside the body (0 to 90°)",
        "the work lasts from an hour up to as long as anybody was in the zone that day",
        "at its greatest the index is that of where the load is set down, if that is worse",
    ),
)

LOAD_CONSTANT_KG = 23.0
NEAREST_CM, FURTHEST_CM = 25.0, 63.0
"""Nearer than this the reach costs nothing; beyond this nothing may be lifted."""

HIGHEST_CM = 175.0
"""Over the floor, and up or down: beyond this nothing may be lifted."""

KNUCKLES_CM = 75.0
"""Height from which frequency and coupling have a column of their own."""

FREQUENCIES = (0.2, 0.5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
HOURS = (1.0, 2.0, 8.0)
FREQUENCY_MULTIPLIERS = (
    (
        (1.0, 0.97, 0.94, 0.91, 0.88, 0.84, 0.8, 0.75, 0.7, 0.6, 0.52, 0.45, 0.41, 0.37, 0, 0, 0),
        (1.0, 0.97, 0.94, 0.91, 0.88, 0.84, 0.8, 0.75, 0.7, 0.6, 0.52, 0.45, 0.41, 0.37,
         0.34, 0.31, 0.28),
    ),
    (
        (0.95, 0.92, 0.88, 0.84, 0.79, 0.72, 0.6, 0.5, 0.42, 0.35, 0.3, 0.26, 0, 0, 0, 0, 0),
        (0.95, 0.92, 0.88, 0.84, 0.79, 0.72, 0.6, 0.5, 0.42, 0.35, 0.3, 0.26, 0.23, 0.21, 0, 0, 0),
    ),
    (
        (0.85, 0.81, 0.75, 0.65, 0.55, 0.45, 0.35, 0.27, 0.22, 0.18, 0, 0, 0, 0, 0, 0, 0),
        (0.85, 0.81, 0.75, 0.65, 0.55, 0.45, 0.35, 0.27, 0.22, 0.18, 0.15, 0.13, 0, 0, 0, 0, 0),
    ),
)  # fmt: skip
"""[hours up to 1, 2, 8][origin under 75 cm, from 75 cm][frequency]"""

COUPLING_MULTIPLIERS = {
    Coupling.GOOD: (1.0, 1.0),
    Coupling.FAIR: (0.95, 1.0),
    Coupling.POOR: (0.9, 0.9),
}
"""Origin under 75 cm, from 75 cm."""

RISKS = ((1.0, "nominal"), (3.0, "increased"))


@dataclass(frozen=True, slots=True)
class Lift:
    """One lifting task. load_kg: kilograms. horizontal_cm: hands from the middle of the ankles.
    vertical_cm: hands over the floor at the origin. distance_cm: how far up or down.
    asymmetry_deg: turn away from straight ahead. per_min: lifts a minute. hours: length of the
    work, up to 8."""

    load_kg: float
    horizontal_cm: float
    vertical_cm: float
    distance_cm: float
    asymmetry_deg: float
    per_min: float
    hours: float
    coupling: Coupling


@dataclass(frozen=True, slots=True)
class Assessment:
    """limit_kg: recommended weight limit. index: load over limit. risk: nominal, increased, high.
    multipliers: by their letters H V D A F C, each 0..1."""

    limit_kg: float
    index: float
    risk: str
    multipliers: dict[str, float]


def horizontal_multiplier(cm: float) -> float:
    """HM: 1 up to 25 cm, 0 beyond 63 cm."""
    return 0.0 if cm > FURTHEST_CM else NEAREST_CM / max(cm, NEAREST_CM)


def vertical_multiplier(cm: float) -> float:
    """VM: 1 at 75 cm, 0 below the floor and beyond 175 cm."""
    return 1 - 0.003 * abs(cm - 75.0) if 0 <= cm <= HIGHEST_CM else 0.0


def distance_multiplier(cm: float) -> float:
    """DM: 1 up to 25 cm, 0 beyond 175 cm."""
    return 0.0 if cm > HIGHEST_CM else 0.82 + 4.5 / max(cm, 25.0)


def asymmetry_multiplier(deg: float) -> float:
    """AM: 1 straight ahead, 0 beyond 135°."""
    return 0.0 if deg > 135 else 1 - 0.0032 * deg


def frequency_multiplier(per_min: float, hours: float, vertical_cm: float) -> float:
    """FM: 0 beyond 15 lifts a minute. Raises ValueError for work of over 8 hours."""
    if not 0 < hours <= HOURS[-1]:
        raise ValueError(f"hours is {hours:g}; the equation covers work of up to 8 hours")
    if per_min > FREQUENCIES[-1]:
        return 0.0
    row = FREQUENCY_MULTIPLIERS[bisect_left(HOURS, hours)][vertical_cm >= KNUCKLES_CM]
    return row[bisect_left(FREQUENCIES, per_min)]


def coupling_multiplier(coupling: Coupling, vertical_cm: float) -> float:
    """CM. Raises ValueError for a hold the equation does not know."""
    if coupling not in COUPLING_MULTIPLIERS:
        raise ValueError(f"coupling is {coupling.value}; the equation knows good, fair and poor")
    return COUPLING_MULTIPLIERS[coupling][vertical_cm >= KNUCKLES_CM]


def assess(lift: Lift) -> Assessment:
    """The weight limit and lifting index of a task.

    Raises ValueError naming the limit that the task passes: beyond it nothing may be lifted, and
    no index can be given."""
    _check_signs(lift)
    multipliers = {
        "H": horizontal_multiplier(lift.horizontal_cm),
        "V": vertical_multiplier(lift.vertical_cm),
        "D": distance_multiplier(lift.distance_cm),
        "A": asymmetry_multiplier(lift.asymmetry_deg),
        "F": frequency_multiplier(lift.per_min, lift.hours, lift.vertical_cm),
        "C": coupling_multiplier(lift.coupling, lift.vertical_cm),
    }
    _check_limits(lift, multipliers)
    limit = LOAD_CONSTANT_KG
    for multiplier in multipliers.values():
        limit *= multiplier
    return Assessment(limit, lift.load_kg / limit, risk(lift.load_kg / limit), multipliers)


def risk(index: float) -> str:
    """nominal up to 1, increased up to 3, high beyond."""
    return next((name for top, name in RISKS if index <= top), "high")


def _check_signs(lift: Lift) -> None:
    for name in (
        "load_kg",
        "horizontal_cm",
        "vertical_cm",
        "distance_cm",
        "asymmetry_deg",
        "per_min",
    ):
        value = getattr(lift, name)
        if not 0 <= value < float("inf"):
            raise ValueError(f"{name} is {value:g}; it must be a number from 0")


def _check_limits(lift: Lift, multipliers: dict[str, float]) -> None:
    limits = {
        "H": f"horizontal_cm is {lift.horizontal_cm:g}; beyond 63 cm nothing may be lifted",
        "V": f"vertical_cm is {lift.vertical_cm:g}; beyond 175 cm nothing may be lifted",
        "D": f"distance_cm is {lift.distance_cm:g}; beyond 175 cm nothing may be lifted",
        "A": f"asymmetry_deg is {lift.asymmetry_deg:g}; beyond 135° nothing may be lifted",
        "F": f"per_min is {lift.per_min:g}; so often for {lift.hours:g} h from "
        f"{lift.vertical_cm:g} cm nothing may be lifted",
    }
    for letter, sentence in limits.items():
        if multipliers[letter] <= 0:
            raise ValueError(sentence)
