"""The daily dose: minutes per camera and zone over an angle, and the hours they are held to."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from monitor.ergonomics.method import Evidence, Interval, Method, higher, intervals, over, points
from monitor.posture.model import Angle

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
