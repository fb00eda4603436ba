"""What one camera saw in each minute: how long it was watched or blind, who stood and moved how."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.posture.hands import Hands
from monitor.posture.model import Person
from monitor.posture.rules import BANDS, MEASURES, band_of

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Lift:
    """One lift or lowering in a zone. load_kg, coupling: as settings know them, `None` when they do
    not. origin, destination: of the hands, `None` when unseen."""

    zone: str
    kind: str
    load_kg: float | None
    coupling: str | None
    origin: Hands | None
    destination: Hands | None


@dataclass(slots=True)
class Minute:
    """Seconds of one minute; what is neither watched nor blind was off.

    people_s, unmeasured_s, bands: person-seconds; unmeasured: the trunk was not seen. zone_bands:
    of those who stood in a zone, by zone, measure and band.
    visibility: sum of mean landmark visibilities and how many. stages: sums of milliseconds and
    how many, by name. movements: how many of each kind were counted. lifts: those that
    began in a zone.
    """

    start: datetime
    watched_s: float = 0.0
    blind_s: float = 0.0
    people_s: float = 0.0
    unmeasured_s: float = 0.0
    bands: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    zone_bands: dict[tuple[str, str, str], float] = field(
        default_factory=lambda: defaultdict(float)
    )
    frames_in: int = 0
    sampled: int = 0
    visibility: tuple[float, int] = (0.0, 0)
    stages: dict[str, tuple[float, int]] = field(default_factory=dict)
    movements: Counter[str] = field(default_factory=Counter)
    lifts: list[Lift] = field(default_factory=list)

    @property
    def confidence(self) -> float | None:
        total, count = self.visibility
        return total / count if count else None

    @property
    def stage_ms(self) -> dict[str, float]:
        return {name: round(total / count, 2) for name, (total, count) in self.stages.items()}


class Minutes:
    """Adds up time until a minute is over; no minute holds more than its 60 seconds."""

    def __init__(self) -> None:
        self._open: dict[datetime, Minute] = {}
        self._cut: list[Minute] = []

    def watched(self, begin: datetime, end: datetime, people: Iterable[Person]) -> None:
        """Between two good pictures these people were in view."""
        people = list(people)
        bands = [(person, key) for person in people for key in _bands(person)]
        unseen = [key for _, key in bands].count(("trunk_flexion", "unseen"))
        for minute, seconds in self._split(begin, end):
            minute.watched_s += seconds
            minute.people_s += seconds * len(people)
            minute.unmeasured_s += seconds * unseen
            for person, key in bands:
                minute.bands[key] += seconds
                for zone in person.zones:
                    minute.zone_bands[zone, *key] += seconds

    def blind(self, begin: datetime, end: datetime) -> None:
        """Between these times the camera was meant to watch and could not."""
        for minute, seconds in self._split(begin, end):
            minute.blind_s += seconds

    def sampled(self, at: datetime, frames_in: int, visibilities: Iterable[float]) -> None:
        """One picture was judged; `frames_in` more had come in since the last."""
        minute = self._at(at)
        minute.sampled += 1
        minute.frames_in += frames_in
        for value in visibilities:
            total, count = minute.visibility
            minute.visibility = (total + value, count + 1)

    def moved(self, at: datetime, kinds: Iterable[str]) -> None:
        """These movements were counted in the look at `at`."""
        if kinds := list(kinds):
            self._at(at).movements.update(kinds)

    def lifted(self, at: datetime, lifts: Iterable[Lift]) -> None:
        """These were counted in the look at `at`."""
        if lifts := list(lifts):
            self._at(at).lifts += lifts

    def took(self, at: datetime, stage: str, ms: float) -> None:
        stages = self._at(at).stages
        total, count = stages.get(stage, (0.0, 0))
        stages[stage] = (total + ms, count + 1)

    def closed(self, until: datetime) -> list[Minute]:
        """The minutes that are over, oldest first, given out once. until: time is accounted for up
        to then, and the rest of a minute is not, however late it is."""
        over = sorted(start for start in self._open if start + MINUTE <= until)
        cut, self._cut = self._cut, []
        return cut + [self._open.pop(start) for start in over]

    def cut(self) -> None:
        """The clock was set: what was begun is over, and its minutes may come again."""
        self._cut += self.running
        self._open.clear()

    @property
    def running(self) -> list[Minute]:
        """What is not over yet, oldest first."""
        return [self._open[start] for start in sorted(self._open)]

    def flush(self) -> list[Minute]:
        """Everything left, the running minute too."""
        self.cut()
        rest, self._cut = self._cut, []
        return rest

    def _at(self, at: datetime) -> Minute:
        start = at.replace(second=0, microsecond=0)
        return self._open.setdefault(start, Minute(start))

    def _split(self, begin: datetime, end: datetime) -> Iterator[tuple[Minute, float]]:
        while begin < end:
            minute = self._at(begin)
            until = min(end, minute.start + MINUTE)
            room = MINUTE.total_seconds() - minute.watched_s - minute.blind_s
            yield minute, max(0.0, min((until - begin).total_seconds(), room))
            begin = until


def _bands(person: Person) -> list[tuple[str, str]]:
    """Measures and the bands in which somebody stands now."""
    bands = [(measure, band_of(measure, MEASURES[measure].of(person))) for measure in BANDS]
    return bands + list(person.verdicts.items())
