"""The lifts of one zone and day by the revised NIOSH lifting equation, as ranges."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from statistics import median

from monitor.ergonomics import niosh
from monitor.ergonomics.context import Coupling
from monitor.ergonomics.method import Interval
from monitor.posture.hands import Hands

ASIDE_DEG = (0.0, 90.0)
KNOWN_AFTER_S = 600.0
"""With people measured in the zone for less, no frequency is told (ours)."""


@dataclass(frozen=True, slots=True)
class Lifted:
    """One lift or lowering. load_kg, coupling: `None`: not stated. origin, destination: of the
    hands, `None`: unseen."""

    load_kg: float | None
    coupling: Coupling | None
    origin: Hands | None
    destination: Hands | None


@dataclass(frozen=True, slots=True)
class DayLifting:
    """The lifts and lowerings of a day in one zone. measured_s: person-seconds in which they could
    be counted; occupied_s: seconds in whose minute anybody was there."""

    lifts: tuple[Lifted, ...]
    measured_s: float
    occupied_s: float

    @property
    def seen(self) -> tuple[Lifted, ...]:
        """Those whose hands were seen where they took the load."""
        return tuple(lift for lift in self.lifts if lift.origin is not None)

    @property
    def loads_kg(self) -> tuple[float, ...]:
        """What the settings stated, each once."""
        return tuple(sorted({lift.load_kg for lift in self.lifts if lift.load_kg is not None}))

    @property
    def per_min(self) -> float | None:
        """Lifts a minute of one person; `None` after less than `KNOWN_AFTER_S`."""
        if self.measured_s < KNOWN_AFTER_S:
            return None
        return 60.0 * len(self.lifts) / self.measured_s

    @property
    def hours(self) -> Interval:
        """For how long one person may have lifted; nobody knows how the work was shared."""
        longest = min(niosh.HOURS[-1], max(niosh.HOURS[0], self.occupied_s / 3600.0))
        return niosh.HOURS[0], longest

    @property
    def typical(self) -> Interval | None:
        """The lifting index of a typical lift: the medians of the least and the greatest that each
        may have; infinite: beyond what may be lifted. `None`: a load, a frequency or hands are
        missing."""
        found = self._indexes()
        return (
            (median(low for low, _ in found), median(high for _, high in found)) if found else None
        )

    @property
    def worst(self) -> Interval | None:
        """That of the heaviest lift."""
        return max(self._indexes(), default=None)

    @property
    def from_cm(self) -> Interval | None:
        """Height of the hands over the floor where a typical load is taken."""
        return _typical(lift.origin for lift in self.lifts)

    @property
    def to_cm(self) -> Interval | None:
        return _typical(lift.destination for lift in self.lifts)

    def _indexes(self) -> list[Interval]:
        per_min = self.per_min
        if per_min is None:
            return []
        return [
            index_range(lift, lift.load_kg, per_min, self.hours)
            for lift in self.seen
            if lift.load_kg is not None
        ]


def told(index: Interval) -> str:
    """An index for people: `0.8 to 2.1, nominal to increased risk`."""
    low, high = index
    if low == float("inf"):
        return "beyond what may be lifted, high risk"
    if high == float("inf"):
        return f"{low:.1f} and more, {niosh.risk(low)} to high risk"
    risks = dict.fromkeys((niosh.risk(low), niosh.risk(high)))
    return f"{low:.1f} to {high:.1f}, {' to '.join(risks)} risk"


def index_range(lift: Lifted, load_kg: float, per_min: float, hours: Interval) -> Interval:
    """The least and the greatest lifting index of a lift whose hands were seen where it began, over
    everything that is not known of it; infinite where nothing may be lifted so often."""
    assert lift.origin is not None
    travel = _travel(lift.origin, lift.destination)
    found = [
        _at(hands, travel, load_kg, per_min, hours, lift.coupling)
        for hands in (lift.origin, lift.destination)
        if hands is not None
    ]
    return found[0][0], max(greatest for _, greatest in found)


def _at(
    hands: Hands,
    travel: Interval,
    load_kg: float,
    per_min: float,
    hours: Interval,
    coupling: Coupling | None,
) -> Interval:
    """Reach, travel and turning aside never make a lift easier; of the rest all is tried."""
    heights = _heights(_within(hands.height_cm, 0.0, niosh.HIGHEST_CM))
    reach = _within(hands.reach_cm, niosh.NEAREST_CM, niosh.FURTHEST_CM)
    least, greatest = (
        [
            _index(niosh.Lift(load_kg, to, height, up, aside, per_min, lasting, hold))
            for height, lasting, hold in product(heights, hours, _couplings(coupling))
        ]
        for to, up, aside in zip(reach, travel, ASIDE_DEG, strict=True)
    )
    return min(least), max(greatest)


def _index(lift: niosh.Lift) -> float:
    try:
        return niosh.assess(lift).index
    except ValueError:
        return float("inf")


def _heights(band: Interval) -> list[float]:
    """The heights of which one is the best and one the worst: the ends, and those about the
    knuckles', where the multipliers jump."""
    below = niosh.KNUCKLES_CM - 1e-6
    return [*band, *(cm for cm in (below, niosh.KNUCKLES_CM) if band[0] < cm < band[1])]


def _couplings(known: Coupling | None) -> tuple[Coupling, ...]:
    """The equation knows nothing worse than poor."""
    if known is None:
        return Coupling.GOOD, Coupling.POOR
    return (Coupling.POOR,) if known is Coupling.UNACCEPTABLE else (known,)


def _travel(origin: Hands, destination: Hands | None) -> Interval:
    """How far up or down the load may have gone."""
    if destination is None:
        return 0.0, niosh.HIGHEST_CM
    (low, high), (to_low, to_high) = origin.height_cm, destination.height_cm
    least = max(0.0, to_low - high, low - to_high)
    return _within((least, max(to_high - low, high - to_low)), 0.0, niosh.HIGHEST_CM)


def _within(band: Interval, low: float, high: float) -> Interval:
    return min(max(band[0], low), high), min(max(band[1], low), high)


def _typical(places: Iterable[Hands | None]) -> Interval | None:
    heights = [hands.height_cm for hands in places if hands is not None]
    return (
        (median(low for low, _ in heights), median(high for _, high in heights))
        if heights
        else None
    )
