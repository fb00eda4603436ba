"""Starts and watches the worker processes, the journal's drainer, the scheduled work and the
pages."""

import signal
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import structlog
from apscheduler.schedulers.base import BaseScheduler
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from monitor.clock import Clock, ClockSteps
from monitor.crew import Crew
from monitor.pages import Pages
from monitor.store.closing import close_left_open
from monitor.store.database import Sessions
from monitor.store.journal import Drainer, Journal
from monitor.store.outbox import Receiver, announce_event
from monitor.store.tables import Base, Event, Incident

log = structlog.get_logger()

STOP_S = 8.0
"""Time to end open episodes and flush, before a worker is killed."""


class Supervisor:
    """Everything `plumbline run` keeps going."""

    def __init__(
        self,
        crews: Sequence[Crew],
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
        self._sessions = sessions
        self._receivers = receivers
        self._scheduler = scheduler
        self._clock = clock
        self._drainer = Drainer(journal, sessions, self._announce)
        self._pages = pages
        self._steps = ClockSteps(clock)
        self._stopping = threading.Event()

    def run(self) -> None:
        """Until SIGTERM or Ctrl-C."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        self._settle([name for crew in self._crews for name in crew.names])
        self._drainer.start()
        self._scheduler.start()
        for crew in self._crews:
            crew.start()
        try:
            while not self._stopping.wait(0.5):
                self.step()
        finally:
            self._scheduler.shutdown(wait=False)
            self._stop()

    def step(self) -> None:
        """Replace whoever is gone or hangs."""
        self._say_step(self._steps.stepped())
        for crew in self._crews:
            trouble = crew.trouble()
            if trouble is not None:
                self._replace(crew, trouble)
            crew.revive()
        if self._pages is not None:
            self._pages.keep()

    def _say_step(self, step: timedelta | None) -> None:
        if step is None:
            return
        now, way = self._clock.now(), "forward" if step > timedelta(0) else "back"
        reason = f"the computer's clock was set {way} by {abs(step.total_seconds()):.0f} s"
        log.warning("clock set", reason=reason)
        self._journal.put(
            Incident(
                id=uuid4(), camera=None, kind="clock", reason=reason, started_at=now, ended_at=now
            )
        )

    def _replace(self, crew: Crew, trouble: str) -> None:
        log.error("worker replaced", reason=trouble, cameras=crew.names)
        crew.drop()
        now = self._clock.now()
        for camera in crew.names:
            self._journal.put(
                Incident(
                    id=uuid4(),
                    camera=camera,
                    kind="worker",
                    reason=f"its worker process {trouble} and was started again",
                    started_at=now,
                    ended_at=now,
                )
            )
        self._settle(crew.names)

    def _settle(self, cameras: Sequence[str]) -> None:
        """What a worker that is gone left open ends where it was last seen."""
        self._drainer.empty()
        try:
            with self._sessions() as session, session.begin():
                close_left_open(session, cameras, self._clock.now())
        except SQLAlchemyError as e:
            log.error("open events not closed", reason=str(e).split("\n")[0])

    def _announce(self, session: Session, row: Base, new: bool) -> None:
        if new and isinstance(row, Event):
            announce_event(session, row, self._receivers, self._clock.now())

    def _stop(self) -> None:
        until = time.monotonic() + STOP_S
        for crew in self._crews:
            crew.ask_to_stop()
        if self._pages is not None:
            self._pages.stop()
        for crew in self._crews:
            crew.wait_stopped(until)
        self._drainer.stop()
        log.info("stopped")
