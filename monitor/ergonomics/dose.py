"""The daily dose: minutes per camera and zone over an angle, and the hours they are held to."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from monitor.ergonomics.method import Evidence, Interval, Method, higher, intervals, over, points
from monitor.posture.model import Angle
from monitor.posture.rules import limits_of

METHOD = Method(
    name="WISHA caution zone",
    version="WAC 296-62-051, filed 2000, repealed 2003",
    source="Washington State Legislature, WSR 00-12-024",
    evidence=Evidence.READ,
    ours=(
        "squatting: both knees bent over 100°; elbows above shoulders: an upper arm over 90°",
        "the rule means one worker's day; a camera that knows nobody adds up everybody in a zone, "
        "which is the most that one of them can have had",
    ),
)

WHOLE_PICTURE = ""
"""The name under which everybody counts, in whatever zone."""


@dataclass(frozen=True, slots=True)
class Posture:
    """A posture of the list. band: the interval its angle lies in, `None` when unseen.
    a_day_min: minutes a day beyond which it is in the zone (`caution` or `hazard`)."""

    limit_deg: float
    band: Callable[[Mapping[str, Interval | None]], Interval | None]
    a_day_min: float = 120.0
    zone: str = "caution"


def _angle(name: str) -> Callable[[Mapping[str, Interval | None]], Interval | None]:
    return lambda bands: bands.get(name)


def _higher_arm(bands: Mapping[str, Interval | None]) -> Interval | None:
    left, right = (bands.get(f"{side}_upper_arm_elevation") for side in ("left", "right"))
    return higher(left, right, top=180.0)


def _straighter_knee(bands: Mapping[str, Interval | None]) -> Interval | None:
    left, right = (bands.get(f"{side}_knee_flexion") for side in ("left", "right"))
    if left is None or right is None:
        return left or right
    return min(left[0], right[0]), min(left[1], right[1])


POSTURES = {
    "back_bent": Posture(30.0, _angle("trunk_flexion")),
    "neck_bent": Posture(30.0, _angle("neck_flexion")),
    "neck_bent_far": Posture(45.0, _angle("neck_flexion"), a_day_min=240.0, zone="hazard"),
    "elbows_above_shoulders": Posture(90.0, _higher_arm),
    "squatting": Posture(100.0, _straighter_knee),
}

KEPT = {"back_bent": "trunk_flexion", "elbows_above_shoulders": "upper_arm_elevation"}
"""The postures that stored minutes tell of, by the measure whose bands have their limit."""


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
    kept = {name: _of_measure(seconds, measure) for name, measure in KEPT.items()}
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


@dataclass(slots=True)
class Minutes:
    """Person-minutes in one posture. certain: the whole band was over the limit; likely: the
    reading was; possible: part of the band was; unseen: in view, the angle was not."""

    certain: float = 0.0
    likely: float = 0.0
    possible: float = 0.0
    unseen: float = 0.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """One person at one moment."""

    slot: int
    zones: tuple[str, ...]
    angles: Mapping[str, Angle | None]


class Dose:
    """The minutes of one camera and one day; begin a new one each local day.

    A posture stands until the next sample of the same person, over at most `bridge_s` seconds.
    """

    def __init__(self, bridge_s: float = 10.0) -> None:
        self._bridge_s = bridge_s
        self._last_t: float | None = None
        self._last: Iterable[Sighting] = ()
        self._minutes: dict[tuple[str, str], Minutes] = defaultdict(Minutes)

    def step(self, t: float, people: Iterable[Sighting]) -> None:
        """Take in everybody seen at `t`, steady seconds, never decreasing."""
        people = tuple(people)
        here = {person.slot for person in people}
        if self._last_t is not None and 0 < t - self._last_t <= self._bridge_s:
            for person in self._last:
                if person.slot in here:
                    self._add(person, (t - self._last_t) / 60.0)
        self._last_t, self._last = t, people

    def minutes(self, zone: str = WHOLE_PICTURE) -> dict[str, Minutes]:
        """By posture, of one zone or the whole picture."""
        return {posture: self._minutes[zone, posture] for posture in POSTURES}

    def shares(self, zone: str = WHOLE_PICTURE) -> dict[str, float]:
        """Likely minutes over the minutes a day that lead into the zone, by posture."""
        minutes = self.minutes(zone)
        return {name: minutes[name].likely / p.a_day_min for name, p in POSTURES.items()}

    def _add(self, person: Sighting, minutes: float) -> None:
        bands, readings = intervals(person.angles), points(person.angles)
        for name, posture in POSTURES.items():
            band, reading = posture.band(bands), posture.band(readings)
            for zone in (WHOLE_PICTURE, *person.zones):
                _count(self._minutes[zone, name], posture.limit_deg, band, reading, minutes)


def _count(
    into: Minutes, limit: float, band: Interval | None, reading: Interval | None, minutes: float
) -> None:
    if band is None or reading is None:
        into.unseen += minutes
        return
    passed = over(band, limit)
    into.certain += minutes * (passed is True)
    into.likely += minutes * (reading[0] > limit)
    into.possible += minutes * (passed is not False)
