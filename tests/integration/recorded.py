"""A site whose single camera was watched for a while: its landmarks, rows and settings."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session

from monitor.pipeline import CameraPipeline, CameraPlan
from monitor.posture.model import Frame, Pose
from monitor.posture.rules import Rule
from monitor.recorder import Keep, Recorder
from monitor.settings import load, rules_of
from monitor.store.database import migrate, open_database, sessions_of
from monitor.store.journal import Drainer, Journal
from tests.builders import a_pose, joints
from tests.fakes import FakeClock, ToldEngine

BEGIN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LOOK_S = 0.4
RNG = np.random.default_rng(0)
CAMERAS = "cameras: [{name: dock, url: 'mannequin:', fps: 5}, {name: gate, url: 'mannequin:'}]\n"


class Recorded:
    """One life of a worker after another watches `dock`, a look every `LOOK_S`."""

    def __init__(self, folder: Path, site: str = "") -> None:
        self.data = folder / "var"
        self.data.mkdir()
        self.settings = folder / "my.yaml"
        self.settings.write_text(f"data: {self.data}\n{site}{CAMERAS}")
        self.clock = FakeClock(BEGIN)
        self.keep = Keep(self.data, keep_free_mb=0, landmarks=True)
        self.start()

    @property
    def rules(self) -> Sequence[Rule]:
        settings = load(self.settings, {})
        return rules_of(settings.cameras[0], settings)

    @property
    def folder(self) -> Path:
        return self.keep.recordings

    def start(self) -> None:
        plan = CameraPlan("dock", tuple(self.rules), 1 / LOOK_S)
        self._poses: Sequence[Pose] = ()
        self._pipeline = CameraPipeline(plan, ToldEngine(lambda: self._poses), self.clock)
        self._recorder = Recorder(plan, "told", self.keep)

    def show(self, seconds: float, *bent: float) -> None:
        """People bent by so many degrees, side by side; they tremble as people do."""
        for _ in range(round(seconds / LOOK_S)):
            self.clock.advance(LOOK_S)
            self._poses = [
                a_pose(joints(trunk=deg + RNG.normal(0, 2), yaw=90), at=(40 + 80 * i, 70), scale=25)
                for i, deg in enumerate(bent)
            ]
            picture = RNG.integers(0, 255, (120, 160, 3), np.uint8)
            frame = Frame(picture, self.clock.now(), self.clock.steady())
            self._recorder.record(self._pipeline.step(frame, 5))

    def silence(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.5)):
            self.clock.advance(0.5)
            step = self._pipeline.silence(self.clock.steady(), self.clock.now(), "no pictures")
            self._recorder.record(step)

    def stop(self) -> None:
        step = self._pipeline.finish(self.clock.steady(), self.clock.now())
        self._recorder.record(step)
        self._recorder.minutes(self._pipeline.minutes.flush(), (), self._pipeline.until)
        self._recorder.close()

    def off(self, minutes: float) -> None:
        """Nobody watches; then the worker starts again."""
        self.stop()
        self.clock.advance(60 * minutes)
        self.start()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """On the database, all rows written."""
        engine = open_database(f"sqlite:///{self.data / 'plumbline.db'}")
        migrate(engine, backups=self.data)
        sessions = sessions_of(engine)
        Drainer(Journal(self.keep.journal), sessions, lambda *_: None).empty()
        with sessions() as session:
            yield session
        engine.dispose()


def after(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)
