"""How far the angles of one camera are off, and whether their bands hold.

Prints one JSON object on one line, last, over pictures of the drawn worker seen by the default
engine as `plumbline analyze` sees them, with pitch and field of view given: a balanced sample of
24 yaws × camera pitch 0/15/30/45° × trunk 0/15/…/90° × knees 0/60/100° × 3 builds × 2 distances,
a third of them 15 to 25° off the camera's axis. The whole grid is 12096 pictures; of it come
`views`, each yaw, pitch, trunk and knee equally often, the rest dealt round; PLUMBLINE_BENCH_VIEWS
sets how many (252). Nobody found, or no angle, is not measured; of bends that counts as missed.

median, p90, back_p90   error of trunk flexion, degrees; back: facing within 30° of away
missed_bends            share of bends of 60° and more that are read below 45° or not measured
false_bends             share of the upright (0°) that are read above 45°
in_band, band_width     share of truths inside the band of 90 %, and its mean width in degrees
arm_…, knee_…           the same of upper arms' elevation and knees' flexion, both sides
video_median, video_missed, video_measured
                        of films of 4 s (stand, bend to 60/75/90°, stand), one for six views,
                        judged five times a second, by a clock that stands still, since a busy
                        computer searches less
video_low               share of the measured looks at bends of 60° and more that are read below 45°
ms_per_person           time to measure everything of one person, once seen
Run from the repository: `python -m tests.bench.bench_angles`.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from time import process_time

import numpy as np

from monitor.analysis.files import look_closely
from monitor.capture.mannequin import BUILDS, bent, both, draw_view
from monitor.capture.mannequin.figure import CLOTHES
from monitor.pipeline import CameraPipeline, CameraPlan
from monitor.pose.engine import Engine
from monitor.pose.engines import make_engine
from monitor.posture.fit import fitted_angles
from monitor.posture.gravity import Calibration, sight
from monitor.posture.model import Angle, Frame, Pose, Truth
from tests.fakes import FakeClock

DATA = Path(os.environ.get("PLUMBLINE_DATA") or Path(__file__).parents[2] / "var")
VIEWS = int(os.environ.get("PLUMBLINE_BENCH_VIEWS") or 252)
FILMS = VIEWS // 6
SIZE = (960, 540)
YAWS, PITCHES, TRUNKS, KNEES = range(0, 360, 15), (0, 15, 30, 45), range(0, 91, 15), (0, 60, 100)
DISTANCES, ARMS = (3.2, 5.0), (0, 0, 45, 80, 130)
THREE = ("average", "long-legged", "long-backed")
MOST_RAISED = 165
"""Degrees to which a shoulder lifts an arm against the trunk."""
NEAR_ENOUGH = 0.25
"""Share of the picture's width within which a body found is the drawn one."""

Read = tuple[float, float, float, float]
"""Degrees, low, high, truth."""


@dataclass(frozen=True, slots=True)
class View:
    yaw: int
    pitch: int
    trunk: int
    knee: int
    arm: int
    build: str
    distance: float
    off_axis: float

    @property
    def back(self) -> bool:
        return abs(self.yaw - 180) <= 30

    def draw(self, share: float = 1.0, seed: int = 0) -> tuple[np.ndarray, Truth]:
        """share: of the way from standing into the posture."""
        hanging = bent(share * self.trunk, share * self.knee)
        raised = min(share * self.arm, MOST_RAISED - hanging.left_arm)
        return draw_view(
            hanging.plus(**both(arm=raised)),
            yaw=self.yaw,
            pitch=self.pitch,
            distance=self.distance,
            off_axis=self.off_axis,
            build=BUILDS[self.build],
            clothes=CLOTHES[seed % len(CLOTHES)],
            size=SIZE,
            seed=seed,
        )


def views(count: int, trunks: Sequence[int]) -> list[View]:
    """A balanced sample, always the same."""
    random = np.random.default_rng(4)
    grid = random.permutation(list(product(YAWS, PITCHES, trunks, KNEES)))
    found = []
    for i, (yaw, pitch, trunk, knee) in enumerate(grid[:count].tolist()):
        side = float(random.choice((-1, 1)) * random.uniform(15, 25))
        found.append(
            View(
                yaw, pitch, trunk, knee, ARMS[i % 5], THREE[i % 3], DISTANCES[i // 3 % 2],
                side if i % 3 == 1 else 0.0,
            )
        )  # fmt: skip
    return found


def nearest(poses: Sequence[Pose], true: Truth) -> Pose | None:
    """The drawn body among those found."""

    def off(pose: Pose) -> float:
        return float(np.median(np.linalg.norm(pose.landmarks[:, :2] - true.pixels, axis=1)))

    found = min(poses, key=off, default=None)
    return None if found is None or off(found) > NEAR_ENOUGH * SIZE[0] else found


def pictures(engine: Engine, sample: Sequence[View]) -> Iterator[dict[str, Read | None]]:
    for i, view in enumerate(sample):
        image, true = view.draw(seed=i)
        pose = nearest(look_closely(engine, image), true)
        if pose is None:
            yield dict.fromkeys(true.angles)
        else:
            calibration = Calibration(float(view.pitch))
            (read,) = fitted_angles([pose], [sight(pose, calibration, *SIZE)])
            yield {name: reading(angle, true.angles[name]) for name, angle in read.items()}


def reading(angle: Angle | None, true: float) -> Read | None:
    if angle is None or angle.low is None or angle.high is None:
        return None
    return angle.deg, angle.low, angle.high, true


def films(engine: Engine, sample: Sequence[View]) -> Iterator[tuple[float, Read | None]]:
    """For each look at each film the true flexion and the reading."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for number, view in enumerate(sample):
        calibration = Calibration(float(view.pitch), origin="settings")
        plan = CameraPlan("film", (), 5.0, calibration, True, frozen_after_s=float("inf"))
        pipeline = CameraPipeline(plan, engine, FakeClock(start))
        for k in range(21):
            t = k / 5
            share = minimum_jerk((t - 0.6) / 0.8) - minimum_jerk((t - 2.6) / 0.8)
            image, true = view.draw(share, seed=1000 * number + k)
            step = pipeline.step(Frame(image, start + timedelta(seconds=t), t, k))
            pipeline.minutes.flush()
            flexion = true.angles["trunk_flexion"]
            if t >= 0.6:
                pose = nearest([person.pose for person in step.people], true)
                person = next((p for p in step.people if p.pose is pose), None)
                angle = person.angles["trunk_flexion"] if person else None
                yield flexion, reading(angle, flexion)


def minimum_jerk(share: float) -> float:
    x = min(max(share, 0.0), 1.0)
    return x**3 * (10 - 15 * x + 6 * x**2)


def errors(reads: Sequence[Read]) -> np.ndarray:
    return np.array([abs(deg - true) for deg, _, _, true in reads])


def banded(reads: Sequence[Read]) -> tuple[float, float]:
    """Share of truths inside the band and its mean width."""
    inside = np.mean([low <= true <= high for _, low, high, true in reads])
    return round(float(inside), 3), round(float(np.mean([r[2] - r[1] for r in reads])), 1)


def missed(truths: Sequence[float], reads: Sequence[Read | None]) -> float:
    deep = [read is None or read[0] < 45 for t, read in zip(truths, reads, strict=True) if t > 59]
    return round(float(np.mean(deep)), 3)


def of_trunk(sample: Sequence[View], found: Sequence[dict[str, Read | None]]) -> dict[str, float]:
    all_of = [each["trunk_flexion"] for each in found]
    reads = [read for read in all_of if read is not None]
    back = [r for view, r in zip(sample, all_of, strict=True) if r is not None and view.back]
    upright = [r[0] > 45 for v, r in zip(sample, all_of, strict=True) if r and v.trunk == 0]
    inside, width = banded(reads)
    return {
        "views": len(sample),
        "measured": round(len(reads) / len(sample), 3),
        "median": round(float(np.median(errors(reads))), 1),
        "p90": round(float(np.percentile(errors(reads), 90)), 1),
        "back_p90": round(float(np.percentile(errors(back), 90)), 1),
        "missed_bends": missed([float(view.trunk) for view in sample], all_of),
        "false_bends": round(float(np.mean(upright)), 3),
        "in_band": inside,
        "band_width": width,
    }


def of_limb(found: Sequence[dict[str, Read | None]], limb: str, angle: str) -> dict[str, float]:
    all_of = [each[f"{side}_{angle}"] for each in found for side in ("left", "right")]
    reads = [read for read in all_of if read is not None]
    inside, width = banded(reads)
    return {
        f"{limb}_measured": round(len(reads) / len(all_of), 3),
        f"{limb}_median": round(float(np.median(errors(reads))), 1),
        f"{limb}_p90": round(float(np.percentile(errors(reads), 90)), 1),
        f"{limb}_in_band": inside,
        f"{limb}_band_width": width,
    }


def of_films(looks: Sequence[tuple[float, Read | None]]) -> dict[str, float]:
    truths, all_of = [true for true, _ in looks], [read for _, read in looks]
    reads = [read for read in all_of if read is not None]
    return {
        "video_median": round(float(np.median(errors(reads))), 1),
        "video_missed": missed(truths, all_of),
        "video_low": missed([true for true, read in looks if read], reads),
        "video_measured": round(len(reads) / len(all_of), 3),
    }


def ms_per_person(engine: Engine) -> float:
    image, _ = View(30, 15, 45, 60, 45, "average", 3.2, 0.0).draw()
    (pose,) = engine.find(image)
    times = []
    for _ in range(200):
        start = process_time()
        fitted_angles([pose], [sight(pose, Calibration(15.0), *SIZE)])
        times.append(1000 * (process_time() - start))
    return round(float(np.median(times)), 2)


def main() -> None:
    engine = make_engine("blazepose", DATA)
    sample = views(VIEWS, TRUNKS)
    found = list(pictures(engine, sample))
    figures = of_trunk(sample, found)
    figures |= of_limb(found, "arm", "upper_arm_elevation")
    figures |= of_limb(found, "knee", "knee_flexion")
    figures |= of_films(list(films(engine, views(FILMS, (60, 75, 90)))))
    figures["ms_per_person"] = ms_per_person(engine)
    engine.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
