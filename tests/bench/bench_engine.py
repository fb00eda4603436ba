"""Milliseconds of the pose engine's two verbs, with MediaPipe's own video mode beside them.

Prints one JSON object on one line, all times medians in milliseconds, one person in view:
find_ms     whole picture at 640 px
follow_ms   one person followed from the region of the last look
video_ms    PoseLandmarker VIDEO mode, num_poses=1, on the same 640 px picture: the baseline
rss_mb      memory that one engine adds once both verbs were used
Run from the repository: `python -m tests.bench.bench_engine`.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import av
import cv2
import mediapipe as mp
import numpy as np

from monitor.pose.mediapipe_engine import MediaPipeEngine
from monitor.pose.models import pose_task
from monitor.posture.model import Image
from tests.media import MEDIA

FILM = MEDIA / "bend-crouch-with-dog.mp4"
PICTURES = 150
WARM_UP = 10
SEARCH_PX = 640
DATA = Path(os.environ.get("PLUMBLINE_DATA") or Path(__file__).parents[2] / "var")


def pictures() -> Iterator[Image]:
    with av.open(str(FILM)) as container:
        for picture in islice(container.decode(video=0), PICTURES):
            yield np.asarray(picture.to_ndarray(format="rgb24"), np.uint8)


def video_mode(task: Path) -> Callable[[Image, int], Any]:
    options = mp.tasks.vision.PoseLandmarkerOptions(
        base_options=mp.tasks.BaseOptions(model_asset_path=str(task)),
        running_mode=mp.tasks.vision.RunningMode.VIDEO,
    )
    landmarker = mp.tasks.vision.PoseLandmarker.create_from_options(options)

    def look(picture: Image, index: int) -> Any:
        scale = SEARCH_PX / max(picture.shape)
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        image = mp.Image(image_format=mp.ImageFormat.SRGB, data=np.asarray(small, np.uint8))
        return landmarker.detect_for_video(image, index * 33)

    return look


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def timed(act: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    start = perf_counter()
    answer = act(*arguments)
    return answer, (perf_counter() - start) * 1000


def measure() -> dict[str, float]:
    task = pose_task(DATA)
    film = list(pictures())
    before = resident_mb()
    engine = MediaPipeEngine(task, search_px=SEARCH_PX)
    region = engine.find(film[0])[0].region
    engine.follow(film[0], [region])
    rss = resident_mb() - before
    video = video_mode(task)
    times: dict[str, list[float]] = {"find_ms": [], "follow_ms": [], "video_ms": []}
    for index, picture in enumerate(film):
        found, find_ms = timed(engine.find, picture)
        region = found[0].region if found else region
        _, follow_ms = timed(engine.follow, picture, [region])
        _, video_ms = timed(video, picture, index)
        for name, ms in zip(times, (find_ms, follow_ms, video_ms), strict=True):
            times[name].append(ms)
    engine.close()
    medians = {name: round(median(each[WARM_UP:]), 1) for name, each in times.items()}
    return {**medians, "rss_mb": round(rss, 1)}


def main() -> None:
    if not FILM.is_file():
        sys.exit(f"the engine's benchmark needs {FILM.name}, and {MEDIA} does not hold it")
    print(json.dumps(measure()))


if __name__ == "__main__":
    main()
