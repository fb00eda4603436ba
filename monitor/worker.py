"""One process: its cameras, one capture thread each, one stepping loop."""

import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

import structlog

from monitor import calibrations, coaches
from monitor.capture.feed import Feed, FeedState
from monitor.capture.open import make_source
from monitor.clock import Clock
from monitor.pipeline import CameraPipeline, CameraPlan, Step
from monitor.pose.engine import Engine
from monitor.recorder import FaceFinder, Keep, Recorder, nobody
from monitor.redact import redact
from monitor.store.tables import CameraState

log = structlog.get_logger()

STATE_S = 2.0
"""How often a camera says how it is."""

SILENCE_S = 0.5
"""How often a silence is told to the pipeline, however often other cameras wake the loop."""

COACH_S = 60.0
"""How often what was seen of people is kept for the next start."""

SNAPSHOT_S = 10.0
"""How often the last blurred picture of a camera is renewed."""


@dataclass(frozen=True, slots=True)
class CameraJob:
    """Where a camera is and how it is watched."""

    plan: CameraPlan
    url: str
    rtsp_transport: Literal["tcp", "udp"] = "tcp"
    open_timeout_s: float = 10.0
    read_timeout_s: float = 10.0


class WatchedCamera:
    """A camera's feed, its pipeline and its recorder."""

    def __init__(
        self,
        job: CameraJob,
        engine: Engine,
        clock: Clock,
        wakeup: threading.Event,
        keep: Keep,
        faces: FaceFinder,
    ) -> None:
        plan = job.plan
        self._job = job
        self._clock = clock
        self._snapshots = keep.snapshots
        self._pipeline = CameraPipeline(plan, engine, clock)
        self._calibration = calibrations.file_of(keep.data, plan.name)
        self._learnt = 0
        if plan.calibration.origin == "assumed":
            calibrations.restore(self._calibration, self._pipeline.vertical)
        self._coach = coaches.file_of(keep.data, plan.name)
        coaches.restore(self._coach, self._pipeline.coach)
        self._recorder = Recorder(plan, engine.name, keep, faces)
        self._feed = Feed(
            plan.name,
            lambda: make_source(
                job.url,
                clock=clock,
                rtsp_transport=job.rtsp_transport,
                open_timeout_s=job.open_timeout_s,
                read_timeout_s=job.read_timeout_s,
            ),
            fps=plan.fps,
            clock=clock,
            wakeup=wakeup,
        )
        self._frames_in = 0
        self._step: Step | None = None
        self._state = ("starting", "", clock.now())
        self._latency_ms: float | None = None
        self._snapshot: str | None = None
        self._told_t = self._snapshot_t = self._silence_t = float("-inf")
        self._picture_t = self._coach_t = clock.steady()

    @property
    def name(self) -> str:
        return self._job.plan.name

    def start(self) -> None:
        self._feed.start()

    def step(self) -> bool:
        """Judge the newest picture, if there is a new one; say how things are."""
        feed = self._feed.state
        frame = self._feed.take()
        now, t = self._clock.now(), self._clock.steady()
        if frame is not None:
            self._picture_t = frame.t
            came_in = feed.frames_in - self._frames_in
            self._frames_in = feed.frames_in
            self._step = self._pipeline.step(frame, came_in)
            self._latency_ms = 1000.0 * (self._clock.steady() - frame.t)
            self._recorder.record(self._step)
            self._keep_calibration()
            self._keep_coach(t)
        elif self._silent(feed, t):
            self._silence_t = t
            self._step = self._pipeline.silence(t, now, feed.reason or "no pictures")
            self._recorder.record(self._step)
        self._recorder.minutes(self._pipeline.minutes.closed(now))
        self._say(feed, t, now)
        return frame is not None

    def _silent(self, feed: FeedState, t: float) -> bool:
        """Whether no pictures come, and it is time to say so."""
        quiet = feed.state == "down" or t - self._picture_t > self._job.plan.gap_s
        return quiet and t - self._silence_t >= SILENCE_S

    def stop(self) -> None:
        """End what runs and keep everything. A capture thread that hangs is left behind."""
        self._feed.stop(timeout=0.1)
        now, t = self._clock.now(), self._clock.steady()
        self._recorder.record(self._pipeline.finish(t, now))
        self._recorder.minutes(self._pipeline.minutes.flush())
        coaches.save(self._coach, self._pipeline.coach)
        self._state = ("off", "", now)
        self._recorder.row(self._state_row(self._feed.state, now))

    def _say(self, feed: FeedState, t: float, now: datetime) -> None:
        state, reason = self._how(feed)
        if (state, reason) != self._state[:2]:
            log.info("camera", camera=self._job.plan.name, state=state, reason=reason)
            self._state = (state, reason, feed.since if state == feed.state else now)
            self._told_t = float("-inf")
            trouble = {"down": "down", "blind": reason}.get(state)
            self._recorder.trouble(trouble, reason, now)
        if t - self._told_t >= STATE_S:
            self._told_t = t
            self._keep_snapshot(t)
            self._recorder.row(self._state_row(feed, now))

    def _how(self, feed: FeedState) -> tuple[str, str]:
        step = self._step
        if feed.state == "up" and step is not None:
            if step.frame is None and (step.at - feed.since).total_seconds() > self._job.plan.gap_s:
                return "down", "no pictures come"
            if step.frame is not None and step.blind is not None:
                return "blind", step.blind
        return feed.state, feed.reason

    def _keep_calibration(self) -> None:
        vertical = self._pipeline.vertical
        if vertical.revision != self._learnt:
            self._learnt = vertical.revision
            calibrations.save(self._calibration, vertical)

    def _keep_coach(self, t: float) -> None:
        if t - self._coach_t >= COACH_S:
            self._coach_t = t
            coaches.save(self._coach, self._pipeline.coach)

    def _keep_snapshot(self, t: float) -> None:
        step = self._step
        if step is None or step.frame is None or t - self._snapshot_t < SNAPSHOT_S:
            return
        self._snapshot_t = t
        picture = self._recorder.blurred(step.frame.image, None, [slot.pose for slot in step.slots])
        if picture is None:
            return
        name = f"{self._job.plan.name}.jpg"
        aside = self._snapshots / f".{name}"
        try:
            aside.write_bytes(picture)
            aside.replace(self._snapshots / name)
        except OSError as e:
            log.warning("snapshot not stored", camera=self._job.plan.name, reason=str(e))
        else:
            self._snapshot = name

    def _state_row(self, feed: FeedState, now: datetime) -> CameraState:
        state, reason, since = self._state
        vertical = self._pipeline.vertical
        return CameraState(
            camera=self._job.plan.name,
            url=redact(self._job.url),
            state=state,
            reason=reason,
            since=since,
            fps_asked=self._job.plan.fps,
            fps_reached=feed.fps_reached,
            latency_ms=self._latency_ms,
            reconnects=feed.reconnects,
            people=len(self._step.people) if self._step is not None else 0,
            width=feed.width or None,
            height=feed.height or None,
            frame_at=feed.last_at,
            snapshot=self._snapshot,
            calibration={**asdict(vertical.calibration), "looks": vertical.looks},
            coach=self._pipeline.coach.told(self._job.plan.rules),
            updated_at=now,
        )


class Worker:
    """Steps its cameras in turn until told to stop."""

    def __init__(
        self,
        jobs: Sequence[CameraJob],
        engine: Engine,
        clock: Clock,
        keep: Keep,
        faces: FaceFinder = nobody,
    ) -> None:
        self._wakeup = threading.Event()
        self._stopping = False
        keep.snapshots.mkdir(parents=True, exist_ok=True)
        self.cameras = [
            WatchedCamera(job, engine, clock, self._wakeup, keep, faces) for job in jobs
        ]

    def run(self, alive: Callable[[str], None]) -> None:
        """Until `stop`; `alive` is called with the name of each camera before it is looked at."""
        for camera in self.cameras:
            camera.start()
        try:
            while not self._stopping:
                self.step(0.5, alive)
        finally:
            for camera in self.cameras:
                camera.stop()

    def step(self, timeout: float, alive: Callable[[str], None]) -> None:
        """Wait for a picture, then look at every camera once."""
        self._wakeup.wait(timeout)
        self._wakeup.clear()
        for camera in self.cameras:
            if self._stopping:
                return
            alive(camera.name)
            camera.step()

    def stop(self) -> None:
        """A signal may come at any moment, even while a lock is held: this sets no event."""
        self._stopping = True


def stop_on_signals(worker: Worker) -> None:
    """End cleanly on SIGTERM; Ctrl-C is the supervisor's to handle."""
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
