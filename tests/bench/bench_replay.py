"""How fast a recorded hour of one drawn worker, five looks a second, is judged again.

Prints one JSON object on one line:
times_real_time   recorded seconds judged in a second of one processor, reading the files included
at_most_s         seconds of it to look for a limit: `plumbline replay --rule … --at-most 0`
mb_per_person_hour  landmarks on disk
people_share      of the looks, those with the worker in view
drawn_minutes     of the hour; it is repeated until the hour is full, since drawing is slow
Run from the repository: `python -m tests.bench.bench_replay [--minutes 60]`.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import process_time

from monitor import recordings
from monitor.pipeline import CameraPipeline, CameraPlan
from monitor.pose.engines import make_engine
from monitor.posture.gravity import Calibration
from monitor.posture.landmarks import Look
from monitor.recordings import Tape
from monitor.replay.camera import CameraReplay
from monitor.replay.limits import Series, search
from monitor.settings import ROOT, load, rules_of
from tests.fakes import FakeClock
from tests.integration.people import AT, FPS, drawn

DATA = Path(os.environ.get("PLUMBLINE_DATA") or ROOT / "var")
SETTINGS = load(ROOT / "config" / "plumbline.yaml")
RULES = rules_of(SETTINGS.cameras[0], SETTINGS)
PLAN = CameraPlan("demo-hall", tuple(RULES), FPS, Calibration(20.0, 0.0, 60.0, "settings"))
HOUR = timedelta(hours=1)


def watched(minutes: int) -> list[Look]:
    """What the real pipeline makes of the drawn shift."""
    engine = make_engine("blazepose", DATA)
    pipeline = CameraPipeline(PLAN, engine, FakeClock(AT))
    looks = []
    for frame in drawn("mannequin:shift?pace=asap", 60.0 * minutes):
        step = pipeline.step(frame)
        pipeline.minutes.flush()
        assert step.look is not None
        looks.append(step.look)
    engine.close()
    return looks


def an_hour(looks: Sequence[Look], minutes: int) -> Iterator[Look]:
    """The same over and over, each time by somebody else."""
    most = max(body.slot for look in looks for body in look.bodies)
    for turn in range(60 // minutes):
        seconds = 60.0 * minutes * turn
        for look in looks:
            yield replace(
                look,
                t=look.t + seconds,
                at=look.at + timedelta(seconds=seconds),
                bodies=[body._replace(slot=body.slot + turn * most) for body in look.bodies],
            )


def keep(looks: Iterator[Look], folder: Path) -> int:
    """Bytes on disk."""
    tape = Tape(PLAN.name, "blazepose", FPS, PLAN.gap_s)
    full = [minute for look in looks if (minute := tape.add(look))]
    last = tape.cut()
    full += [last] if last else []
    return sum(recordings.write(folder, minute).stat().st_size for minute in full)


def measure(minutes: int) -> dict[str, float]:
    looks = list(an_hour(watched(minutes), minutes))
    people = sum(len(look.bodies) for look in looks)
    with tempfile.TemporaryDirectory() as name:
        size = keep(iter(looks), Path(name))
        started = process_time()
        CameraReplay(PLAN.name, RULES, AT, AT + HOUR).over(Path(name))
        judged_s = process_time() - started
        series = Series(RULES[0], AT, AT + HOUR)
        CameraReplay(PLAN.name, RULES, AT, AT + HOUR).over(Path(name), series.watch)
    started = process_time()
    search([series], 0, lambda at: at.date())
    return {
        "times_real_time": round(3600.0 / judged_s, 1),
        "at_most_s": round(process_time() - started, 1),
        "mb_per_person_hour": round(size / people * FPS * 3600 / 1e6, 2),
        "people_share": round(people / len(looks), 2),
        "drawn_minutes": minutes,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=3, choices=(1, 2, 3, 5, 10, 15, 30, 60))
    print(json.dumps(measure(parser.parse_args().minutes)))


if __name__ == "__main__":
    main()
