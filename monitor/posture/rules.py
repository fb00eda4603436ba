"""What can be measured on a person, and the rules that set limits to it.

A rule is data (`config/rules/*.yaml`); a measure is one function in `MEASURES`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from monitor.posture.angles import inclination_deg, visible
from monitor.posture.model import ANGLES, Angle, Floats, Landmark, Person

LYING_DEG = 65.0
"""A body whose line from ankles to shoulders is further from vertical lies (ours).

A stoop with the hands on the floor leaves that line below 40°, kneeling back on the heels below
45°, sitting on the floor with straight legs near 60°."""


class Verdict(Enum):
    """What a band says of a limit. From one camera it cannot always be told."""

    OVER = "over"
    NOT_OVER = "not over"
    CANNOT_TELL = "can't tell"


@dataclass(frozen=True, slots=True)
class Measure:
    """What is read off one person, with its band where one is known; `None`: it cannot be seen."""

    title: str
    unit: str
    read: Callable[[Person], Angle | None]

    def of(self, person: Person) -> float | None:
        """The number alone."""
        angle = self.read(person)
        return None if angle is None else angle.deg


@dataclass(frozen=True, slots=True)
class Rule:
    """A limit on one measure over time. Seconds everywhere, never frames.

    enter / leave: the posture begins at or over `enter` and ends under `leave` (hysteresis).
    hold: how long it may last, as points (value, seconds) of a line, level beyond its ends; one
    point is a constant. The share of the allowed time used up adds up over `enter`: the rule
    is met when it reaches 1 (for a constant limit of 4 s, after 4 s; along the ISO 11226 line,
    sooner the deeper the bend).
    release_s: how long it must stay under `leave` before the episode ends. remind_s: an open
    event is told again this often. forget_s: an episode unseen for longer ends where it was last
    seen. upright: judge only people who do not lie: what gravity does to a raised arm or a bent
    back means nothing for them. zones: judge only people standing in one of these; empty:
    everywhere. sure: `likely` judges the likeliest value; `certain` only what all of its band says:
    over the limit by the lowest value it may have, not over it by the highest.
    """

    name: str
    title: str
    pack: str
    version: str
    measure: str
    enter: float
    leave: float
    hold: tuple[tuple[float, float], ...]
    release_s: float
    remind_s: float
    forget_s: float
    severity: str
    advice: str
    source: str
    upright: bool = True
    zones: tuple[str, ...] = ()
    sure: str = "likely"

    def verdict(self, angle: Angle | None) -> Verdict:
        """Whether a reading is at or over `enter`."""
        if angle is None:
            return Verdict.CANNOT_TELL
        low, high = self._ends(angle)
        if low >= self.enter:
            return Verdict.OVER
        return Verdict.NOT_OVER if high < self.enter else Verdict.CANNOT_TELL

    def value(self, person: Person, lying: bool) -> float | None:
        """What is judged of a person: a certain rule is over its limit by the low end of the band,
        and what may be over is just not over: it uses up no time and ends nothing. `None` where it
        applies to nobody or is not seen."""
        angle = MEASURES[self.measure].read(person) if self.applies(person, lying) else None
        if angle is None:
            return None
        low, high = self._ends(angle)
        if low >= self.enter:
            return low
        return min(high, float(np.nextafter(self.enter, -np.inf)))

    def _ends(self, angle: Angle) -> tuple[float, float]:
        if self.sure == "likely" or angle.low is None or angle.high is None:
            return angle.deg, angle.deg
        return angle.low, angle.high

    def allowed_s(self, value: float) -> float:
        """Seconds the value may be held before the rule is met."""
        values, seconds = zip(*self.hold, strict=True)
        return float(np.interp(value, values, seconds))

    def applies(self, person: Person, lying: bool) -> bool:
        if self.upright and lying:
            return False
        return not self.zones or any(zone in self.zones for zone in person.zones)


def _angle(name: str) -> Callable[[Person], Angle | None]:
    return lambda person: person.angles.get(name)


def _of_ergonomics(name: str) -> Callable[[Person], Angle | None]:
    return lambda person: person.measures.get(name)


def _worse(*names: str) -> Callable[[Person], Angle | None]:
    def read(person: Person) -> Angle | None:
        seen = [a for name in names if (a := person.angles.get(name)) is not None]
        return max(seen, key=lambda angle: angle.deg, default=None)

    return read


def _exactly(of: Callable[[Person], float | None]) -> Callable[[Person], Angle | None]:
    """Of a number without a band."""

    def read(person: Person) -> Angle | None:
        value = of(person)
        return None if value is None else Angle(value)

    return read


def _hands_above_head(person: Person) -> float | None:
    """Centimetres the higher hand is above the ears' height; negative: below."""
    ears = _points(person, (Landmark.LEFT_EAR, Landmark.RIGHT_EAR))
    hands = _points(person, (Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST))
    if not len(ears) or not len(hands):
        return None
    return 100.0 * float(hands[:, 1].max() - ears[:, 1].mean())


def _lying(person: Person) -> float | None:
    """Degrees from vertical of the line from the ankles (else the knees) to the shoulders."""
    top = _middle(person, (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER))
    bottom = _middle(person, (Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE))
    if bottom is None:
        bottom = _middle(person, (Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE))
    if top is None or bottom is None:
        return None
    x, y, z = (end - start for end, start in zip(top, bottom, strict=True))
    return math.degrees(math.atan2(math.hypot(x, z), y))


def lies(person: Person) -> bool:
    inclined = _lying(person)
    return inclined is not None and inclined > LYING_DEG


def _kneeling(person: Person) -> float | None:
    """Degrees the more inclined shin is off vertical, at most 90."""
    shins = [
        inclination_deg(person.gravity[knee] - person.gravity[ankle])
        for knee, ankle in (
            (Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE),
            (Landmark.RIGHT_KNEE, Landmark.RIGHT_ANKLE),
        )
        if visible(person.pose, knee, ankle)
    ]
    return min(max(shins), 90.0) if shins else None


def _middle(person: Person, pair: tuple[int, int]) -> tuple[float, ...] | None:
    """Of a left and a right landmark, or the one of them that is seen."""
    seen = [person.gravity[mark].tolist() for mark in pair if visible(person.pose, mark)]
    return tuple(sum(each) / len(seen) for each in zip(*seen, strict=True)) if seen else None


def _points(person: Person, landmarks: Sequence[Landmark]) -> Floats:
    return person.gravity[[mark for mark in landmarks if visible(person.pose, mark)]]


OF_ERGONOMICS: dict[str, tuple[str, str]] = {
    "rula": ("RULA score", ""),
    "reba": ("REBA score", ""),
    "owas": ("OWAS action category", ""),
    "holding_share.trunk": ("holding time used up, trunk", "%"),
    "holding_share.head": ("holding time used up, head", "%"),
    "holding_share.upper_arm": ("holding time used up, upper arm", "%"),
    "bends_per_min": ("bends of the trunk", "/min"),
    "trunk_turns_per_min": ("twists and side bends of the trunk", "/min"),
    "arm_raises_per_min": ("raisings of an upper arm", "/min"),
}
"""Title and unit of what `monitor.ergonomics.measures` yields for each person."""

FALLEN = "fallen"

MEASURES: dict[str, Measure] = {
    **{name: Measure(name.replace("_", " "), "°", _angle(name)) for name in ANGLES},
    "upper_arm_elevation": Measure(
        "upper arm elevation (the higher arm)",
        "°",
        _worse("left_upper_arm_elevation", "right_upper_arm_elevation"),
    ),
    "knee_flexion": Measure(
        "knee flexion (the more bent knee)",
        "°",
        _worse("left_knee_flexion", "right_knee_flexion"),
    ),
    "hands_above_head": Measure(
        "height of the hands over the ears", "cm", _exactly(_hands_above_head)
    ),
    "kneeling": Measure("inclination of the shin", "°", _exactly(_kneeling)),
    "lying": Measure("inclination of the whole body", "°", _exactly(_lying)),
    FALLEN: Measure("down after a fast descent", "fall", _of_ergonomics(FALLEN)),
    **{
        name: Measure(title, unit, _of_ergonomics(name))
        for name, (title, unit) in OF_ERGONOMICS.items()
    },
}
"""Everything a rule can set a limit to, by the name a pack uses."""

BANDS: dict[str, tuple[float, ...]] = {
    "trunk_flexion": (20.0, 30.0, 60.0),
    "upper_arm_elevation": (20.0, 60.0, 90.0),
    "knee_flexion": (60.0, 100.0),
}
"""Edges of the bands whose person-seconds are kept per minute: ISO 11226's for trunk and upper
arm, with those of the daily dose between (30 and 90); for the knees our own (60: bent, 100: deep).
"""


def band_of(measure: str, value: float | None) -> str:
    """The band a value falls in: `0-20`, `20-30`, `30-60`, `60+`, or `unseen`."""
    if value is None:
        return "unseen"
    edges = BANDS[measure]
    i = int(np.searchsorted(edges, value, side="right"))
    low = f"{edges[i - 1]:g}" if i else "0"
    return f"{low}-{edges[i]:g}" if i < len(edges) else f"{low}+"


def limits_of(band: str) -> tuple[float, float] | None:
    """Where a band begins and ends, the last at infinity; `None` of what was unseen."""
    if band == "unseen":
        return None
    low, _, high = band.rstrip("+").partition("-")
    return float(low), float(high or "inf")
