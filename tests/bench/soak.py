"""Does anything grow? Plumbline for an hour with faults, and a month of short days.

The hour is real: `plumbline run` in processes of its own watches drawn, replayed and RTSP cameras.
In its first fifth workers are killed and Plumbline is restarted; then its workers live on to be
measured, while the RTSP server goes on being killed and stopped. The month is not: its days are
`--day` seconds of work at five looks a second, as fast as they can be judged, by a worker in this
process that is made anew each day; between them the clock steps on and the nightly jobs run.
Prints one JSON object on one line:

hour: minutes, faults; of the workers that lived through the measured part: memory_mb_per_hour (the
    steepest fitted line), memory_mb, handles_grown and threads_grown (most in its last quarter
    beyond most in its first); events; database_mb
month: days, looks, events; memory_mb_per_day after the first fifth; database_mb after a third of
    the days, after two, and in the end, with ten days' retention

The hour's figures are told on standard error as soon as they are known.
Run from the repository: `make soak`, or shorter
`python -m tests.bench.soak --minutes 10 --days 3 --day 20`.
"""

import argparse
import json
import logging
import os
import random
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import structlog
from sqlalchemy import func, select

from monitor import jobs
from monitor.compose import camera_jobs
from monitor.pose.blazepose.engine import BlazePoseEngine
from monitor.pose.models import pose_graphs
from monitor.recorder import Keep
from monitor.settings import load
from monitor.store.database import Sessions, migrate, open_database, sessions_of
from monitor.store.journal import Drainer, Journal
from monitor.store.tables import Event
from monitor.vitals import memory_mb
from monitor.worker import CameraJob, Worker
from tests.fakes import FakeClock
from tests.integration.conftest import DATA
from tests.integration.plumbline import Plumbline, running, workers
from tests.integration.rtsp import RtspServer, missing
from tests.integration.video import encode_h264, numbered
from tests.media import MEDIA

SAMPLE_S = 5.0
FAULT_S = 45.0
"""Seconds between two faults, on the average."""

FIRST_PART = 0.2
"""The share of the time in which processes are killed, and which is not measured."""

LOOKS = 5.0
KEPT_DAYS = 10
UTC_ZONE = ZoneInfo("UTC")

DRAWN = """
workers: 2
cameras:
  - {name: hall, url: "mannequin:shift", pitch_deg: 20}
  - {name: gate, url: "mannequin:cross?people=2", pitch_deg: 20}
"""


def main() -> None:
    asked = arguments()
    quiet = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(wrapper_class=quiet)
    with tempfile.TemporaryDirectory() as folder:
        told = {"hour": hour(Path(folder) / "hour", asked.minutes * 60.0)}
        print(json.dumps(told), file=sys.stderr)
        told["month"] = month(Path(folder) / "month", asked.days, asked.day)
    print(json.dumps(told))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--day", type=float, default=60.0)
    asked = parser.parse_args()
    if asked.minutes <= 0 or asked.days < 1 or asked.day <= 0:
        parser.error("--minutes, --days and --day are above 0")
    return asked


@dataclass(frozen=True, slots=True)
class Sample:
    t: float
    memory_mb: float
    handles: int
    threads: int


def sample(pid: int, t: float) -> Sample:
    process = Path(f"/proc/{pid}")
    handles, threads = (len(list((process / what).iterdir())) for what in ("fd", "task"))
    return Sample(t, memory_mb(pid), handles, threads)


def hour(folder: Path, seconds: float) -> dict[str, Any]:
    folder.mkdir()
    with a_server(folder) as server:
        settings = DRAWN + "".join(more_cameras(server))
        with running(folder / "site", settings, "--no-dashboard") as site:
            watched = Hour(site, server, seconds)
            watched.run()
            database = (site.data / "plumbline.db").stat().st_size / 1e6
            events = len(site.rows(Event))
    return watched.told() | {"events": events, "database_mb": round(database, 2)}


@contextmanager
def a_server(folder: Path) -> Iterator[RtspServer | None]:
    """An RTSP camera where GStreamer is installed."""
    if missing():
        yield None
        return
    server = RtspServer()
    server.add("/yard", encode_h264(numbered(250), folder / "yard.h264", 25, gop=25), 25, "loop")
    server.start()
    try:
        yield server
    finally:
        server.kill()


def more_cameras(server: RtspServer | None) -> Iterator[str]:
    film = MEDIA / "bend-crouch-with-dog.mp4"
    if film.exists():
        yield f'  - {{name: dock, url: "file:{film}?loop=true"}}\n'
    if server is not None:
        yield f'  - {{name: yard, url: "{server.address("/yard")}", read_timeout_s: 3}}\n'


class Hour:
    """Samples, and now and then a fault."""

    def __init__(self, site: Plumbline, server: RtspServer | None, seconds: float) -> None:
        self._site, self._server, self._seconds = site, server, seconds
        self._chance = random.Random(1)
        self._samples: dict[int, list[Sample]] = defaultdict(list)
        self._faults: dict[str, int] = defaultdict(int)

    def run(self) -> None:
        begun = time.monotonic()
        while (t := time.monotonic() - begun) < self._seconds:
            measured = t >= FIRST_PART * self._seconds
            if self._chance.random() < SAMPLE_S / FAULT_S:
                self._fault(self._chance.choice(self._faults_now(measured)))
            for pid in workers(self._site) if measured else ():
                self._sample(pid, t)
            time.sleep(SAMPLE_S)

    def _sample(self, pid: int, t: float) -> None:
        try:
            self._samples[pid].append(sample(pid, t))
        except FileNotFoundError:
            self._faults["worker gone"] += 1

    def _faults_now(self, measured: bool) -> Sequence[Callable[[], None]]:
        of_camera = [] if self._server is None else [self._server_killed, self._server_stopped]
        of_processes = [self._worker_killed, self._worker_stopped, self._restarted]
        return of_camera if measured else of_camera + of_processes

    def _fault(self, fault: Callable[[], None]) -> None:
        self._faults[fault.__name__.strip("_")] += 1
        fault()

    def _server_killed(self) -> None:
        assert self._server is not None
        self._server.kill()
        time.sleep(SAMPLE_S)
        self._server.start()

    def _server_stopped(self) -> None:
        assert self._server is not None
        self._server.signal(signal.SIGSTOP)
        time.sleep(SAMPLE_S)
        self._server.signal(signal.SIGCONT)

    def _worker_killed(self) -> None:
        self._signal(signal.SIGKILL)

    def _worker_stopped(self) -> None:
        self._signal(signal.SIGSTOP)

    def _signal(self, number: int) -> None:
        if found := workers(self._site):
            os.kill(self._chance.choice(found), number)

    def _restarted(self) -> None:
        self._site.stop()
        self._site.start()

    def told(self) -> dict[str, Any]:
        lived = [s for s in self._samples.values() if s[-1].t - s[0].t > 0.7 * self._seconds]
        return {
            "minutes": round(self._seconds / 60.0, 1),
            "faults": dict(self._faults),
            "workers": len(lived),
            "memory_mb_per_hour": _most(slope([(x.t, x.memory_mb) for x in s]) for s in lived),
            "memory_mb": _most(s[-1].memory_mb for s in lived),
            "handles_grown": _most(grown([x.handles for x in s]) for s in lived),
            "threads_grown": _most(grown([x.threads for x in s]) for s in lived),
        }


def slope(samples: Sequence[tuple[float, float]]) -> float:
    """By least squares, an hour."""
    t, value = np.array(samples).T
    return float(np.polyfit(t / 3600.0, value, 1)[0])


def grown(values: Sequence[int]) -> int:
    quarter = max(1, len(values) // 4)
    return max(values[-quarter:]) - max(values[:quarter])


def _most(values: Iterable[float]) -> float | None:
    most = max(values, default=None)
    return None if most is None else round(most, 2)


def month(folder: Path, days: int, day_s: float) -> dict[str, Any]:
    keep = Keep(folder, keep_free_mb=0, landmarks=True)
    folder.mkdir()
    database = folder / "plumbline.db"
    store = open_database(f"sqlite:///{database}")
    migrate(store, backups=folder / "backups")
    sessions, clock = sessions_of(store), FakeClock(datetime(2026, 3, 2, 6, 0, tzinfo=UTC))
    engine = BlazePoseEngine(pose_graphs(DATA))
    memory, sizes, looks = [], [], 0
    for day in range(days):
        looks += one_day(Worker(short_days(folder), engine, clock, keep), clock, day_s)
        nightly(sessions, keep, clock)
        memory.append((3600.0 * day, memory_mb(os.getpid())))
        sizes.append(round(database.stat().st_size / 1e6, 2))
    with sessions() as session:
        events = session.scalar(select(func.count()).select_from(Event))
    store.dispose()
    return {
        "days": days,
        "looks": looks,
        "events": events,
        "memory_mb_per_day": round(slope(memory[days // 5 :]), 2) if days > 4 else None,
        "database_mb": [sizes[days // 3], sizes[2 * days // 3], sizes[-1]],
    }


def short_days(folder: Path) -> list[CameraJob]:
    """Drawn cameras that are drawn as fast as they are judged."""
    settings = folder / "plumbline.yaml"
    settings.write_text(
        DRAWN.replace("shift", "shift?pace=asap&fps=5").replace(
            "cross?people=2", "stoop-lift?pace=asap&fps=5"
        )
    )
    return camera_jobs(load(settings, {"PLUMBLINE_DATA": str(folder)}))


def one_day(worker: Worker, clock: FakeClock, seconds: float) -> int:
    """How many looks there were."""
    looks = 0
    for camera in worker.cameras:
        camera.start()
    for _ in range(round(seconds * LOOKS)):
        for camera in worker.cameras:
            while not camera.step():
                time.sleep(0.002)
            looks += 1
        clock.advance(1.0 / LOOKS)
    worker.end()
    return looks


def nightly(sessions: Sessions, keep: Keep, clock: FakeClock) -> None:
    """A night passes, and everything is done that is done in it."""
    Drainer(Journal(keep.journal), sessions, lambda *_: None).empty()
    noon = clock.now().replace(hour=6, minute=0) + timedelta(days=1)
    clock.advance((noon - clock.now()).total_seconds())
    age = jobs.Retention(KEPT_DAYS, KEPT_DAYS, KEPT_DAYS, KEPT_DAYS, KEPT_DAYS)
    jobs.purge(sessions, keep.data, age, clock.now())
    jobs.sweep(sessions, keep.data, clock.now())
    jobs.check_store(sessions, clock.now(), thorough=True)
    jobs.shorten_log(sessions)
    jobs.report_one_day(
        sessions, keep.data / "reports", "soak", UTC_ZONE, ["hall", "gate"],
        due_at=clock.now().time(), now=clock.now(), by="soak",
    )  # fmt: skip


if __name__ == "__main__":
    main()
