"""One camera's capture thread: connect, grab, keep the newest picture, connect again."""

import os
import random
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import inf
from typing import Literal

import structlog

from monitor.capture.gather import gather_s
from monitor.capture.rate import Flood
from monitor.capture.rest import LONGEST_S, Rest
from monitor.capture.source import Packet, Picture, Source
from monitor.clock import Clock, FrameTimes
from monitor.errors import PlumblineError
from monitor.posture.model import Frame
from monitor.redact import redact

LATE_S = 0.8
"""Of a stream read so long after its pictures were taken, none is decoded until it is caught up
with, and what was decoded so late, or waited so long for its turn, is not looked at: on a computer
that is too slow a look may be missed, but none is old. With its own judgement a look is to be no
older than 1.5 s."""

TRIES = 2
"""So often what came meanwhile is decoded for a fresher picture; then it waits for the next key
picture, which needs no others."""

NICE = 5
"""By so much less urgent are the threads that decode: a third of the weight of the one that judges,
which they all wait for, and which would get a ninth of its core among eight of them on a computer
that is too slow."""

State = Literal["starting", "up", "down", "ended"]


@dataclass(frozen=True, slots=True)
class FeedState:
    """What is known of a camera at one moment.

    reason: why it is down, one short clause without credentials, else empty. since: when the
    state began. frames_in: pictures that arrived; in_t: stamp of the newest; sampled: those kept
    for a look. resting: nobody is there, and few are looked at (`monitor.capture.rest`).
    reconnects: connections made after the first. last_t, last_at: stamps of the newest sample.
    fps_reached: pictures a second taken by the worker over the last 10 s.
    """

    state: State
    since: datetime
    reason: str = ""
    frames_in: int = 0
    in_t: float | None = None
    resting: bool = False
    sampled: int = 0
    reconnects: int = 0
    last_t: float | None = None
    last_at: datetime | None = None
    fps_reached: float = 0.0
    width: int = 0
    height: int = 0


class Sampler:
    """Which pictures of a stream to look at for `fps` looks a second.

    Slots lie on a grid; the first picture at or after a slot is taken, so that jitter shifts a
    look by at most one picture and never the rate. A picture later than a whole slot starts a
    new grid, half a slot before it: gaps are not made up for, and of a stream slower than `fps`
    every picture is taken.
    """

    def __init__(self, fps: float):
        self.fps = fps
        self._slot: float | None = None

    def due(self, t: float) -> bool:
        period = 1.0 / self.fps
        if self._slot is None:
            self._slot = t
            return True
        slot = self._slot + period
        if t < slot - 1e-6:
            return False
        self._slot = slot if t - slot < period else t - period / 2
        return True


class Backoff:
    """Seconds to wait before the next attempt to connect.

    `first_s`, doubling up to `soon_s` during the first minute of an outage, so that a camera that
    was restarted is back within 5 s of its return, and up to `cap_s` after it. Forgotten once
    pictures have come for 30 s. Waits are shortened by up to a quarter at random, so that cameras
    which went down together do not come back together.
    """

    def __init__(
        self,
        *,
        first_s: float = 0.5,
        soon_s: float = 3.0,
        cap_s: float = 30.0,
        chance: Callable[[], float] = random.random,
    ):
        self._first_s = first_s
        self._soon_s = soon_s
        self._cap_s = cap_s
        self._chance = chance
        self._tries = 0
        self._began: float | None = None

    def failed(self, t: float, pictures_for_s: float) -> float:
        """An attempt or connection failed at `t` after giving pictures for so long."""
        if self._began is None or pictures_for_s >= 30.0:
            self._began, self._tries = t, 0
        cap_s = self._soon_s if t - self._began < 60.0 else self._cap_s
        wait_s = min(cap_s, self._first_s * 2.0 ** min(self._tries, 16))
        self._tries += 1
        return wait_s * (1.0 - 0.25 * self._chance())


class Slot:
    """Holds the newest frame nobody has taken yet."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self._closed = False

    def put(self, frame: Frame) -> None:
        """A frame that takes the place of one never looked at stands for its rest too."""
        with self._changed:
            rested = self._frame is not None and self._frame.rested
            self._frame = replace(frame, rested=True) if rested else frame
            self._changed.notify_all()

    @property
    def since(self) -> float | None:
        """Stamp of the frame that waits."""
        frame = self._frame
        return None if frame is None else frame.t

    def wait_empty(self) -> None:
        """Until the frame has been taken or the slot is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is None or self._closed)

    def take(self, timeout: float, *, since: float = -inf) -> Frame | None:
        """An older frame than `since` stays: one that takes its place stands for it too."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or self._closed, timeout)
            if self._frame is None or self._frame.t < since:
                return None
            frame, self._frame = self._frame, None
            self._changed.notify_all()
            return frame

    def close(self) -> None:
        """Nothing more will be put: nobody waits any longer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class Feed:
    """Pictures of one camera at `fps`, newest first; comes back by itself for ever.

    make: builds the source, anew for every connection. wakeup: set at every new frame and change
    of state, and may be shared by the feeds of a worker: wait, clear, then take from each.
    Of a source that is not live every sample is handed on: the next waits until it is taken.
    `state`, `take`, `waiting_s` and `rest` are for one other thread, `set_fps` and `stop` for any.
    """

    def __init__(
        self,
        name: str,
        make: Callable[[], Source],
        *,
        fps: float,
        clock: Clock,
        wakeup: threading.Event | None = None,
        backoff: Backoff | None = None,
    ):
        self.name = name
        self._make = make
        self._clock = clock
        self.wakeup = wakeup or threading.Event()
        self._backoff = backoff or Backoff()
        self._sampler = Sampler(fps)
        self._rest = Rest()
        self._times = FrameTimes(clock)
        self._flood = Flood()
        self._stream_s: float | None = None
        self._stands = False
        self._began: tuple[float, float, datetime] | None = None
        self._slot = Slot()
        self._late, self._looked_t = 0, -inf
        self._taken: deque[float] = deque()
        self._live, self._last_t = False, -inf
        self._stopping = threading.Event()
        self._state = FeedState("starting", clock.now())
        self._up_from: float | None = None
        self._log = structlog.get_logger().bind(camera=name)
        self._thread = threading.Thread(target=self._run, name=f"capture {name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> None:
        """Ends the thread; one that hangs in a driver is left behind after `timeout`."""
        self._stopping.set()
        self._slot.close()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def set_fps(self, fps: float) -> None:
        self._sampler.fps = fps

    def rest(self, *, there: bool, sought: bool) -> None:
        """Whether somebody is there, or searched for: else few pictures are looked at."""
        self._rest.there, self._rest.sought = there, sought

    def take(self, timeout: float = 0.0) -> Frame | None:
        """The newest frame not taken yet, waiting up to `timeout` seconds for one. Of a live source
        one that waited until it is too old is left for a fresher one, but `LONGEST_S` after the
        last look; at rest the next key picture is asked for."""
        since = min(self._clock.steady() - LATE_S, self._last_t + LONGEST_S)
        frame = self._slot.take(timeout, since=since if self._live else -inf)
        if frame is not None:
            self._last_t = frame.t
            self._taken.append(self._clock.steady())
        elif self._slot.since is not None:
            self._looked_t = self._last_t
            self._rest.looked(self._last_t)
        return frame

    @property
    def waiting_s(self) -> float:
        """How long ago the picture was taken that waits; 0 when none does."""
        since = self._slot.since
        return 0.0 if since is None else self._clock.steady() - since

    @property
    def state(self) -> FeedState:
        return replace(self._state, fps_reached=self._fps_reached())

    def _fps_reached(self) -> float:
        taken = self._taken
        oldest = self._clock.steady() - 10.0
        while taken and taken[0] < oldest:
            taken.popleft()
        lasted = taken[-1] - taken[0] if len(taken) > 1 else 0.0
        return (len(taken) - 1) / lasted if lasted > 0.0 else 0.0

    def _run(self) -> None:
        _make_way()
        while not self._stopping.is_set():
            try:
                self._connection()
            except PlumblineError as e:
                self._lost(redact(str(e)))
            except Exception as e:  # noqa: BLE001 - one camera's surprise must not blind it for good
                self._log.exception("capture failed")
                self._lost(f"capture failed ({type(e).__name__}): see the log")
            else:
                break
        self._slot.close()
        self.wakeup.set()

    def _lost(self, reason: str) -> None:
        now = self._clock.steady()
        lasted = now - self._up_from if self._up_from is not None else 0.0
        self._up_from = None
        if not self._stopping.is_set():
            self._change("down", reason)
            self._stopping.wait(self._backoff.failed(now, lasted))

    def _connection(self) -> None:
        """One connection, until the source ends or breaks."""
        source = self._make()
        try:
            source.open()
            while not self._stopping.is_set():
                began = self._clock.steady()
                stream_s = source.grab()
                waited_s = self._clock.steady() - began
                if stream_s is None:
                    self._change("ended")
                    return
                self._grabbed(source, stream_s)
                if source.live:
                    flood_s = self._flood.wait_s(self._clock.steady())
                    self._stopping.wait(max(flood_s, self._gather_s(source.packet, waited_s)))
        finally:
            source.close()

    def _gather_s(self, packet: Packet | None, waited_s: float) -> float:
        in_t = self._state.in_t
        if packet is None or not packet.kept or self._stands or in_t is None:
            return 0.0
        return gather_s(self._clock.steady() - in_t, waited_s)

    def _grabbed(self, source: Source, stream_s: float) -> None:
        if self._up_from is None:
            self._came_up(source)
        index = self._state.frames_in
        t, at = self._stamp(source, stream_s)
        resting = self._rest.rests(t, source.packet)
        self._state = replace(
            self._state, frames_in=index + 1, in_t=t, resting=resting or self._state.resting
        )
        if not self._skipped(source, t) and self._due(source, t, resting):
            picture = source.retrieve()
            late = self._is_late(source, t)
            self._late = self._late + 1 if late else 0
            if not late:
                self._rest.looked(t)
                self._look(source, picture, t, at, index)
                self._state = replace(self._state, resting=resting)

    def _skipped(self, source: Source, t: float) -> bool:
        """Whether to read on: decoding fell behind the camera."""
        if source.packet is not None and source.packet.key:
            self._late = 0
        return self._is_late(source, t) or (self._late >= TRIES and not self._overdue)

    def _is_late(self, source: Source, t: float) -> bool:
        """Too old to be looked at, and fresher ones will come."""
        waits = source.live and source.packet is not None and not self._overdue
        return waits and self._clock.steady() - t > LATE_S

    @property
    def _overdue(self) -> bool:
        """Whether the next picture is looked at, however old: some streams have no key pictures."""
        return self._clock.steady() - self._looked_t >= LONGEST_S

    def _due(self, source: Source, t: float, resting: bool) -> bool:
        return self._rest.due(t, source.packet) if resting else self._sampler.due(t)

    def _look(self, source: Source, picture: Picture, t: float, at: datetime, index: int) -> None:
        """Hand on the picture grabbed last, which came then."""
        self._looked_t = self._clock.steady()
        height, width = picture.image.shape[:2]
        t, at = t - picture.behind_s, at - timedelta(seconds=picture.behind_s)
        self._state = replace(
            self._state,
            sampled=self._state.sampled + 1, last_t=t, last_at=at, width=width, height=height,
        )  # fmt: skip
        rested = self._state.resting
        self._slot.put(Frame(picture.image, at, t, index, picture.truth, rested))
        self.wakeup.set()
        if not source.live:
            self._slot.wait_empty()

    def _came_up(self, source: Source) -> None:
        self._up_from, self._live = self._clock.steady(), source.live
        self._rest.wake(self._up_from)
        again = self._state.frames_in > 0
        self._state = replace(self._state, reconnects=self._state.reconnects + again)
        self._change("up")

    def _stamp(self, source: Source, stream_s: float) -> tuple[float, datetime]:
        """A source that is not live runs apart from time: its own clock alone counts.

        The clock of a live one that stands still counts for nothing, at once.
        """
        if not source.live:
            if self._began is None:
                self._began = stream_s, self._clock.steady(), self._clock.now()
            first_s, t, at = self._began
            return t + stream_s - first_s, at + timedelta(seconds=stream_s - first_s)
        self._stands = stream_s == self._stream_s
        self._stream_s = stream_s
        return self._times.stamp(None if self._stands else stream_s)

    def _change(self, state: State, reason: str = "") -> None:
        if (state, reason) == (self._state.state, self._state.reason):
            return
        since = self._state.since if state == self._state.state else self._clock.now()
        self._state = replace(self._state, state=state, reason=reason, since=since)
        self._log.info(f"camera {state}", reason=reason or None)
        self.wakeup.set()


def _make_way() -> None:
    """From now on this thread runs when no more urgent one wants to. On Linux each has a priority
    of its own, which anybody may lower."""
    thread = threading.get_native_id()
    os.setpriority(os.PRIO_PROCESS, thread, min(19, os.getpriority(os.PRIO_PROCESS, thread) + NICE))
