"""Starts and watches the worker processes, the journal's drainer, the scheduled work and the
pages."""

import signal
import time
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from apscheduler.schedulers.base import BaseScheduler
from sqlalchemy.orm import Session

from monitor.clock import Clock, ClockSteps
from monitor.crews import Crews, Loss
from monitor.errors import PlumblineError
from monitor.outage import Outage
from monitor.pages import Pages
from monitor.sd_notify import notify
from monitor.store.closing import LeftOpen
from monitor.store.database import Sessions
from monitor.store.journal import Drainer, Entry, Journal
from monitor.store.outbox import Receiver, announce_event
from monitor.store.tables import Base, CameraState, Event, Incident
from monitor.vitals import LivedTime
from monitor.watchdog import Watchdog

log = structlog.get_logger()

ROUND_S = 0.5

STOP_S = 6.0
"""Time to end open episodes and flush, before a worker is killed."""

DRAIN_S = 1.5
"""Time to write the last rows; what is left waits in the journal for the next start."""


class Supervisor:
    """Everything `plumbline run` keeps going."""

    def __init__(
        self,
        crews: Crews,
        journal: Journal,
        sessions: Sessions,
        receivers: Sequence[Receiver],
        scheduler: BaseScheduler,
        clock: Clock,
        *,
        pages: Pages | None,
    ) -> None:
        """pages: `None` to serve none."""
        self._crews = crews
        self._journal = journal
        self._receivers = receivers
        self._scheduler = scheduler
        self._clock = clock
        self._drainer = Drainer(journal, sessions, self._written)
        self._pages = pages
        self._lived = LivedTime()
        self._steps = ClockSteps(clock)
        self._outage = Outage()
        self._stall: Incident | None = None
        self._backlog: deque[Entry] = deque()
        self._watchdog = Watchdog()
        self._asked_to_stop = False

    def run(self) -> None:
        """Until SIGTERM or Ctrl-C."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._ask_to_stop())
        self.start()
        self._scheduler.start()
        self._watchdog.start()
        notify(f"READY=1\nSTATUS={len(self._crews.names)} cameras, {len(self._crews)} workers")
        try:
            while not self._asked_to_stop:
                self.step()
                time.sleep(ROUND_S)
        finally:
            notify("STOPPING=1")
            self._scheduler.shutdown(wait=False)
            self.stop()

    def start(self) -> None:
        """End what was left open when we were last gone; then the first workers."""
        self._keep(LeftOpen(self._crews.names, self._clock.now(), everything=True))
        self._drainer.empty()
        self._drainer.start()
        self._crews.revive(self._lived.round(self._clock.steady()))

    def step(self) -> None:
        """Replace whoever is gone, hangs or takes too much; never waits for the database."""
        if not self._drainer.alive:
            raise PlumblineError("the thread that writes to the database is gone; see the log")
        t = self._lived.round(self._clock.steady())
        now = self._clock.now()
        for loss in self._crews.step(t):
            self._tell_loss(loss, now)
        self._crews.revive(t)
        self._tell_stall(now)
        self._tell_step(now)
        self._flush()
        if self._pages is not None:
            self._pages.keep()
        self._watchdog.feed()
        notify("WATCHDOG=1")

    def stop(self) -> None:
        until = time.monotonic() + STOP_S
        if self._pages is not None:
            self._pages.stop()
        if killed := self._crews.stop(until):
            self._keep(LeftOpen(killed, self._clock.now()))
        self._drainer.stop(DRAIN_S)
        log.info("stopped")

    def _ask_to_stop(self) -> None:
        """A signal may come at any moment, even while a lock is held: it sets this and no more."""
        self._asked_to_stop = True

    def _tell_loss(self, loss: Loss, now: datetime) -> None:
        reason = f"its worker process {loss.reason} and was started again"
        for camera in loss.cameras:
            self._keep(_incident("worker", reason, now, camera=camera, ended_at=now))
        self._keep(LeftOpen(loss.cameras, now))
        if loss.alone is not None:
            reason = "it ended its worker again and again, and has a worker of its own now"
            self._keep(_incident("alone", reason, now, camera=loss.alone))

    def _tell_stall(self, now: datetime) -> None:
        reason = self._stalled()
        if reason is not None and self._stall is None:
            self._stall = _incident("stall", reason, now)
            self._keep(self._stall)
            log.warning("stalled", reason=reason)
        elif reason is None and self._stall is not None:
            self._stall.ended_at = now
            self._keep(self._stall)
            self._stall = None
            log.info("stalled no more")

    def _tell_step(self, now: datetime) -> None:
        step = self._steps.stepped()
        if step is None:
            return
        way = "forward" if step > timedelta(0) else "back"
        reason = f"the computer's clock was set {way} by {abs(step.total_seconds()):.0f} s"
        log.warning("clock set", reason=reason)
        self._keep(_incident("clock", reason, now, ended_at=now))

    def _stalled(self) -> str | None:
        """Why nothing can be expected of cameras and workers, and nobody is to blame."""
        if self._crews.stalled:
            return f"{self._crews.stalled} workers stopped at once: this computer is overloaded"
        if cameras := self._outage.cameras:
            return f"{cameras} cameras went down at once: check the network they share"
        return None

    def _written(self, session: Session, row: Base, new: bool) -> None:
        if isinstance(row, CameraState):
            self._outage.see(row.camera, row.state, self._clock.steady())
        if new and isinstance(row, Event):
            announce_event(session, row, self._receivers, self._clock.now())

    def _keep(self, entry: Entry) -> None:
        self._backlog.append(entry)
        self._flush()

    def _flush(self) -> None:
        """Into the journal, oldest first; what the disk refuses waits in memory."""
        while self._backlog:
            try:
                self._journal.put(self._backlog[0])
            except OSError as e:
                log.error("journal not written, kept in memory", reason=str(e))
                return
            self._backlog.popleft()


def _incident(
    kind: str,
    reason: str,
    at: datetime,
    *,
    camera: str | None = None,
    ended_at: datetime | None = None,
) -> Incident:
    return Incident(
        id=uuid4(), camera=camera, kind=kind, reason=reason, started_at=at, ended_at=ended_at
    )
