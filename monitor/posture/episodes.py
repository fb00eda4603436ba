"""From measures over time to events: enter and leave limits, hold, release, remind, forget.

The hold is time over `enter`; between `leave` and `enter` an episode goes on without using up
allowed time, so that an angle that plays round its limit neither starts anew nor counts in full.

Between two samples the measure is taken to run straight, so that the same movement gives the same
episode whether the camera is sampled five times a second or every seven seconds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from monitor.posture.body import Place, place_of
from monitor.posture.model import Angle, Person, Pose
from monitor.posture.rules import Rule, lies

TRACK_POINTS = 600
"""A longer track is thinned to every second value: a chart is no wider."""

SAMPLES_NEEDED = 2
"""One sample is never enough to alert on: a single wrong look must not."""

SAME_PLACE = 1.5
"""Trunk lengths (0.75 m) within which a body is taken for the one that was there before a restart,
or under another number: a step aside, or bending down and up again (ours)."""

RENUMBERED_S = 1.0
"""So long after somebody was seen last a body in their place that was not known before is taken for
them under a new number, which is given whenever it is in doubt who it is
(`monitor.posture.slots`): the posture goes on, whoever holds it (ours)."""


Point = tuple[float, float | None]


class Kind(Enum):
    STARTED = "started"
    REMINDED = "reminded"
    ENDED = "ended"


@dataclass(slots=True, eq=False)
class Episode:
    """One rule, one person, from the first passing of the limit. Times are steady seconds.

    used: share of the allowed time used up. full_t: when it reached 1; met_t: the same, once
    enough samples say so, else `None`. told_t: when a change was last given out. below_t: since
    when the measure is under `leave`. track: (t, value), value `None` where unseen.
    peak_angles: of the person at the peak. person: as measured last; `None` when that was before a
    restart, at `left`.
    """

    rule: Rule
    slot: int
    zone: str | None
    started_t: float
    peak: float
    peak_t: float
    peak_angles: Mapping[str, Angle | None]
    person: Person | None
    seen_t: float
    value: float
    used: float = 0.0
    samples: int = 0
    full_t: float | None = None
    met_t: float | None = None
    told_t: float | None = None
    below_t: float | None = None
    unseen_t: float | None = None
    ended_t: float | None = None
    left: Place | None = None
    track: list[Point] = field(default_factory=list)

    @property
    def is_event(self) -> bool:
        return self.met_t is not None

    @property
    def place(self) -> Place:
        """Of the body when it was seen last."""
        if self.person is not None:
            return place_of(self.person.pose)
        assert self.left is not None
        return self.left

    def is_of(self, t: float, pose: Pose) -> bool:
        """Whether this was left by a body seen now, as far as its place tells."""
        near = self.place.off(place_of(pose)) <= SAME_PLACE
        return near and t - self.seen_t <= self.rule.forget_s

    @property
    def duration_s(self) -> float:
        return (self.seen_t if self.ended_t is None else self.ended_t) - self.started_t


@dataclass(frozen=True, slots=True)
class Change:
    """Something a person should know of; the episode goes on changing afterwards."""

    kind: Kind
    episode: Episode


@dataclass(frozen=True, slots=True)
class Reading:
    """What one rule asks of one person, measured."""

    person: Person
    rule: Rule
    value: float


def read(person: Person, rules: Iterable[Rule]) -> Iterator[Reading]:
    """What the rules that apply to a person can be measured by."""
    lying = lies(person)
    for rule in rules:
        value = rule.value(person, lying)
        if value is not None:
            yield Reading(person, rule, value)


class Episodes:
    """All running episodes of one camera."""

    def __init__(self, rules: Sequence[Rule], left: Sequence[Episode] = ()) -> None:
        """left: those that ran when watching was broken off, on the same line of time. Their people
        are out of sight, under numbers that no slot has, until a body in the place of one is not
        under the limit."""
        self._rules = rules
        self._running: dict[tuple[int, str], Episode] = {
            (-number, episode.rule.name): episode for number, episode in enumerate(left, 1)
        }
        self._last: dict[tuple[int, str], tuple[float, float]] = {}
        self._seen_now: set[int] = set()

    @property
    def running(self) -> Iterable[Episode]:
        return self._running.values()

    @property
    def left(self) -> list[Episode]:
        """Those that wait for their body."""
        return [episode for (slot, _), episode in self._running.items() if slot < 0]

    def step(self, t: float, people: Iterable[Person]) -> list[Change]:
        """Take in everybody measured at `t` (never decreasing); what changed, in order."""
        return self.take(t, [each for person in people for each in read(person, self._rules)])

    def take(self, t: float, readings: Iterable[Reading]) -> list[Change]:
        """The same, with what was measured of everybody."""
        readings = list(readings)
        self._seen_now = {reading.person.slot for reading in readings}
        changes: list[Change] = []
        measured: set[tuple[int, str]] = set()
        for reading in readings:
            measured.add((reading.person.slot, reading.rule.name))
            changes += self._seen(t, reading.value, reading.person, reading.rule)
        for key in self._running.keys() - measured:
            changes += self._unseen(t, key)
        self._last = {
            key: last
            for key, last in self._last.items()
            if key in self._running or t - last[0] <= self._rule(key).forget_s
        }
        return changes

    def finish(self) -> list[Change]:
        """End everything where it was last seen: the camera stops."""
        return [
            change
            for key in list(self._running)
            for change in self._end(key, self._running[key].seen_t)
        ]

    def _rule(self, key: tuple[int, str]) -> Rule:
        return next(rule for rule in self._rules if rule.name == key[1])

    def _seen(self, t: float, value: float, person: Person, rule: Rule) -> Iterator[Change]:
        key = (person.slot, rule.name)
        last = self._last.get(key)
        self._last[key] = (t, value)
        if last is not None and t - last[0] > rule.forget_s:
            last = None
        yield from self._end_if_over(t, key, (t, value))
        episode = self._running.get(key) or self._taken_up(t, value, person, rule, new=last is None)
        if episode is None:
            if value >= rule.enter:
                self._running[key] = _begin(t, value, person, rule, last)
            return
        _advance(episode, t, value, person)
        yield from _tell(episode, t)
        yield from self._end_if_over(t, key)

    def _taken_up(
        self, t: float, value: float, person: Person, rule: Rule, *, new: bool
    ) -> Episode | None:
        """What was left here by whoever was seen last, of several the nearest: one body may have
        left an older episode under another number. new: this body was not known before."""
        left = [
            episode
            for (number, name), episode in self._running.items()
            if name == rule.name
            and (number < 0 or (new and self._renumbered(t, number, episode)))
            and episode.is_of(t, person.pose)
        ]
        if not left or value < rule.leave:
            return None
        place = place_of(person.pose)
        episode = min(left, key=lambda e: (-e.seen_t, e.place.off(place)))
        self._running = {key: e for key, e in self._running.items() if e is not episode}
        self._running[person.slot, rule.name] = episode
        self._last.pop((episode.slot, rule.name), None)
        _lose(episode, episode.seen_t)
        episode.slot = person.slot
        return episode

    def _renumbered(self, t: float, number: int, episode: Episode) -> bool:
        """Whether its body may have another number now."""
        return number not in self._seen_now and t - episode.seen_t <= RENUMBERED_S

    def _unseen(self, t: float, key: tuple[int, str]) -> Iterator[Change]:
        episode = self._running[key]
        self._last.pop(key, None)
        _lose(episode, t)
        yield from self._end_if_over(t, key)

    def _end_if_over(
        self, t: float, key: tuple[int, str], new: tuple[float, float] | None = None
    ) -> Iterator[Change]:
        """Released for long enough, or unseen for too long. new: a sample not taken in yet, which
        may lie over the limit again."""
        episode = self._running.get(key)
        if episode is None:
            return
        below_to = t if new is None else _below_to(episode, new)
        if episode.below_t is not None and below_to - episode.below_t >= episode.rule.release_s:
            yield from self._end(key, episode.below_t)
        elif t - episode.seen_t > episode.rule.forget_s:
            yield from self._end(key, episode.seen_t)

    def _end(self, key: tuple[int, str], t: float) -> Iterator[Change]:
        episode = self._running.pop(key)
        episode.ended_t = max(t, episode.started_t)
        if episode.is_event:
            yield Change(Kind.ENDED, episode)


def _tell(episode: Episode, t: float) -> Iterator[Change]:
    if episode.met_t is None:
        return
    if episode.told_t is None:
        episode.told_t = t
        yield Change(Kind.STARTED, episode)
    elif t - episode.told_t >= episode.rule.remind_s:
        episode.told_t = t
        yield Change(Kind.REMINDED, episode)


def _begin(
    t: float, value: float, person: Person, rule: Rule, last: tuple[float, float] | None
) -> Episode:
    """A new episode, begun where the straight line from the last sample passed the limit."""
    started = t
    if last is not None and last[1] < rule.enter:
        started = _crossing(last, (t, value), rule.enter)
    episode = Episode(
        rule=rule,
        slot=person.slot,
        zone=next((z for z in person.zones if not rule.zones or z in rule.zones), None),
        started_t=started,
        peak=value,
        peak_t=t,
        peak_angles=person.angles,
        person=person,
        seen_t=t,
        value=value,
    )
    _hold(episode, (started, rule.enter), (t, value))
    _note(episode, t, value, person)
    return episode


def _advance(episode: Episode, t: float, value: float, person: Person) -> None:
    """Take one more sample into a running episode."""
    last, new, leave = (episode.seen_t, episode.value), (t, value), episode.rule.leave
    bridged = _bridged(episode, t)
    if bridged:
        _hold(episode, last, new)
    if value >= leave:
        episode.below_t = None
    elif episode.below_t is None:
        episode.below_t = _crossing(last, new, leave) if bridged else episode.seen_t
    _note(episode, t, value, person)


def _bridged(episode: Episode, t: float) -> bool:
    """Whether a straight line leads from the last sample to one at `t`."""
    return episode.unseen_t is None or t - episode.unseen_t <= episode.rule.release_s


def _below_to(episode: Episode, new: tuple[float, float]) -> float:
    """Until when a measure under the limit stayed there, as a sample not taken in yet tells."""
    last, leave = (episode.seen_t, episode.value), episode.rule.leave
    returns = last[1] < leave <= new[1] and _bridged(episode, new[0])
    return _crossing(last, new, leave) if returns else new[0]


def _hold(episode: Episode, a: tuple[float, float], b: tuple[float, float]) -> None:
    """Use up allowed time along the part of a straight stretch that lies over the limit, at the
    mean of the rates at that part's ends."""
    enter = episode.rule.enter
    if max(a[1], b[1]) < enter:
        return
    (t0, v0), (t1, v1) = (
        end if end[1] >= enter else (_crossing(a, b, enter), enter) for end in (a, b)
    )
    share = (t1 - t0) * sum(1.0 / max(episode.rule.allowed_s(v), 1e-6) for v in (v0, v1)) / 2
    if episode.full_t is None and episode.used + share >= 1.0:
        part = (1.0 - episode.used) / share if share > 0 else 1.0
        episode.full_t = t0 + part * (t1 - t0)
    episode.used += share


def _lose(episode: Episode, t: float) -> None:
    """Not seen at `t`, or after it; a gap in the track says so."""
    if episode.unseen_t is None:
        episode.unseen_t = episode.seen_t
        episode.track.append((t, None))


def _note(episode: Episode, t: float, value: float, person: Person) -> None:
    episode.seen_t, episode.value, episode.unseen_t = t, value, None
    episode.samples += value >= episode.rule.leave
    if episode.samples >= SAMPLES_NEEDED:
        episode.met_t = episode.full_t
    episode.person = person
    if value >= episode.peak:
        episode.peak, episode.peak_t, episode.peak_angles = value, t, person.angles
    episode.track.append((t, value))
    if len(episode.track) > TRACK_POINTS:
        episode.track = _thinned(episode.track)


def _thinned(track: Iterable[Point]) -> list[Point]:
    """Every second value, and one gap wherever there was one between those."""
    kept: list[Point] = []
    odd = False
    for t, value in track:
        odd ^= value is not None
        gap = value is None and kept and kept[-1][1] is not None
        if gap or (value is not None and odd):
            kept.append((t, value))
    return kept


def _crossing(a: tuple[float, float], b: tuple[float, float], level: float) -> float:
    """When the straight line from a to b, as (t, value), passes `level`."""
    return a[0] + (b[0] - a[0]) * (level - a[1]) / (b[1] - a[1])
