"""Is the drawn worker taken for a person, and what does drawing one cost?

Prints one JSON object on one line, over 24 yaws × camera pitch 0/15/30/45° × trunk 0/30/60/90°,
each one 960×540 picture seen from 3.2 m:
found          share of the views in which the engine finds the worker: the median distance of the
               landmarks it calls visible to the true ones is under 0.35 of a trunk's length (as
               long as it is in a picture square to it)
trunk_deg      median and 90th percentile of the error of trunk flexion, where found
draw_ms        median time to draw a 1280×720 picture of the shift
Run from the repository: `python -m tests.bench.bench_mannequin`.
"""

import json
import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from monitor.capture.mannequin import BUILDS, MannequinSource, bent, draw_view
from monitor.capture.mannequin.body import TRUNK
from monitor.pose.mediapipe_engine import MediaPipeEngine
from monitor.pose.models import pose_task
from monitor.posture.angles import SEEN, trunk_flexion
from monitor.posture.gravity import Calibration, to_gravity
from monitor.posture.model import Pose, Truth

DATA = Path(os.environ.get("PLUMBLINE_DATA") or Path(__file__).parents[2] / "var")
YAWS, PITCHES, TRUNKS = range(0, 360, 15), (0, 15, 30, 45), (0, 30, 60, 90)
DISTANCE_M, SIZE = 3.2, (960, 540)
NEAR_ENOUGH = 0.35
FOCAL_PX = SIZE[0] / 2 / np.tan(np.radians(30))
TRUNK_PX = TRUNK * BUILDS["average"].stature / DISTANCE_M * FOCAL_PX


def off(pose: Pose, true: Truth) -> float:
    """Median distance of the visible landmarks to the truth, in trunks."""
    seen = pose.landmarks[:, 3] >= SEEN
    if not seen.any():
        return float("inf")
    apart = np.linalg.norm(pose.landmarks[seen, :2] - true.pixels[seen], axis=1)
    return float(np.median(apart)) / TRUNK_PX


def errors(engine: MediaPipeEngine) -> Iterator[float | None]:
    """For each view the error of trunk flexion in degrees; `None`: not found."""
    for pitch, trunk, yaw in product(PITCHES, TRUNKS, YAWS):
        picture, true = draw_view(bent(trunk), yaw=yaw, pitch=pitch, distance=DISTANCE_M, size=SIZE)
        nearest = min(engine.find(picture), key=lambda pose: off(pose, true), default=None)
        if nearest is None or off(nearest, true) >= NEAR_ENOUGH:
            yield None
        else:
            read = trunk_flexion(to_gravity(nearest, Calibration(pitch), *SIZE))
            yield abs(read - true.angles["trunk_flexion"])


def draw_ms() -> float:
    source = MannequinSource.from_url("mannequin:shift?pace=asap&fps=0.7&loop=false")
    source.open()
    times = []
    while source.grab() is not None:
        start = perf_counter()
        source.retrieve()
        times.append((perf_counter() - start) * 1000)
    return median(times)


def main() -> None:
    engine = MediaPipeEngine(pose_task(DATA))
    views = list(errors(engine))
    engine.close()
    found = [error for error in views if error is not None]
    figures = {
        "found": round(len(found) / len(views), 3),
        "views": len(views),
        "trunk_deg": {"median": round(median(found), 1), "p90": round(np.percentile(found, 90), 1)},
        "draw_ms": round(draw_ms(), 1),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
