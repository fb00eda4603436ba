"""One process: its cameras, one capture thread each, one stepping loop."""

import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Literal

import structlog

from monitor import calibrations, coaches
from monitor.capture.feed import Feed, FeedState
from monitor.capture.line import Line
from monitor.capture.main_stream import MainStream
from monitor.capture.open import make_source
from monitor.capture.rate import Rate
from monitor.capture.rest import LONGEST_S, LOOK_S
from monitor.capture.urls import camera_kind, shown
from monitor.capture.watch import WORDS
from monitor.clock import Clock
from monitor.disk import Disk, Writer, at_once
from monitor.durable import write_whole
from monitor.main_pictures import Main
from monitor.pipeline import CameraPipeline, CameraPlan, Step
from monitor.pose.engine import Engine
from monitor.posture.minutes import Minute
from monitor.posture.sampling import OLD_S, Budget
from monitor.recorder import FaceFinder, Keep, Recorder, nobody
from monitor.selftest import SelfTest
from monitor.store.tables import CameraState

log = structlog.get_logger()

STATE_S = 2.0
"""How often a camera says how it is."""

SILENCE_S = 0.5
"""How often a silence is told to the pipeline, however often other cameras wake the loop."""

ACCOUNT_S = 10.0
"""How often the running minute is kept: a worker that is killed loses no more of it."""

COACH_S = 60.0
"""How often what was seen of people is kept for the next start."""

LIVE = ("rtsp", "http", "usb")
"""Cameras whose pictures come at a rate of their own."""

TOO_LATE = "the computer is overloaded: pictures come and are too old by the time they are read"

TOO_LATE_S = 15.0
"""So long nothing is looked at of a camera before that makes it down. Until then it is said that
the computer is overloaded, and the time is blind: whenever many cameras are opened at once there
are some such seconds."""

SHAPE = 0.05
"""Streams whose shapes differ by less show the same: encoders round sizes to 16 pixels (896 x 512
of a 16:9 picture), while one of 4:3 or 704 x 480 is off by a fifth and more."""

SNAPSHOT_S = 10.0
"""How often the last blurred picture of a camera is renewed."""


@dataclass(frozen=True, slots=True)
class CameraJob:
    """Where a camera is and how it is watched. substream: watched in place of `url`, which shows
    events then."""

    plan: CameraPlan
    url: str
    substream: str | None = None
    rtsp_transport: Literal["tcp", "udp"] = "tcp"
    open_timeout_s: float = 10.0
    read_timeout_s: float = 10.0

    @property
    def watched(self) -> str:
        return self.substream or self.url

    def line(self) -> Line:
        """To the main stream, not opened yet."""
        return Line(
            self.url,
            rtsp_transport=self.rtsp_transport,
            open_timeout_s=self.open_timeout_s,
            read_timeout_s=self.read_timeout_s,
        )


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
        budget: Budget | None = None,
        disk: Disk = at_once,
    ) -> None:
        plan, now, t = job.plan, clock.now(), clock.steady()
        self._job = job
        self._clock = clock
        self._budget = budget or Budget()
        self._snapshots = keep.snapshots
        self._disk = disk
        self._main = None if job.substream is None else MainStream(plan.name, job.line, clock)
        main = None if self._main is None else Main(self._main.at, engine.follow)
        self._recorder = Recorder(plan, engine.name, keep, faces, main=main, disk=disk)
        left = self._recorder.left(now, t)
        self._pipeline = CameraPipeline(
            plan, engine, clock, self._recorder.resume(), left, self._budget
        )
        self._calibration = calibrations.file_of(keep.data, plan.name)
        self._learnt = 0
        if plan.calibration.origin == "assumed":
            calibrations.restore(self._calibration, self._pipeline.vertical)
        self._coach = coaches.file_of(keep.data, plan.name)
        coaches.restore(self._coach, self._pipeline.coach)
        self._feed = Feed(
            plan.name,
            lambda: make_source(
                job.watched,
                clock=clock,
                rtsp_transport=job.rtsp_transport,
                open_timeout_s=job.open_timeout_s,
                read_timeout_s=job.read_timeout_s,
            ),
            fps=plan.fps,
            clock=clock,
            wakeup=wakeup,
        )
        self._rate = Rate(plan.fps)
        self._frames_in = 0
        self._step: Step | None = None
        self._state = ("starting", "", now)
        self.age_s = 0.0
        """Of the picture judged last, as its judgement began; 0 when there was none."""
        self._latency_ms: float | None = None
        self._latencies_ms: list[float] = []
        self._snapshot: str | None = None
        self._told_t = self._snapshot_t = self._silence_t = self._account_t = float("-inf")
        self._picture_t = self._coach_t = t

    @property
    def name(self) -> str:
        return self._job.plan.name

    @property
    def turn(self) -> tuple[bool, bool, float]:
        """Whose is lower is looked at first: where somebody may be or a picture waits since
        `OLD_S`, where there may soon be something to tell, and longest ago."""
        may_wait = not self._pipeline.there and self._feed.waiting_s < OLD_S
        return may_wait, not self._pipeline.near, self._picture_t

    def start(self) -> None:
        self._feed.start()
        if self._main is not None:
            self._main.start()

    def step(self) -> bool:
        """Judge the newest picture, if there is a new one; say how things are."""
        feed = self._feed.state
        frame = self._feed.take()
        now, t = self._clock.now(), self._clock.steady()
        self.age_s = 0.0 if frame is None else t - frame.t
        if frame is not None:
            self._picture_t = frame.t
            came_in = feed.frames_in - self._frames_in
            self._frames_in = feed.frames_in
            self._step = self._pipeline.step(frame, came_in)
            self._feed.rest(there=self._pipeline.there, sought=self._pipeline.sought)
            self._feed.set_fps(self._budget.fps(self._pipeline.fps))
            self._latencies_ms.append(1000.0 * (self._clock.steady() - frame.t))
            self._recorder.record(self._step)
            self._keep_calibration()
            self._keep_coach(t)
        elif self._silent(feed, t):
            self._silence_t = t
            self._step = self._pipeline.silence(t, now, feed.reason or "no pictures")
            self._recorder.record(self._step)
        self._keep_minutes(t, self._pipeline.minutes.closed(self._pipeline.until))
        self._say(feed, t, now)
        return frame is not None

    def _silent(self, feed: FeedState, t: float) -> bool:
        """Whether no pictures come, and it is time to say so."""
        gap_s = self._job.plan.gap_s
        late = t - self._picture_t > gap_s
        if feed.resting and feed.in_t is not None:
            late = t - feed.in_t > gap_s or t - self._picture_t > gap_s + LONGEST_S
        return (feed.state == "down" or late) and t - self._silence_t >= SILENCE_S

    def stop(self, *, for_good: bool = True) -> None:
        """End what runs, or leave it to the worker that comes after; keep everything. A capture
        thread that hangs is left behind."""
        self._feed.stop(timeout=0.1)
        if self._main is not None:
            self._main.stop(timeout=0.1)
        now, t = self._clock.now(), self._clock.steady()
        end = self._pipeline.finish if for_good else self._pipeline.leave
        self._recorder.record(end(t, now))
        self._recorder.minutes(self._pipeline.minutes.flush(), (), self._pipeline.until)
        self._save_coach()
        self._state = ("off", "", now)
        self._recorder.row(self._state_row(self._feed.state, now))
        if for_good:
            self._recorder.close()

    def _keep_minutes(self, t: float, over: Sequence[Minute]) -> None:
        if over or t - self._account_t >= ACCOUNT_S:
            self._account_t = t
            minutes = self._pipeline.minutes
            self._recorder.minutes(over, minutes.running, self._pipeline.until)

    def _say(self, feed: FeedState, t: float, now: datetime) -> None:
        if camera_kind(self._job.url) in LIVE:
            rate = self._rate.look(t, feed.frames_in, feed.state == "up")
            self._recorder.tell("rate", rate, now)
        self._recorder.tell("main", self._lesser(feed) or None, now)
        state, reason = self._how(feed)
        if (state, reason) != self._state[:2]:
            log.info("camera", camera=self._job.plan.name, state=state, reason=reason)
            self._state = (state, reason, feed.since if state == feed.state else now)
            self._told_t = float("-inf")
            blind = self._step.blind if state == "blind" and self._step is not None else None
            self._recorder.trouble("down" if state == "down" else blind, reason, now)
        if t - self._told_t >= STATE_S:
            self._told_t = t
            self._keep_snapshot(t)
            self._latency_ms = max(self._latencies_ms, default=self._latency_ms)
            self._latencies_ms.clear()
            self._recorder.row(self._state_row(feed, now))

    def _how(self, feed: FeedState) -> tuple[str, str]:
        step = self._step
        if feed.state == "up" and step is not None:
            if step.frame is None:
                up_s = (step.at - feed.since).total_seconds()
                unseen_s = min(up_s, step.t - self._picture_t)
                reason = why_unseen(feed, step.t, unseen_s, self._job.plan.gap_s, self._budget.busy)
                if reason is not None:
                    return "down", reason
            if step.frame is not None and step.blind is not None:
                return "blind", WORDS[step.blind]
            if step.astray is not None:
                return "blind", step.astray
            if self._budget.overloaded(self._clock.steady()):
                return "up", "the computer is overloaded: every camera is looked at less often"
            if lesser := self._lesser(feed):
                return "up", lesser
        return feed.state, feed.reason

    def _lesser(self, feed: FeedState) -> str:
        """Why the main stream does not serve; empty when it does."""
        if self._main is None:
            return ""
        if self._main.trouble:
            return f"pictures of events come from the substream: {self._main.trouble}"
        (width, height), (main_width, main_height) = (feed.width, feed.height), self._main.size
        if abs(width * main_height - height * main_width) > SHAPE * height * main_width:
            return (
                f"the substream's picture is of another shape ({width} x {height}) than the main "
                f"stream's ({main_width} x {main_height}): angles in it are wrong if it is squeezed"
            )
        return ""

    def _keep_calibration(self) -> None:
        vertical = self._pipeline.vertical
        if vertical.revision != self._learnt:
            self._learnt = vertical.revision
            written = calibrations.written(vertical)
            self._disk(partial(calibrations.save, self._calibration, written))

    def _keep_coach(self, t: float) -> None:
        if t - self._coach_t >= COACH_S:
            self._coach_t = t
            self._save_coach()

    def _save_coach(self) -> None:
        written = coaches.written(self._pipeline.coach)
        self._disk(partial(coaches.save, self._coach, written))

    def _keep_snapshot(self, t: float) -> None:
        step = self._step
        if step is None or step.frame is None or t - self._snapshot_t < SNAPSHOT_S:
            return
        self._snapshot_t = t
        picture = self._recorder.blurred(step.frame.image, None, [slot.pose for slot in step.slots])
        if picture is not None:
            self._disk(partial(self._save_snapshot, picture))

    def _save_snapshot(self, picture: bytes) -> None:
        name = f"{self._job.plan.name}.jpg"
        try:
            write_whole(self._snapshots / name, picture)
        except OSError as e:
            log.warning("snapshot not stored", camera=self._job.plan.name, reason=str(e))
        else:
            self._snapshot = name

    def _state_row(self, feed: FeedState, now: datetime) -> CameraState:
        state, reason, since = self._state
        vertical = self._pipeline.vertical
        return CameraState(
            camera=self._job.plan.name,
            url=shown(self._job.url, self._job.substream),
            state=state,
            reason=reason,
            since=since,
            fps_asked=1.0 / LOOK_S if feed.resting else self._pipeline.fps,
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


def why_unseen(feed: FeedState, t: float, unseen_s: float, gap_s: float, busy: bool) -> str | None:
    """Why nothing was looked at for `unseen_s` by `t`, of a camera that is connected; `None` while
    it is not worth telling."""
    if busy and feed.in_t is not None and t - feed.in_t <= gap_s:
        return TOO_LATE if unseen_s > TOO_LATE_S else None
    return "no pictures come" if unseen_s > gap_s else None


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
        self._clock = clock
        self._budget = Budget()
        self._wakeup = threading.Event()
        self._stopping = False
        self._for_good = True
        self._writer = Writer()
        disk = self._writer.do
        keep.snapshots.mkdir(parents=True, exist_ok=True)
        self.cameras = [
            WatchedCamera(job, engine, clock, self._wakeup, keep, faces, self._budget, disk)
            for job in jobs
        ]
        self._self_test = SelfTest(jobs[0].plan.name, engine, clock, keep, faces, disk)

    def run(self, alive: Callable[[str], None]) -> None:
        """Until `stop`; `alive` is called with the name of each camera before it is looked at."""
        for camera in self.cameras:
            camera.start()
        try:
            while not self._stopping:
                self.step(0.5, alive)
                self._self_test.step()
        finally:
            self.end()

    def end(self) -> None:
        """All cameras stop, and everything is written."""
        try:
            for camera in self.cameras:
                camera.stop(for_good=self._for_good)
        finally:
            self._writer.close()

    def step(self, timeout: float, alive: Callable[[str], None]) -> None:
        """Wait for a picture, then look at every camera once, those that may wait last: after a
        picture of one of these the round begins anew if another picture has come meanwhile."""
        self._wakeup.wait(timeout)
        self._wakeup.clear()
        began = self._clock.steady()
        for camera in sorted(self.cameras, key=lambda camera: camera.turn):
            if self._stopping:
                return
            alive(camera.name)
            may_wait, *_ = camera.turn
            judged = camera.step()
            if judged and may_wait and self._wakeup.is_set():
                break
        ended = self._clock.steady()
        self._budget.spent(ended, ended - began, max(camera.age_s for camera in self.cameras))

    def stop(self) -> None:
        """A signal may come at any moment, even while a lock is held: this sets no event."""
        self._stopping = True

    def make_way(self) -> None:
        """The same, for another worker that takes up what runs."""
        self._for_good, self._stopping = False, True


def stop_on_signals(worker: Worker) -> None:
    """End cleanly on SIGTERM, make way on SIGUSR1; Ctrl-C is the supervisor's to handle."""
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    signal.signal(signal.SIGUSR1, lambda *_: worker.make_way())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
