"""A bend that is drawn is found, measured, told and stored, once a day, by what watches cameras.

Each worker shows its own engine a drawn scene between the pictures of its cameras. The event is a
test: no page, report or receiver tells of it. Its row says that all from engine to store works.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

import structlog

from monitor.capture.mannequin import MannequinSource, View
from monitor.clock import Clock
from monitor.disk import Disk, at_once
from monitor.pipeline import CameraPipeline, CameraPlan
from monitor.pose.engine import Engine
from monitor.posture.episodes import Change, Kind
from monitor.posture.gravity import Calibration
from monitor.posture.model import Frame
from monitor.posture.rules import Rule
from monitor.recorder import FaceFinder, Keep, Recorder
from monitor.store.tables import Incident

log = structlog.get_logger()

FIRST_S = 300.0
"""After the start, when the worker has settled (ours)."""

EVERY_S = 24 * 3600.0

LOOK_S = 0.2
"""Five pictures a second, as cameras are looked at."""

PATIENCE_S = 20.0
"""The bend is told of after 5 s; a worker that needs so long is not fit to watch (ours)."""

SCENE = View("bend", pitch=20.0, distance=4.0, width=480, height=270)

RULE = Rule(
    name="self-test",
    title="Self-test",
    pack="self-test",
    version="1",
    measure="trunk_flexion",
    enter=60.0,
    leave=55.0,
    hold=((0.0, 4.0),),
    release_s=1.0,
    remind_s=60.0,
    forget_s=15.0,
    severity="notice",
    advice="None: nobody was there.",
    source="ours: the drawn figure bends by 80°",
)


@dataclass(slots=True)
class _Run:
    """One showing of the scene. Times are steady seconds."""

    pipeline: CameraPipeline
    begun_t: float
    look_t: float


class SelfTest:
    """Comes due by itself; `step` does one look's worth of it."""

    def __init__(
        self,
        camera: str,
        engine: Engine,
        clock: Clock,
        keep: Keep,
        faces: FaceFinder,
        disk: Disk = at_once,
    ) -> None:
        """camera: one of the worker's, by which its tests are told from other workers'. disk:
        writes."""
        self._plan = CameraPlan(
            camera,
            (RULE,),
            fps=1 / LOOK_S,
            calibration=Calibration(SCENE.pitch, SCENE.roll, SCENE.fov, "settings", 1.0),
            fov_known=True,
        )
        self._engine = engine
        self._clock = clock
        self._source = MannequinSource(SCENE, clock)
        self._recorder = Recorder(
            self._plan, engine.name, replace(keep, landmarks=False), faces, test=True, disk=disk
        )
        self._due_t = clock.steady() + FIRST_S
        self._run: _Run | None = None
        self._failing: Incident | None = None

    def step(self) -> None:
        """Judge the next drawn picture if its time has come; between tests this does nothing."""
        t = self._clock.steady()
        if self._run is None:
            if t >= self._due_t:
                self._due_t = t + EVERY_S
                pipeline = CameraPipeline(self._plan, self._engine, self._clock)
                self._run = _Run(pipeline, t, t)
        elif t >= self._run.look_t:
            self._run.look_t = t + LOOK_S
            self._look(self._run, t)

    def _look(self, run: _Run, t: float) -> None:
        picture = self._source.picture(t - run.begun_t)
        step = run.pipeline.step(Frame(picture.image, self._clock.now(), t))
        self._recorder.record(step)
        told = _told(step.changes)
        if told or t - run.begun_t > PATIENCE_S:
            self._recorder.record(run.pipeline.finish(t, step.at))
            self._run = None
            self._say(told)

    def _say(self, passed: bool) -> None:
        camera, now = self._plan.name, self._clock.now()
        log.info("self-test", camera=camera, passed=passed)
        if passed and self._failing is not None:
            self._failing.ended_at = now
            self._recorder.row(self._failing)
            self._failing = None
        elif not passed and self._failing is None:
            self._failing = Incident(
                id=uuid4(),
                camera=camera,
                kind="selftest",
                reason="the worker of this camera did not tell of a drawn bend in its self-test; "
                "start Plumbline again, and report this if it comes back",
                started_at=now,
            )
            self._recorder.row(self._failing)


def _told(changes: Sequence[Change]) -> bool:
    return any(change.kind is Kind.STARTED for change in changes)
