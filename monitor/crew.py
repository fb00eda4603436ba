"""Worker processes, and when one must be replaced."""

import math
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from monitor import vitals
from monitor.pose.engines import EngineName
from monitor.pulse import Pulse
from monitor.recorder import Keep
from monitor.worker import CameraJob

log = structlog.get_logger()

HUNG_S = 4.0
"""A worker that is silent for this long, while it neither computes nor waits for the processor or
the disk, will not speak again: it waits for something that does not come."""

BUSY_S = 20.0
"""A worker that computes is given this long to come to its next camera. One look with four people
at an 8K picture, the first search included, took 2.5 s on a loaded computer."""

TOIL = 0.1
"""The share of its silence through which a busy worker has run, or stood in line to."""

START_S = 60.0
"""A new worker may take this long until its first beat: it loads the model."""

RETIRE_S = 8.0
"""Time to keep what runs and flush, before a worker that was asked to go is killed."""

CALM_S = 600.0
"""A worker that lived this long has not been dying."""

AGAIN_S = (0.0, 1.0, 2.0, 4.0)
"""Waits before a worker that keeps dying is started again; the last one repeats."""

BLAMED_S = (*AGAIN_S, 8.0, 15.0, 30.0)
"""The same, when one of its cameras is to blame: it would be at it again, at the others' cost."""

WORK = (sys.executable, "-m", "monitor.work")

ALLOCATOR = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1000000"}
"""Else each capture thread keeps what it freed of its pictures to itself: a worker with six 1080p
cameras at rest takes 1121 MB, with two arenas 1042. And else the holes that pictures leave are kept
for whatever comes: eight cameras take 540 to 550 MB, 450 to 510 where whatever is larger than 1 MB
goes back as it is freed (glibc, mallopt(3))."""


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """What a worker makes its own engine from: see `monitor.pose.engines.make_engine`."""

    name: EngineName
    search_px: int
    max_people: int
    threads: int
    detector: Path | None = None


@dataclass(frozen=True, slots=True)
class Orders:
    """All that a worker process is told, on its standard input (pickled)."""

    jobs: Sequence[CameraJob]
    engine: EngineSpec
    keep: Keep


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a worker must be replaced. silent: it lives and does not answer. culprit: the camera
    that did it, if one did."""

    reason: str
    silent: bool = False
    culprit: str | None = None


class Crew:
    """One worker process and its cameras, started again whenever it is gone. Times `t` are seconds
    as the supervisor lived them."""

    def __init__(
        self,
        orders: Orders,
        *,
        memory_mb: float = float("inf"),
        program: Sequence[str] = WORK,
    ) -> None:
        """memory_mb: a worker that takes more is replaced."""
        self._orders = orders
        self._memory_mb = memory_mb
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._pulse = Pulse()
        self._started = self._heard = self._again_at = 0.0
        self._alive = False
        self._toil: tuple[float, float] | None = None
        self._deaths = 0
        self._leaving: tuple[str, float] | None = None

    @property
    def names(self) -> list[str]:
        return [job.plan.name for job in self._orders.jobs]

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has come to life; only then can it be told to be silent."""
        return self._process is not None and self._alive

    @property
    def leaving(self) -> bool:
        """Whether it was asked to go."""
        return self._leaving is not None

    def part_with(self, camera: str) -> "Crew":
        """A crew like this one, not started yet, for a camera that leaves this one."""
        leaves = [job for job in self._orders.jobs if job.plan.name == camera]
        stay = [job for job in self._orders.jobs if job.plan.name != camera]
        theirs = replace(self._orders, jobs=leaves)
        self._orders, self._deaths = replace(self._orders, jobs=stay), 0
        return Crew(theirs, memory_mb=self._memory_mb, program=self._program)

    def start(self, t: float) -> None:
        """Never waits for the new process: it may not live to hear its orders."""
        self._pulse, self._alive, self._toil = Pulse(), False, None
        self._started = self._heard = t
        with tempfile.TemporaryFile() as told:
            pickle.dump(self._orders, told)
            told.seek(0)
            self._process = subprocess.Popen(
                self._program, stdin=told, stdout=subprocess.PIPE, env={**os.environ, **ALLOCATOR}
            )
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        log.info("worker started", pid=self._process.pid, cameras=self.names)

    def heard(self, t: float) -> bool:
        """Whether it has been heard at `t`."""
        return self.alive and self._heard >= t

    def silence(self, t: float) -> float:
        """Seconds since it was last heard; 0 while it is starting or gone."""
        return t - self._heard if self.alive else 0.0

    def trouble(self, t: float) -> Trouble | None:
        """Why this worker must be replaced, if it must."""
        process = self._process
        if process is None:
            return None
        status = process.poll()
        self._listen(process, t)
        if self._leaving is not None:
            reason, until = self._leaving
            return Trouble(reason) if status is not None or t >= until else None
        if status is not None:
            return self._died(status)
        if not self._alive:
            return Trouble("did not come to life") if t - self._started > START_S else None
        self._watch_memory(process, t)
        if self._hangs(process, t):
            return Trouble("does not answer", silent=True, culprit=self._pulse.camera)
        return None

    def drop(self, t: float, *, blamed: bool) -> None:
        """End the process at once; `revive` starts it again, after a pause if it keeps dying.
        blamed: by a camera of its own."""
        if t - self._started > CALM_S:
            self._deaths = 0
        self._kill()
        waits = BLAMED_S if blamed else AGAIN_S
        self._again_at = t + waits[min(self._deaths, len(waits) - 1)]
        self._deaths += 1

    def revive(self, t: float) -> None:
        if self._process is None and t >= self._again_at:
            self.start(t)

    def ask_to_stop(self) -> None:
        if self._process is not None:
            self._process.terminate()

    def wait_stopped(self, until: float) -> bool:
        """Until it has ended or `until` (monotonic seconds) has come; then it is killed. Whether
        it ended by itself."""
        if self._process is None:
            return True
        try:
            self._process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("worker killed: it did not stop", cameras=self.names)
            return False
        finally:
            self._kill()
        return True

    def _kill(self) -> None:
        """One that the kernel holds back (a dead disk) is left to die."""
        process, self._process, self._leaving = self._process, None, None
        if process is None:
            return
        process.kill()
        try:
            process.wait(1.0)
        except subprocess.TimeoutExpired:
            log.error("worker killed, and not dead yet", pid=process.pid)
        if process.stdout is not None:
            process.stdout.close()

    def _listen(self, process: subprocess.Popen[bytes], t: float) -> None:
        assert process.stdout is not None
        said = process.stdout.read(1 << 20)
        if said and self._pulse.hear(said):
            self._alive, self._heard, self._toil = True, t, None

    def _died(self, status: int) -> Trouble:
        """What others did to it is no camera's fault."""
        if status < 0:
            reason = f"was ended by {signal.Signals(-status).name}"
            by_others = -status in (signal.SIGKILL, signal.SIGTERM)
            return Trouble(reason, culprit=None if by_others else self._pulse.culprit)
        return Trouble(f"ended with exit status {status}", culprit=self._pulse.culprit)

    def _hangs(self, process: subprocess.Popen[bytes], t: float) -> bool:
        silence = t - self._heard
        if silence <= HUNG_S / 2:
            return False
        toil = vitals.toil_s(process.pid, but=self._pulse.captures)
        if self._toil is None or math.isinf(self._toil[1]):
            self._toil = (t, toil)
        since, before = self._toil
        busy = not toil - before < TOIL * (t - since)
        return silence > (BUSY_S if busy else HUNG_S)

    def _watch_memory(self, process: subprocess.Popen[bytes], t: float) -> None:
        used = vitals.memory_mb(process.pid)
        if used > self._memory_mb:
            reason = f"used {used:.0f} MB of memory, over its limit of {self._memory_mb:.0f} MB,"
            log.warning("worker asked to make way", pid=process.pid, reason=reason)
            self._leaving = (reason, t + RETIRE_S)
            process.send_signal(signal.SIGUSR1)


def shared_out(jobs: Sequence[CameraJob], workers: int) -> list[list[CameraJob]]:
    """Cameras dealt to `workers` processes (0: as many as cores), none of them empty."""
    count = min(workers or len(os.sched_getaffinity(0)), len(jobs))
    return [list(jobs[i::count]) for i in range(count)]
