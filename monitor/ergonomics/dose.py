"""The daily dose: minutes per camera and zone over an angle, and the hours they are held to."""

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.ergonomics.method import Evidence, Interval, Method
from monitor.posture.rules import limits_of

METHOD = Method(
    name="WISHA caution zone",
    version="WAC 296-62-051, filed 2000, repealed 2003",
    source="Washington State Legislature, WSR 00-12-024",
    evidence=Evidence.READ,
    ours=(
        "elbows above shoulders: an upper arm over 90°",
        "the rule means one worker's day; a camera that knows nobody adds up everybody in a zone, "
        "which is the most that one of them can have had",
    ),
)

WHOLE_PICTURE = ""
"""The name under which everybody counts, in whatever zone."""


@dataclass(frozen=True, slots=True)
class Posture:
    """A posture of the list. measure: whose stored bands have its limit.
    a_day_min: minutes a day beyond which it is in the caution zone."""

    measure: str
    limit_deg: float
    a_day_min: float = 120.0


POSTURES = {
    "back_bent": Posture("trunk_flexion", 30.0),
    "elbows_above_shoulders": Posture("upper_arm_elevation", 90.0),
}


@dataclass(frozen=True, slots=True)
class DayDose:
    """Person-seconds of a day in one posture of the list, by the readings. unknown_s: in view, and
    not told: unseen, or kept in a band that lies across the limit."""

    name: str
    over_s: float
    unknown_s: float

    @property
    def title(self) -> str:
        return self.name.replace("_", " ")

    @property
    def limit_deg(self) -> float:
        return POSTURES[self.name].limit_deg

    @property
    def limit_s(self) -> float:
        return 60.0 * POSTURES[self.name].a_day_min

    @property
    def share(self) -> float:
        """Of the time a day that leads into the zone; over it from 1 on."""
        return self.over_s / self.limit_s


def of_bands(seconds: Mapping[tuple[str, str], float]) -> tuple[DayDose, ...]:
    """The doses of a day from its person-seconds by measure and band, as they are kept
    (`monitor.posture.rules.BANDS`); a measure of which nothing was kept has none."""
    kept = {name: _of_measure(seconds, posture.measure) for name, posture in POSTURES.items()}
    return tuple(_day_dose(name, bands) for name, bands in kept.items() if bands)


def _of_measure(seconds: Mapping[tuple[str, str], float], measure: str) -> dict[str, float]:
    return {band: s for (of, band), s in seconds.items() if of == measure}


def _day_dose(name: str, bands: Mapping[str, float]) -> DayDose:
    passed = {band: _beyond(limits_of(band), POSTURES[name].limit_deg) for band in bands}
    return DayDose(
        name,
        over_s=sum(s for band, s in bands.items() if passed[band]),
        unknown_s=sum(s for band, s in bands.items() if passed[band] is None),
    )


def _beyond(band: Interval | None, limit: float) -> bool | None:
    """Whether a band begins at the limit or over it; `None`: it lies across it, or is none."""
    if band is None or band[0] < limit < band[1]:
        return None
    return band[0] >= limit
