"""Worker processes, and when one must be replaced."""

import os
import pickle
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from monitor.pose.engines import EngineName
from monitor.recorder import Keep
from monitor.worker import CameraJob

log = structlog.get_logger()

HUNG_S = 20.0
"""A worker that has not come round for this long is replaced. Its longest honest round is one
search and one look for each person of each of its cameras: well under a second each."""

START_S = 60.0
"""A new worker may take this long until its first round: it loads the model."""

CALM_S = 600.0
"""A worker that lived this long has not been dying."""

AGAIN_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Waits before a worker that keeps dying is started again; the last one repeats."""


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


class Crew:
    """One worker process (`python -m monitor.work`) and its cameras, started again whenever it
    is gone. It writes a byte to its standard output at every round: its heartbeat."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._beat: float | None = None
        self._deaths = 0
        self._again_at = 0.0

    @property
    def names(self) -> list[str]:
        return [job.plan.name for job in self._orders.jobs]

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        self._beat, self._started = None, time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "monitor.work"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        with self._process.stdin as told:
            pickle.dump(self._orders, told)
        log.info("worker started", pid=self._process.pid, cameras=self.names)

    def trouble(self) -> str | None:
        """Why this worker must be replaced, if it must."""
        if self._process is None:
            return None
        if self._process.poll() is not None:
            return f"ended with exit status {self._process.returncode}"
        self._listen(self._process)
        now = time.monotonic()
        if self._beat is None:
            return "did not come to life" if now - self._started > START_S else None
        return "does not answer" if now - self._beat > HUNG_S else None

    def drop(self) -> None:
        """End the process at once; `revive` starts it again after a pause."""
        if time.monotonic() - self._started > CALM_S:
            self._deaths = 0
        self._kill()
        self._again_at = time.monotonic() + AGAIN_S[min(self._deaths, len(AGAIN_S) - 1)]
        self._deaths += 1

    def revive(self) -> None:
        if self._process is None and time.monotonic() >= self._again_at:
            self.start()

    def ask_to_stop(self) -> None:
        if self._process is not None:
            self._process.terminate()

    def wait_stopped(self, until: float) -> None:
        """Until it has ended or `until` (monotonic seconds) has come; then it is killed."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("worker killed: it did not stop", cameras=self.names)
        self._kill()

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
        self._process = None

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        if process.stdout.read(65536):
            self._beat = time.monotonic()


def shared_out(jobs: Sequence[CameraJob], workers: int) -> list[list[CameraJob]]:
    """Cameras dealt to `workers` processes (0: as many as cores), none of them empty."""
    count = min(workers or len(os.sched_getaffinity(0)), len(jobs))
    return [list(jobs[i::count]) for i in range(count)]
