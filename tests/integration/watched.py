"""A camera's pipeline and recorder on a clock that is told, through kills and restarts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.pipeline import CameraPipeline, CameraPlan
from monitor.posture.minutes import Minute
from monitor.posture.model import Frame, Pose
from monitor.posture.rules import Rule
from monitor.recorder import Keep, Recorder
from monitor.store.database import migrate, open_database, sessions_of
from monitor.store.journal import Drainer, Journal
from monitor.store.tables import Base
from monitor.worker import ACCOUNT_S
from tests.builders import a_pose, joints
from tests.fakes import FakeClock, ToldEngine

BEGIN = datetime.fromisoformat("2026-03-02T12:00:20+00:00")
PICTURES = np.random.default_rng(0).integers(0, 255, (5, 48, 64, 3), np.uint8)


Row = TypeVar("Row", bound=Base)


class Watched:
    """`dock`, watched by one worker after another; no rule but those given."""

    def __init__(self, folder: Path, rules: Sequence[Rule] = ()) -> None:
        self.keep = Keep(folder, keep_free_mb=0)
        self.clock = FakeClock(BEGIN)
        self.rules = rules
        self._poses: Sequence[Pose] = ()
        self._saved = BEGIN
        self._shown = 0
        self.start()

    def start(self) -> None:
        """A worker; the one before, if it was not stopped, was killed."""
        plan = CameraPlan("dock", tuple(self.rules))
        self._recorder = Recorder(plan, "told", self.keep)
        since = self._recorder.resume()
        engine = ToldEngine(lambda: self._poses)
        left = self._recorder.left(self.clock.now(), self.clock.steady())
        self._pipeline = CameraPipeline(plan, engine, self.clock, since, left)
        self._save([])

    def show(self, seconds: float, *, bent: float | None = None, every_s: float = 0.2) -> None:
        """Pictures, nobody in them or somebody bent forward by so many degrees."""
        bodies = [] if bent is None else [a_pose(joints(trunk=bent, yaw=90), at=(32, 30), scale=12)]
        self._poses = bodies
        for _ in range(max(1, round(seconds / every_s))):
            self.clock.advance(every_s)
            self._shown += 1
            picture = PICTURES[self._shown % len(PICTURES)]
            picture = np.roll(picture, self._shown // len(PICTURES), axis=1)
            frame = Frame(picture, self.clock.now(), self.clock.steady())
            self._recorder.record(self._pipeline.step(frame, 5))
            self._round()

    def silence(self, seconds: float) -> None:
        for _ in range(max(1, round(seconds / 0.5))):
            self.clock.advance(0.5)
            step = self._pipeline.silence(self.clock.steady(), self.clock.now(), "no pictures")
            self._recorder.record(step)
            self._round()

    def stop(self) -> None:
        """In good order."""
        self._recorder.record(self._pipeline.finish(self.clock.steady(), self.clock.now()))
        self._recorder.minutes(self._pipeline.minutes.flush(), (), self._pipeline.until)
        self._recorder.close()
        self._saved = self.clock.now()

    def leave(self) -> None:
        """In good order, for another worker."""
        self._recorder.record(self._pipeline.leave(self.clock.steady(), self.clock.now()))
        self._recorder.minutes(self._pipeline.minutes.flush(), (), self._pipeline.until)
        self._saved = self.clock.now()

    @property
    def unsaid_s(self) -> float:
        """How long ago the account was written."""
        return (self.clock.now() - self._saved).total_seconds()

    def rows(self, table: type[Row]) -> Sequence[Row]:
        with self.session() as session:
            return session.scalars(select(table)).all()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """On the database, all rows written."""
        engine = open_database(f"sqlite:///{self.keep.data / 'plumbline.db'}")
        migrate(engine, backups=self.keep.data)
        sessions = sessions_of(engine)
        Drainer(Journal(self.keep.journal), sessions, lambda *_: None).empty()
        with sessions() as session:
            yield session
        engine.dispose()

    def _round(self) -> None:
        over = self._pipeline.minutes.closed(self._pipeline.until)
        if over or self.clock.now() - self._saved >= timedelta(seconds=ACCOUNT_S):
            self._save(over)

    def _save(self, over: Sequence[Minute]) -> None:
        minutes = self._pipeline.minutes
        self._recorder.minutes(over, minutes.running, self._pipeline.until)
        self._saved = self._pipeline.until
