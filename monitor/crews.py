"""All workers together: whom to replace, whom to put alone, and when to hold still."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog

from monitor.crew import HUNG_S, Crew, Trouble

log = structlog.get_logger()

STALE_S = HUNG_S / 2
"""Silences that began within this of one another began together."""

STALL_S = 60.0
"""So long after everybody fell silent, one after the other is started anew."""

STRIKES, STRIKES_S = 3, 3600.0
"""A camera that ended its worker so often within so long is put alone."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A worker is gone. cameras: it had; alone: the one of them that will have a worker of its
    own from now on."""

    cameras: Sequence[str]
    reason: str
    alone: str | None = None


class Crews:
    """The workers of this computer. Times `t` are seconds as the supervisor lived them."""

    def __init__(self, crews: Sequence[Crew]) -> None:
        self._crews = list(crews)
        self._strikes: dict[str, list[float]] = defaultdict(list)
        self._stalled_at = -math.inf
        self.stalled = 0
        """How many workers fell silent together, when that is half of them or more."""

    def __iter__(self) -> Iterator[Crew]:
        return iter(self._crews)

    def __len__(self) -> int:
        return len(self._crews)

    @property
    def names(self) -> list[str]:
        return [name for crew in self._crews for name in crew.names]

    def step(self, t: float) -> list[Loss]:
        """Whom to start again is gone afterwards, and starts with `revive`."""
        troubles = [(crew, trouble) for crew in self._crews if (trouble := crew.trouble(t))]
        self.stalled = self._silent_together(t, [trouble for _, trouble in troubles])
        spared = self._spared(t)
        return [
            self._lost(crew, trouble, t)
            for crew, trouble in troubles
            if not (trouble.silent and crew in spared)
        ]

    def revive(self, t: float) -> None:
        for crew in self._crews:
            crew.revive(t)

    def stop(self, until: float) -> list[str]:
        """Ask all to end, and wait until `until` (monotonic seconds); the cameras of those that
        did not."""
        for crew in self._crews:
            crew.ask_to_stop()
        return [name for crew in self._crews if not crew.wait_stopped(until) for name in crew.names]

    def _silent_together(self, t: float, troubles: Sequence[Trouble]) -> int:
        stale = sum(crew.silence(t) > STALE_S for crew in self._crews)
        together = stale >= 2 and 2 * stale >= len(self._crews)
        return stale if together and any(trouble.silent for trouble in troubles) else 0

    def _spared(self, t: float) -> list[Crew]:
        """Who is not replaced while everybody hangs: the fault is not theirs. In the end one at a
        time is, the next when that one has come to life. When the first wakes by itself, the
        others are given time to."""
        if not self.stalled:
            wakes = t - self._stalled_at <= HUNG_S
            return [c for c in self._crews if wakes and c.silence(t) <= STALL_S]
        self._stalled_at = t
        silent = sorted((c for c in self._crews if c.alive), key=lambda crew: -crew.silence(t))
        waited = silent[0].silence(t) > STALL_S and len(silent) == len(self._crews)
        return silent[1:] if waited else silent

    def _lost(self, crew: Crew, trouble: Trouble, t: float) -> Loss:
        log.error("worker replaced", reason=trouble.reason, cameras=crew.names)
        names = crew.names
        alone = self._parted(crew, trouble.culprit, t) if trouble.culprit else None
        crew.drop(t, blamed=trouble.culprit is not None and alone is None)
        return Loss(names, trouble.reason, alone)

    def _parted(self, crew: Crew, culprit: str, t: float) -> str | None:
        """The culprit, if it has done it too often and leaves the others. A wrong guess costs a
        process, never a camera."""
        strikes = [at for at in self._strikes[culprit] if t - at <= STRIKES_S] + [t]
        self._strikes[culprit] = strikes
        if len(strikes) < STRIKES or crew.names == [culprit]:
            return None
        self._crews.append(crew.part_with(culprit))
        log.error("camera put alone", camera=culprit, deaths=len(strikes))
        return culprit
