"""Which limit of a rule gives few enough alerts: measured once, judged limit by limit."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from monitor.judge import Judged
from monitor.posture.episodes import Change, Episodes, Kind, Reading, read
from monitor.posture.landmarks import Look
from monitor.posture.model import Person
from monitor.posture.rules import MEASURES, Rule

STEP = 1.0
"""Limits are tried this far from each other, in the measure's unit: a degree, a second."""


class Tried(NamedTuple):
    """A limit, the alerts it gives, and how many of them in the worst shift."""

    enter: float
    alerts: int
    most: int


@dataclass(frozen=True, slots=True)
class Search:
    """Limits tried from the rule's own on, one step after the other, up to the one that decides.
    chosen: the lowest from which on no shift has more than at_most alerts."""

    rule: Rule
    at_most: int
    tried: Sequence[Tried]
    chosen: float

    @property
    def unit(self) -> str:
        return MEASURES[self.rule.measure].unit


class _Sample(NamedTuple):
    run: str
    look: Look
    values: Sequence[tuple[Person, float]]


class Series:
    """All that one rule read on one camera since <= taken < until."""

    def __init__(self, rule: Rule, since: datetime, until: datetime) -> None:
        self.rule = rule
        self._since = since
        self._until = until
        self._samples: list[_Sample] = []
        self._anybody: dict[tuple[int, tuple[str, ...]], Person] = {}

    @property
    def lowest(self) -> float:
        values = (value for sample in self._samples for _, value in sample.values)
        return min(values, default=self.rule.enter)

    def watch(self, run: str, look: Look, judged: Judged) -> None:
        """Note what the rule reads of everybody. Once nobody is read, saying so again tells
        nothing new."""
        values = [
            (self._stands_in(person), reading.value)
            for person in judged.people
            for reading in read(person, [self.rule])
        ]
        if values or (self._samples and self._samples[-1].values):
            self._samples.append(_Sample(run, replace(look, bodies=()), values))

    def begun(self, enter: float) -> list[datetime]:
        """When the alerts of another limit begin; `leave` keeps its distance."""
        rule = replace(self.rule, enter=enter, leave=self.rule.leave + enter - self.rule.enter)
        begun = (look.when(change.episode.started_t) for change, look in self._changes(rule))
        return [at for at in begun if self._since <= at < self._until]

    def _changes(self, rule: Rule) -> Iterator[tuple[Change, Look]]:
        episodes, last = Episodes([rule]), None
        for sample in self._samples:
            if last is not None and sample.run != last.run:
                yield from _ended(episodes.finish(), last.look)
                episodes = Episodes([rule])
            readings = [Reading(person, rule, value) for person, value in sample.values]
            yield from _ended(episodes.take(sample.look.t, readings), sample.look)
            last = sample
        if last is not None:
            yield from _ended(episodes.finish(), last.look)

    def _stands_in(self, person: Person) -> Person:
        """One person for all looks at the same slot in the same zones: only these count here, and
        a recording's landmarks would fill the memory."""
        return self._anybody.setdefault((person.slot, person.zones), person)


def _ended(changes: Sequence[Change], look: Look) -> Iterator[tuple[Change, Look]]:
    return ((change, look) for change in changes if change.kind is Kind.ENDED)


def search(series: Sequence[Series], at_most: int, turn_of: Callable[[datetime], object]) -> Search:
    """The lowest limit, the same on every camera, with at most so many alerts in any shift."""
    rule = series[0].rule
    tried = [_try(series, rule.enter, turn_of)]
    if tried[0].most > at_most:
        while tried[-1].most > at_most:
            tried.append(_try(series, tried[-1].enter + STEP, turn_of))
        return Search(rule, at_most, tried, tried[-1].enter)
    chosen, lowest = rule.enter, min(each.lowest for each in series)
    while chosen - STEP >= lowest:
        tried.append(_try(series, chosen - STEP, turn_of))
        if tried[-1].most > at_most:
            break
        chosen = tried[-1].enter
    return Search(rule, at_most, tried, chosen)


def _try(series: Sequence[Series], enter: float, turn_of: Callable[[datetime], object]) -> Tried:
    turns = [turn_of(at) for each in series for at in each.begun(enter)]
    return Tried(enter, len(turns), max((turns.count(turn) for turn in set(turns)), default=0))
