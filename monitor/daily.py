"""The numbers of one local day, each beside how much of that day was watched."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from monitor.ergonomics.advice import Advice, for_report
from monitor.ergonomics.counts import Kind
from monitor.ergonomics.dose import POSTURES, WHOLE_PICTURE, DayDose, of_bands
from monitor.ergonomics.en1005_4 import DayVerdicts, Movement
from monitor.ergonomics.lifting import DayLifting

SEVERITIES = ("alert", "warning", "notice")
"""Worst first."""

GAP_S = 600
"""A camera that was not watching for at least this long is named in the summary (ours)."""

NAMED = 3
"""So many cameras with gaps are named in the summary; the others are counted (ours)."""

RATE_AFTER_S = 600.0
"""With people measured for less, no movements per hour are told (ours)."""


@dataclass(frozen=True, slots=True)
class Peak:
    """The worst value of a rule's events that day."""

    value: float
    unit: str
    at: datetime
    event: UUID


@dataclass(frozen=True, slots=True)
class RuleDay:
    """The events of one rule on one camera that were met that day.

    held_s and longest_s are the whole lengths of those events, also where one began before
    midnight or went on after it.
    """

    rule: str
    title: str
    counts: Mapping[str, int]
    """Events by severity; a severity without events is not named."""
    held_s: float
    longest_s: float
    worst: Peak

    @property
    def events(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class PostureTime:
    """Person-seconds in one band of one measure; `unseen`: in view, not measurable."""

    measure: str
    band: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ZoneDay:
    """One zone of a camera: the day of those who stood in it."""

    zone: str
    posture: tuple[PostureTime, ...]
    verdicts: tuple[DayVerdicts, ...]
    lifting: DayLifting | None
    """`None`: nothing was lifted."""

    @property
    def doses(self) -> tuple[DayDose, ...]:
        return _doses(self.posture)


@dataclass(frozen=True, slots=True)
class CameraDay:
    """One camera's day. watched_s + blind_s + off_s is the length of the day so far, exactly."""

    camera: str
    configured: bool
    """False: it has data of that day but is no longer in the settings."""
    watched_s: int
    blind_s: int
    off_s: int
    people_s: float
    """Person-seconds in view."""
    unmeasured_s: float
    """Person-seconds in view whose trunk could not be measured."""
    posture: tuple[PostureTime, ...]
    verdicts: tuple[DayVerdicts, ...]
    """Of EN 1005-4; empty where nothing was kept."""
    rules: tuple[RuleDay, ...]
    movements: Mapping[Kind, int]
    """How many were counted; empty where nobody was in view or nothing was counted yet."""
    zones: tuple[ZoneDay, ...]
    """By name; a zone in which nobody stood is not among them."""
    zone: ClassVar[str] = WHOLE_PICTURE

    @property
    def passed_s(self) -> int:
        return self.watched_s + self.blind_s + self.off_s

    @property
    def counts(self) -> dict[str, int]:
        return _add(rule.counts for rule in self.rules)

    @property
    def measured_s(self) -> float:
        """Person-seconds in which movements could be counted."""
        return max(0.0, self.people_s - self.unmeasured_s)

    @property
    def per_hour(self) -> dict[Kind, float]:
        """Movements of one person in an hour; empty after less than `RATE_AFTER_S`."""
        if self.measured_s < RATE_AFTER_S:
            return {}
        return {kind: 3600.0 * n / self.measured_s for kind, n in self.movements.items()}

    @property
    def doses(self) -> tuple[DayDose, ...]:
        return _doses(self.posture)

    @property
    def places(self) -> tuple["CameraDay | ZoneDay", ...]:
        """The whole picture and its zones."""
        return (self, *self.zones)

    @property
    def placed_doses(self) -> list[tuple[str, DayDose]]:
        """Each posture in the whole picture and then in its zones."""
        told = [(place.zone, dose) for place in self.places for dose in place.doses]
        return sorted(told, key=lambda placed: list(POSTURES).index(placed[1].name))

    @property
    def placed_verdicts(self) -> list[tuple[str, DayVerdicts]]:
        """The same of the movements of EN 1005-4."""
        told = [(place.zone, of_day) for place in self.places for of_day in place.verdicts]
        return sorted(told, key=lambda placed: list(Movement).index(placed[1].movement))

    @property
    def advice(self) -> tuple[Advice, ...]:
        """What to change at the workplace, most needed first."""
        rates = {kind.value: rate for kind, rate in self.per_hour.items()}
        lifted = [zone.lifting.typical for zone in self.zones if zone.lifting]
        indexes = [index[0] for index in lifted if index is not None]
        return for_report(rates, {dose.name: dose.share for dose in self.doses}, indexes)

    @property
    def lifting(self) -> tuple[tuple[str, DayLifting], ...]:
        """Of the zones in which something was lifted."""
        return tuple((zone.zone, zone.lifting) for zone in self.zones if zone.lifting)

    @property
    def in_words(self) -> str:
        """Its events by severity; a camera that saw nothing never reads as a good one."""
        return _count_words(self.counts, watched=self.watched_s > 0)

    @property
    def coverage_in_words(self) -> str:
        return percent(self.watched_s, self.passed_s)


@dataclass(frozen=True, slots=True)
class DailyReport:
    day: date
    zone: str
    """IANA name of the time zone whose midnights bound the day."""
    start: datetime
    end: datetime
    """The next local midnight."""
    made_at: datetime
    passed_s: int
    """Seconds of the day that had passed when the report was made."""
    cameras: tuple[CameraDay, ...]
    """In the order of the settings, then those no longer in them by name."""

    @property
    def complete(self) -> bool:
        return self.made_at >= self.end

    @property
    def counts(self) -> dict[str, int]:
        return _add(camera.counts for camera in self.cameras)

    @property
    def watched_s(self) -> int:
        """Of the cameras in the settings together."""
        return sum(camera.watched_s for camera in self.cameras if camera.configured)

    @property
    def watchable_s(self) -> int:
        return self.passed_s * sum(camera.configured for camera in self.cameras)

    @property
    def summary(self) -> str:
        """The day in one line: events, coverage, and the cameras that saw too little."""
        if not self.passed_s:
            return "the day has not begun"
        watched = any(camera.watched_s for camera in self.cameras)
        day = "the day" if self.complete else "the day so far"
        parts = [_count_words(self.counts, watched=watched)]
        if watched:
            parts.append(f"watched {percent(self.watched_s, self.watchable_s)} of {day}")
            parts += _gaps([camera for camera in self.cameras if camera.configured])
        return "; ".join(parts)


def bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The UTC times at which a local day begins and ends: 23, 24 or 25 hours apart."""
    return _midnight(day, zone), _midnight(day + timedelta(days=1), zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def percent(part: float, whole: float) -> str:
    """A share for people: 0 % and 100 % are kept for nothing and (but for a minute) everything."""
    if not whole:
        return "0 %"
    if 0 < part < 0.01 * whole:
        return "under 1 %"
    rounded = round(100 * part / whole)
    return f"{min(rounded, 99) if whole - part > 60 else rounded} %"


def spell(seconds: float) -> str:
    """A length of time for people: `45 s`, `1 min 27 s`, `12 min`, `3 h 10 min`."""
    whole = round(seconds)
    if whole < 600:
        return _two(whole, 60, "min", "s")
    return _two(round(whole / 60), 60, "h", "min")


def _two(amount: int, size: int, large: str, small: str) -> str:
    many, few = divmod(amount, size)
    parts = [f"{many} {large}" if many else "", f"{few} {small}" if few or not many else ""]
    return " ".join(part for part in parts if part)


def _doses(posture: Iterable[PostureTime]) -> tuple[DayDose, ...]:
    return of_bands({(time.measure, time.band): time.seconds for time in posture})


def _add(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return dict(total)


def _count_words(counts: Mapping[str, int], *, watched: bool) -> str:
    if not counts:
        return "no events" if watched else "not watched"
    ordered = [s for s in SEVERITIES if s in counts] + sorted(set(counts) - set(SEVERITIES))
    return ", ".join(f"{counts[s]} {s}{'' if counts[s] == 1 else 's'}" for s in ordered)


def _gaps(cameras: Sequence[CameraDay]) -> list[str]:
    blind = [camera for camera in cameras if camera.blind_s + camera.off_s >= GAP_S]
    blind.sort(key=lambda camera: camera.watched_s)
    named = [_gap(camera) for camera in blind[:NAMED]]
    more = len(blind) - NAMED
    if more > 0:
        named.append(f"{more} more camera{'s' if more > 1 else ''} had gaps")
    return named


def _gap(camera: CameraDay) -> str:
    if not camera.watched_s:
        return f"camera {camera.camera} was not watched"
    gaps = (("blind", camera.blind_s), ("off", camera.off_s))
    told = " and ".join(f"{word} for {spell(s)}" for word, s in gaps if s >= 60)
    return f"camera {camera.camera} was {told}"
