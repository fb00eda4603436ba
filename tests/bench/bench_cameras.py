"""What watching 1080p25 cameras over RTSP costs, against the loop from MediaPipe's documentation.

A real RTSP server sends real footage (`tests.bench.films`, made once into the data folder). Each
contestant is a process of its own on the same stream: a worker as `plumbline run` starts it and, at
the same time, `tests.bench.documented` on every fifth picture, then on every picture. The loops'
processor time is told by picture, since they fall behind on a busy computer. Prints one JSON object
on one line:

idle_ratio, person_ratio   the worker's processor time by that of the documented loop on every fifth
    picture; nobody there, and one person who moves
idle_ratio_every, person_ratio_every   the same by the loop on every picture
person_substream_ratio   the worker given the same camera's substream of 640 x 360 too, by the loop
    on every fifth picture of the main stream: only pictures of events are decoded of that
cpu_s_per_minute  processor seconds in a minute of one camera, by what it shows and who watches
fps_reached       looks a second of the worker, by what was shown
event_recall      of the events that looking at full decode at a fixed rate tells in the films
    `shift` and `tasks`, and tells again half a sample later, those that a worker tells too that is
    given the packets as fast as it takes them; the same is a beginning and an end within a second
event_recall_live   the same of a worker that watches the films over RTSP: what else the computer
    does counts too
events, events_extra   how many that are, and what the first of the workers told beyond them
followed_s        in `shift`, from each moment somebody comes into view until they are followed:
    both workers, and full decode at a fixed rate
rss_mb_per_camera each camera beyond the first
growth            by number of cameras, a third of them with a person: processor seconds in a minute
    of one camera, and megabytes in all
hall              with `--hall MINUTES` only: 16 cameras dealt to a worker on each core, a third of
    them with people. watched: share of their time, as what is blind costs too little; oldest_ms:
    the oldest picture as its judgement ended; fps_person, fps_empty: looks a second of the camera
    with a person, and without, that is looked at least often; alert_p95_s: from the moment a rule
    is met to its row
Run from the repository: `make bench-cameras`, or with options
`python -m tests.bench.bench_cameras --cameras 1,4,32 --seconds 60 --hall 10`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import numpy as np

from monitor import recordings
from monitor.capture.feed import Sampler
from monitor.capture.rest import Rest
from monitor.capture.streams import FileSource
from monitor.crew import Crew, EngineSpec, Orders
from monitor.pipeline import CameraPipeline, CameraPlan
from monitor.pose.engine import Engine
from monitor.pose.engines import make_engine
from monitor.posture.episodes import Episode, Kind
from monitor.posture.model import Frame
from monitor.posture.rules import Rule
from monitor.recorder import Keep
from monitor.settings import ROOT, load, rules_of
from monitor.worker import CameraJob
from tests.bench import films
from tests.fakes import FakeClock
from tests.integration.packets import PacketFilm
from tests.integration.people import AT, PRESENT
from tests.integration.rtsp import RtspServer, missing
from tests.media import MEDIA

DATA = Path(os.environ.get("PLUMBLINE_DATA") or ROOT / "var").resolve()
SETTINGS = load(ROOT / "config" / "plumbline.yaml")
ENGINE = EngineSpec("blazepose", 640, 4, 1)
WARM_UP_S = 45.0
SETTLE_S = 120.0
"""Until sixteen cameras that were all opened at once rest."""

HALL = 16
Shown = Literal["empty", "person", "substream"]
"""`substream`: the person, watched by it."""


def lowered(rule: Rule) -> Rule:
    """Met after a second, so that two minutes of footage hold events enough to compare."""
    return replace(rule, hold=((0.0, 1.0),), release_s=1.0)


RULES = tuple(lowered(rule) for rule in rules_of(SETTINGS.cameras[0], SETTINGS))
PLAN = CameraPlan("bench", RULES)


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, in seconds from the film's first picture."""

    rule: str
    began: float
    ended: float

    def same(self, other: "Happened") -> bool:
        near = max(abs(self.began - other.began), abs(self.ended - other.ended)) <= 1.0
        return self.rule == other.rule and near


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of a film: events, and when somebody was in view and believed."""

    events: Sequence[Happened]
    believed: Sequence[float]


class Site:
    """The server, and a new folder for each who watches."""

    def __init__(self, server: RtspServer, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._count = 0

    def address(self, shown: str) -> str:
        return self._server.address(f"/{'main' if shown == 'substream' else shown}")

    def _job(self, shown: str, number: int) -> CameraJob:
        substream = self._server.address("/substream") if shown == "substream" else None
        plan = replace(PLAN, name=f"{shown}-{number}")
        return CameraJob(plan, self.address(shown), substream=substream)

    def crew(self, shown: Sequence[str]) -> tuple[Crew, Keep]:
        """A worker that watches these, not started yet."""
        self._count += 1
        folder = self._folder / str(self._count)
        folder.mkdir()
        (folder / "models").symlink_to(DATA / "models")
        keep = Keep(folder, keep_free_mb=0, landmarks=True)
        jobs = [self._job(what, number) for number, what in enumerate(shown)]
        return Crew(Orders(jobs, ENGINE, keep)), keep


@contextmanager
def watching(crews: Sequence[Crew]) -> Iterator[list[int]]:
    """The process of each, running; they are asked to stop and have flushed afterwards."""
    for crew in crews:
        crew.start(0.0)
    pids = [crew.pid for crew in crews]
    try:
        yield [pid for pid in pids if pid is not None]
    finally:
        for crew in crews:
            crew.ask_to_stop()
        for crew in crews:
            crew.wait_stopped(time.monotonic() + 10.0)


def documented(address: str, each: int, seconds: float) -> subprocess.Popen[str]:
    pictures = (round(5.0 * films.FPS), round(seconds * films.FPS))
    command = [
        sys.executable,
        "-m",
        "tests.bench.documented",
        address,
        *map(str, (each, *pictures)),
    ]
    return subprocess.Popen(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )


@dataclass(frozen=True, slots=True)
class Race:
    """Processor seconds a minute of each on the same stream; of the worker also looks a second and
    megabytes."""

    used: dict[str, float]
    fps: float
    megabytes: float


def race(site: Site, shown: Shown, seconds: float) -> Race:
    """The worker beside the loop on every fifth picture, and then, by itself, the one on every
    picture, which takes a core and more: on two cores all three would slow each other down, and
    networks by more than decoders."""
    crew, keep = site.crew([shown])
    with watching([crew]) as pids:
        time.sleep(WARM_UP_S)
        fifth = documented(site.address(shown), 5, seconds)
        (used,) = cpu_s_per_minute(pids, seconds)
        megabytes = resident_mb(pids)
    loops = {"fifth": fifth, "every": documented(site.address(shown), 1, seconds)}
    told = {name: float(loop.communicate(timeout=600)[0]) for name, loop in loops.items()}
    per_minute = {name: 60.0 * cpu / seconds for name, cpu in told.items()}
    reached = [row["fps_reached"] for row in states(keep) if row["state"] == "up"]
    return Race({"worker": used, **per_minute}, float(np.median(reached[-10:])), megabytes)


def grown(site: Site, cameras: int, seconds: float) -> tuple[float, float]:
    """Processor seconds a minute of one camera, and megabytes of the worker of all."""
    crew, _ = site.crew(thirds(cameras))
    with watching([crew]) as pids:
        time.sleep(WARM_UP_S)
        (used,) = cpu_s_per_minute(pids, seconds)
        return used / cameras, resident_mb(pids)


def thirds(cameras: int) -> list[Shown]:
    return ["empty" if number % 3 else "person" for number in range(cameras)]


def hall(site: Site, minutes: float) -> dict[str, float]:
    """Sixteen cameras on all cores."""
    names = thirds(HALL)
    shares = [names[i :: os.cpu_count() or 1] for i in range(os.cpu_count() or 1)]
    pairs = [site.crew(share) for share in shares]
    with watching([crew for crew, _ in pairs]) as pids:
        time.sleep(SETTLE_S)
        since = datetime.now(UTC)
        (*used,) = cpu_s_per_minute(pids, 60.0 * minutes)
        megabytes = resident_mb(pids)
    rows = [row for _, keep in pairs for row in journal(keep) if row[0] >= since]
    states = [row for _, table, row in rows if table == "camera_state"]
    minutes_told = [row for _, table, row in rows if table == "coverage_minute"]
    late = [
        (at - datetime.fromisoformat(row["met_at"])).total_seconds()
        for at, table, row in rows
        if table == "event" and row["revision"] == 1
    ]
    return {
        "cameras": len(names),
        "minutes": minutes,
        "watched": watched(minutes_told),
        "cpu_s_per_minute": round(sum(used) / len(names), 2),
        "oldest_ms": max(row["latency_ms"] for row in states if "latency_ms" in row),
        "fps_person": least_looked_at(states, "person"),
        "fps_empty": least_looked_at(states, "empty"),
        "rss_mb": round(megabytes),
        "alerts": len(late),
        "alert_p95_s": round(float(np.percentile(late, 95)), 2) if late else float("nan"),
    }


def watched(minutes: Iterable[dict[str, Any]]) -> float:
    """Share of the cameras' time."""
    seconds = [(row["watched_s"], row["watched_s"] + row["blind_s"]) for row in minutes]
    seen, all_of_it = np.sum(seconds, axis=0)
    return round(float(seen / all_of_it), 4)


def least_looked_at(states: Iterable[dict[str, Any]], shown: Shown) -> float:
    """Looks a second, on average, of the camera of this kind that gets the fewest."""
    looks: dict[str, list[float]] = {}
    for row in states:
        if row["camera"].startswith(shown):
            looks.setdefault(row["camera"], []).append(row["fps_reached"])
    return round(min(float(np.mean(each)) for each in looks.values()), 2)


def told_live(site: Site, shown: str, film: Path) -> Told:
    """What a worker tells of the film, sent to it once from its first picture on."""
    crew, keep = site.crew([shown])
    with watching([crew]):
        until = seconds_of(film) - 1.0
        began = None
        while began is None:
            time.sleep(0.2)
            began = next((row["frame_at"] for row in states(keep) if row.get("frame_at")), None)
        time.sleep(until)
    looks = [look for file in recorded(keep) for look in recordings.read(file).looks]
    first = looks[0].at
    events = {
        row["id"]: (
            row["rule"],
            row["started_at"],
            row["seen_at"] if "ended_at" not in row else row["ended_at"],
        )
        for _, table, row in journal(keep)
        if table == "event"
    }
    return Told(
        [
            Happened(rule, *((datetime.fromisoformat(at) - first).total_seconds() for at in span))
            for rule, *span in events.values()
        ],
        [(look.at - first).total_seconds() for look in looks if look.bodies],
    )


def states(keep: Keep) -> Iterable[dict[str, Any]]:
    return (row for _, table, row in journal(keep) if table == "camera_state")


def recorded(keep: Keep) -> list[Path]:
    return sorted(keep.recordings.glob(f"*/*/*{recordings.SUFFIX}"))


def journal(keep: Keep) -> Iterator[tuple[datetime, str, dict[str, Any]]]:
    """Everything a worker wrote: when, table, row."""
    for path in sorted(keep.journal.glob("[0-9]*.json")):
        entry = json.loads(path.read_bytes())
        written = datetime.fromtimestamp(int(path.name.split("-")[0]) / 1e9, UTC)
        yield written, entry["table"], entry["row"]


def told_in_full(film: Path, since: float = 0.0) -> Told:
    """What looking at every picture due at a fixed rate, all of them decoded, tells of the film
    from the moment `since` on."""
    source, sampler = FileSource(film, realtime=False), Sampler(PLAN.fps)
    until = seconds_of(film) - 1.0
    with judging() as judge:
        source.open()
        while (t := source.grab()) is not None and t < until:
            if t >= since and sampler.due(t):
                judge.look(Frame(source.retrieve().image, AT + timedelta(seconds=t), t))
        source.close()
    return judge.told


def told_at_leisure(film: Path) -> Told:
    """What a worker tells that rests, wakes and looks as any, on a computer that is never busy."""
    source, sampler, rest = PacketFilm(film), Sampler(PLAN.fps), Rest()
    until = seconds_of(film) - 1.0
    with judging() as judge:
        source.open()
        while (t := source.grab()) is not None and t < until:
            rests = rest.rests(t, source.packet)
            if rest.due(t, source.packet) if rests else sampler.due(t):
                rest.looked(t)
                image, at = source.retrieve().image, AT + timedelta(seconds=t)
                judge.look(Frame(image, at, t, rested=rests))
                pipeline = judge.pipeline
                rest.there, rest.sought = pipeline.there, pipeline.sought
                sampler.fps = pipeline.fps
        source.close()
    return judge.told


class Judging:
    """Takes down what a camera's pipeline tells of a film whose first picture is at 0 s."""

    def __init__(self, engine: Engine) -> None:
        self.pipeline = CameraPipeline(PLAN, engine, FakeClock(AT))
        self._episodes: list[Episode] = []
        self._believed: list[float] = []
        self._t = 0.0

    def look(self, frame: Frame) -> None:
        self._t = frame.t
        step = self.pipeline.step(frame)
        self.pipeline.minutes.flush()
        self._episodes += [each.episode for each in step.changes if each.kind is Kind.STARTED]
        self._believed += [frame.t] if step.people else []

    @property
    def told(self) -> Told:
        """Once the film has ended."""
        self.pipeline.finish(self._t, AT + timedelta(seconds=self._t))
        return Told(
            [
                Happened(e.rule.name, e.started_t, e.started_t + e.duration_s)
                for e in self._episodes
            ],
            self._believed,
        )


@contextmanager
def judging() -> Iterator[Judging]:
    engine = make_engine("blazepose", DATA)
    yield Judging(engine)
    engine.close()


def agreed(one: Told, other: Told) -> Told:
    """What both tell: an event that hangs on half a sample is no truth."""
    events = [each for each in one.events if any(each.same(again) for again in other.events)]
    return Told(events, one.believed)


@dataclass(frozen=True, slots=True)
class Compared:
    """What is told of a film by looking in full, surely and at all, and by both workers."""

    sure: Told
    truth: Told
    leisure: Told
    live: Told


def compared(site: Site, shown: str, film: Path) -> Compared:
    truth = told_in_full(film)
    sure = agreed(truth, told_in_full(film, since=0.5 / PLAN.fps))
    return Compared(sure, truth, told_at_leisure(film), told_live(site, shown, film))


def recall(truth: Told, told: Told) -> tuple[int, int]:
    """How many of the true events are told, and how many beyond them."""
    left = list(told.events)
    for event in truth.events:
        same = next((other for other in left if event.same(other)), None)
        if same is not None:
            left.remove(same)
    return len(told.events) - len(left), len(left)


def followed_s(told: Told) -> list[float | None]:
    """From each moment somebody comes until they are believed; `None`: never while there."""
    believed = [t - films.WAIT_S for t in told.believed]
    return [
        next((round(t - stay.comes, 1) for t in believed if stay.comes <= t < stay.gone), None)
        for stay in PRESENT[films.COMING]
        if stay.gone <= films.COMING_S
    ]


def seconds_of(film: Path) -> float:
    return film.read_bytes().count(films.DELIMITER) / films.FPS


def cpu_s_per_minute(pids: Sequence[int], seconds: float) -> list[float]:
    """Of all threads of each, over the next `seconds`."""
    before, began = [cpu_s(pid) for pid in pids], time.monotonic()
    time.sleep(seconds)
    minutes = (time.monotonic() - began) / 60.0
    return [(cpu_s(pid) - was) / minutes for pid, was in zip(pids, before, strict=True)]


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pids: Sequence[int]) -> float:
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def measure(site: Site, made: Mapping[str, Path], asked: argparse.Namespace) -> dict[str, Any]:
    idle, person = race(site, "empty", asked.seconds), race(site, "person", asked.seconds)
    substream = race(site, "substream", asked.seconds)
    races = {"idle": idle, "person": person, "substream": substream}
    shift, tasks = (compared(site, shown, made[shown]) for shown in ("shift", "tasks"))
    events = len(shift.sure.events) + len(tasks.sure.events)
    leisure = [recall(film.sure, film.leisure) for film in (shift, tasks)]
    live = [recall(film.sure, film.live) for film in (shift, tasks)]
    growth = {count: grown(site, count, asked.seconds) for count in asked.cameras}
    most = max(growth)
    each_mb = (growth[most][1] - idle.megabytes) / (most - 1)
    figures = {
        "idle_ratio": _ratio(idle, "fifth"),
        "person_ratio": _ratio(person, "fifth"),
        "person_substream_ratio": _ratio(substream, "fifth"),
        "idle_ratio_every": _ratio(idle, "every"),
        "person_ratio_every": _ratio(person, "every"),
        "cpu_s_per_minute": {shown: _rounded(run.used) for shown, run in races.items()},
        "fps_reached": _rounded({shown: run.fps for shown, run in races.items()}),
        "event_recall": round(sum(found for found, _ in leisure) / events, 3),
        "event_recall_live": round(sum(found for found, _ in live) / events, 3),
        "events": events,
        "events_extra": sum(extra for _, extra in leisure),
        "followed_s": {
            "worker": followed_s(shift.leisure),
            "live": followed_s(shift.live),
            "in_full": followed_s(shift.truth),
        },
        "rss_mb_per_camera": round(each_mb, 1),
        "growth": {
            count: {"cpu_s_per_minute": round(used, 2), "rss_mb": round(megabytes)}
            for count, (used, megabytes) in growth.items()
        },
    }
    return figures | ({"hall": hall(site, asked.hall)} if asked.hall else {})


def _ratio(run: Race, against: str) -> float:
    return round(run.used["worker"] / run.used[against], 3)


def _rounded(used: dict[str, float]) -> dict[str, float]:
    return {who: round(seconds, 2) for who, seconds in used.items()}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30.0, help="of each measurement")
    parser.add_argument("--cameras", type=_counts, default=[4], help="by number, as 2,8,32")
    parser.add_argument("--hall", type=float, default=0.0, help="minutes of sixteen cameras")
    return parser.parse_args()


def _counts(written: str) -> list[int]:
    return [int(count) for count in written.split(",")]


def main() -> None:
    asked = arguments()
    if missing():
        sys.exit(f"no RTSP server ({missing()}): run scripts/test-services")
    if not (MEDIA / films.COMING).is_file():
        sys.exit(f"the cameras' benchmark needs {films.COMING}, and {MEDIA} does not hold it")
    kept = DATA / "bench"
    made = {"shift": films.shift(kept), "tasks": films.tasks(kept)}
    server = RtspServer()
    server.add("/empty", films.empty(kept), films.FPS, "loop")
    server.add("/person", films.person(kept), films.FPS, "loop")
    server.add("/main", films.person(kept), films.FPS, "live")
    server.add("/substream", films.substream(kept), films.FPS, "live")
    for shown, film in made.items():
        server.add(f"/{shown}", film, films.FPS, "once")
    server.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measure(Site(server, Path(folder)), made, asked)))
    finally:
        server.kill()


if __name__ == "__main__":
    main()
