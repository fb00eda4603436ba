"""EN 1005-4: postures and movements at machines, split at two movements a minute."""

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from monitor.ergonomics import iso11226
from monitor.ergonomics.body import UPRIGHT_DEG
from monitor.ergonomics.iso11226 import Part
from monitor.ergonomics.method import Classes, Evidence, Interval, Method, size
from monitor.ergonomics.verdict import Verdict, verdicts

METHOD = Method(
    name="EN 1005-4",
    version="A1:2008",
    source="help pages of Dassault DELMIA (arm, neck, trunk to the side)",
    evidence=Evidence.READ,
    ours=(
        "the rows for bending the trunk forward and back were not read: a default of our own",
        "looking up is judged as looking far down",
        "movements are counted over five minutes",
        "up to 5° back, or up for the sight, is upright",
        "a twist or side bend is judged by the least that its band holds",
        "a posture within 10° for 4 s is held (4 s: ISO 11226); a held arm, twist or side bend is "
        "judged by ISO 11226, whose rows were read",
    ),
)

SPLIT_PER_MIN = 2.0
"""Movements a minute from which the frequency is high."""


class Movement(Enum):
    """TRUNK_TURNED: side bend or twist. SIGHT: line of sight below level."""

    TRUNK = "trunk"
    TRUNK_TURNED = "trunk_turned"
    UPPER_ARM = "upper_arm"
    SIGHT = "sight"

    @property
    def title(self) -> str:
        return TITLES[self]


TITLES = {
    Movement.TRUNK: "back forward or backward",
    Movement.TRUNK_TURNED: "back twisted or to the side",
    Movement.UPPER_ARM: "upper arm raised",
    Movement.SIGHT: "line of sight up or down",
}


class Pace(Enum):
    """STATIC: the posture is held. LOW and HIGH: below the split, and from it on."""

    STATIC = "static"
    LOW = "low"
    HIGH = "high"

    @property
    def title(self) -> str:
        return PACES[self]


PACES = {Pace.STATIC: "held", Pace.LOW: "under 2/min", Pace.HIGH: "2/min or more"}


RARE = {
    Movement.TRUNK: Classes((0, 20, 60), (1, 0, 0, 1)),
    Movement.TRUNK_TURNED: Classes((10,), (0, 1)),
    Movement.UPPER_ARM: Classes((20, 60), (0, 0, 2)),
    Movement.SIGHT: Classes((0, 40), (1, 0, 1)),
}
"""Degrees to verdict below two movements a minute."""

FREQUENT = {
    Movement.TRUNK: Classes((0, 20, 60), (2, 0, 2, 2)),
    Movement.TRUNK_TURNED: Classes((10,), (0, 2)),
    Movement.UPPER_ARM: Classes((20, 60), (0, 1, 2)),
    Movement.SIGHT: Classes((0, 40), (2, 0, 2)),
}
"""The same at two a minute or more."""

STATIC = {
    Movement.TRUNK: Classes((0, 20, 60), (2, 0, 1, 2)),
    Movement.SIGHT: Classes((0, 40), (2, 0, 2)),
}
"""The same for a posture that is held; conditional: for as long as ISO 11226 allows."""


def verdict(movement: Movement, band: Interval | None, per_min: float) -> tuple[Verdict, Verdict]:
    """The best and the worst verdict on a movement whose angle lies in the band, degrees (`None`:
    unseen), made `per_min` times a minute. Raises ValueError for a negative frequency."""
    if not per_min >= 0:
        raise ValueError(f"per_min is {per_min:g}; a frequency is 0 or more a minute")
    return _judge(RARE if per_min < SPLIT_PER_MIN else FREQUENT, movement, band)


def static_verdict(movement: Movement, band: Interval | None) -> tuple[Verdict, Verdict]:
    """The best and the worst verdict on a posture that is held.

    Raises ValueError for a movement whose static row was not read: ISO 11226 judges it."""
    if movement not in STATIC:
        raise ValueError(f"no static row of EN 1005-4 is known for {movement.value}; use ISO 11226")
    return _judge(STATIC, movement, band)


def judged(movement: Movement, deg: float, per_min: float, *, held: bool) -> tuple[Pace, Verdict]:
    """How a movement is made and what its reading calls for; where no static row of EN 1005-4 was
    read, ISO 11226's. Up to `UPRIGHT_DEG` either way is upright: nobody leans back by a reading's
    error."""
    deg = 0.0 if abs(deg) <= UPRIGHT_DEG else deg
    band = (deg, deg)
    if not held:
        pace = Pace.LOW if per_min < SPLIT_PER_MIN else Pace.HIGH
        return pace, verdict(movement, band, per_min)[0]
    if movement in STATIC:
        return Pace.STATIC, static_verdict(movement, band)[0]
    return Pace.STATIC, iso11226.verdict(Part(movement.value), band)[0]


KEPT = "en1005_4."
"""So begin the measures under which verdicts are kept per minute; their bands are `UNSEEN`,
`acceptable`, or pace and verdict as in `low conditional`: the pace at which all is well is not
kept."""

UNSEEN = "unseen"


def kept(movement: Movement, found: tuple[Pace, Verdict] | None) -> tuple[str, str]:
    """Measure and band of a moment; found is `None` where it was unseen."""
    if found is None:
        return KEPT + movement.value, UNSEEN
    pace, verdict = found
    told = verdict.title if verdict is Verdict.ACCEPTABLE else f"{pace.value} {verdict.title}"
    return KEPT + movement.value, told


@dataclass(frozen=True, slots=True)
class DayVerdicts:
    """A day's person-seconds of one movement, by the readings. seconds: of what is not acceptable
    or only on conditions, by pace."""

    movement: Movement
    acceptable_s: float
    seconds: Mapping[tuple[Pace, Verdict], float]
    unseen_s: float

    def of(self, verdict: Verdict) -> float:
        """Seconds of one verdict."""
        if verdict is Verdict.ACCEPTABLE:
            return self.acceptable_s
        return sum(self.paces(verdict).values())

    def paces(self, verdict: Verdict) -> dict[Pace, float]:
        """The same by pace; those that there were, none of what is acceptable."""
        return {p: s for p in Pace if (s := self.seconds.get((p, verdict), 0.0))}


def of_bands(seconds: Mapping[tuple[str, str], float]) -> tuple[DayVerdicts, ...]:
    """The verdicts of a day from its person-seconds by measure and band, as they are kept; a
    movement of which nothing was kept has none."""
    told: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for (measure, band), s in seconds.items():
        told[measure][band] = s
    return tuple(_day(m, told[KEPT + m.value]) for m in Movement if KEPT + m.value in told)


def _day(movement: Movement, bands: dict[str, float]) -> DayVerdicts:
    seconds = {
        (pace, verdict): bands[band]
        for pace in Pace
        for verdict in (Verdict.CONDITIONAL, Verdict.NOT_ACCEPTABLE)
        if (band := kept(movement, (pace, verdict))[1]) in bands
    }
    acceptable_s = bands.get(Verdict.ACCEPTABLE.title, 0.0)
    return DayVerdicts(movement, acceptable_s, seconds, bands.get(UNSEEN, 0.0))


def _judge(
    rows: dict[Movement, Classes], movement: Movement, band: Interval | None
) -> tuple[Verdict, Verdict]:
    if movement is Movement.TRUNK_TURNED:
        band = size(band)
    return verdicts(rows[movement].over(band))


@dataclass(slots=True)
class Frequency:
    """Movements a minute over the last `window_s` seconds; time before the first sample does not
    dilute it, but under a minute is taken for a minute."""

    window_s: float = 300.0
    _since: float | None = field(default=None, init=False)
    _times: deque[float] = field(default_factory=deque, init=False)

    def step(self, t: float, moved: bool) -> float:
        """Movements a minute at `t` (steady seconds); moved: one has just begun."""
        self._since = t if self._since is None else self._since
        if moved:
            self._times.append(t)
        while self._times and t - self._times[0] > self.window_s:
            self._times.popleft()
        return len(self._times) * 60.0 / min(max(t - self._since, 60.0), self.window_s)
