"""What one camera kept, judged again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from monitor import recordings
from monitor.errors import InputError
from monitor.judge import NOTHING_KNOWN, Contexts, Judge, Judged
from monitor.posture.episodes import Change, Episode, Kind
from monitor.posture.landmarks import Look
from monitor.posture.minutes import MINUTE
from monitor.posture.rules import MEASURES, Rule
from monitor.recordings import Recording

LEAD_IN = timedelta(hours=1)
"""At most so long before the asked time judging begins, in search of a minute without people, so
that whoever is in view then has their history (ours)."""


@dataclass(frozen=True, slots=True)
class Alert:
    """An event as it would have been told; of one that was told, ended_at is `None` while it goes
    on."""

    camera: str
    rule: str
    title: str
    severity: str
    slot: int
    zone: str | None
    started_at: datetime
    met_at: datetime
    ended_at: datetime | None
    duration_s: float
    peak: float
    peak_at: datetime
    unit: str


@dataclass(frozen=True, slots=True)
class Damaged:
    """A file that cannot be read: the minute it stands for, and why."""

    minute: datetime
    reason: str


@dataclass(slots=True)
class Replayed:
    """One camera's time. alerts: of episodes begun in it, as they ended; minutes: those of which
    something was seen; blind: those of which it was kept that nothing could be, and why."""

    alerts: list[Alert] = field(default_factory=list)
    minutes: set[datetime] = field(default_factory=set)
    blind: dict[datetime, str] = field(default_factory=dict)
    damaged: list[Damaged] = field(default_factory=list)


Watcher = Callable[[str, Look, Judged], None]
"""Is shown each look from the asked time on, judged, with the run of the worker that saw it."""


class CameraReplay:
    """Judges the time since <= begun < until of one camera."""

    def __init__(
        self,
        camera: str,
        rules: Sequence[Rule],
        since: datetime,
        until: datetime,
        contexts: Contexts = NOTHING_KNOWN,
    ) -> None:
        self.found = Replayed()
        self._camera = camera
        self._rules = rules
        self._since = since
        self._until = until
        self._run = ""
        self._contexts = contexts
        self._judge = Judge(rules, contexts, for_minutes=False)
        self._look: Look | None = None

    def over(self, folder: Path, watcher: Watcher | None = None) -> Replayed:
        """Everything that was kept below `folder`."""
        for recording in self._recordings(folder):
            if recording.source.run != self._run:
                self._finish()
                self._run = recording.source.run
                self._judge = Judge(self._rules, self._contexts, for_minutes=False)
            if not self._judged(recording, watcher):
                break
        self._finish()
        return self.found

    def _judged(self, recording: Recording, watcher: Watcher | None) -> bool:
        """Whether what comes after it has to be seen too."""
        answers = self._judge.over(recording.looks)
        for look in recording.looks:
            if look.at >= self._until and not self._pending(look):
                return False
            self._look = look
            self._note(look)
            judged = next(answers)
            self._tell(judged.changes, look)
            if watcher is not None and look.at >= self._since:
                watcher(self._run, look, judged)
        return True

    def _recordings(self, folder: Path) -> Iterator[Recording]:
        """Also those after `until`: what began before it goes on."""
        last = self._until + timedelta(days=1)
        begin = self._since.replace(second=0, microsecond=0)
        kept = recordings.files(folder, self._camera, begin, last)
        for file in [*self._lead_in(folder, begin), *kept]:
            try:
                yield recordings.read(file.path)
            except InputError as e:
                self._lost(file, e)

    def _lead_in(self, folder: Path, begin: datetime) -> list[recordings.File]:
        """The recordings just before, from the last one on in which nobody was in view."""
        before = recordings.files(folder, self._camera, begin - LEAD_IN, begin)
        for i in reversed(range(len(before))):
            if _empty(before[i].path):
                return before[i:]
        return before

    def _lost(self, file: recordings.File, error: InputError) -> None:
        minute = file.start.replace(second=0, microsecond=0)
        if self._since < minute + MINUTE and minute < self._until:
            self.found.damaged.append(Damaged(minute, str(error)))

    def _pending(self, look: Look) -> bool:
        """Whether something that began before the end still runs."""
        return any(look.when(e.started_t) < self._until for e in self._judge.running)

    def _note(self, look: Look) -> None:
        minute = look.at.replace(second=0, microsecond=0)
        if not self._since <= look.at < self._until:
            return
        if look.blind is None:
            self.found.minutes.add(minute)
        else:
            self.found.blind.setdefault(minute, look.blind)

    def _finish(self) -> None:
        """The worker stopped, or nothing more was kept: what ran ends where it was last seen."""
        if self._look is not None:
            self._tell(self._judge.finish(), self._look)

    def _tell(self, changes: Sequence[Change], look: Look) -> None:
        for change in changes:
            if change.kind is Kind.ENDED:
                alert = alert_of(self._camera, change.episode, look)
                if self._since <= alert.started_at < self._until:
                    self.found.alerts.append(alert)


def alert_of(camera: str, episode: Episode, look: Look) -> Alert:
    """An event that has ended, dated by the look that ended it."""
    rule = episode.rule
    assert episode.met_t is not None
    assert episode.ended_t is not None
    return Alert(
        camera=camera,
        rule=rule.name,
        title=rule.title,
        severity=rule.severity,
        slot=episode.slot,
        zone=episode.zone,
        started_at=look.when(episode.started_t),
        met_at=look.when(episode.met_t),
        ended_at=look.when(episode.ended_t),
        duration_s=episode.duration_s,
        peak=episode.peak,
        peak_at=look.when(episode.peak_t),
        unit=MEASURES[rule.measure].unit,
    )


def _empty(path: Path) -> bool:
    """Whether a recording holds nobody at all; a damaged one may."""
    try:
        return not any(look.bodies for look in recordings.read(path).looks)
    except InputError:
        return False
