"""Milliseconds of both engines' two verbs, with MediaPipe's own video mode beside them.

Prints one JSON object on one line, all times medians in milliseconds, one person in view; those
of the engine mediapipe begin with its name:
find_ms       whole picture
follow_ms     one person followed from the region of the last look
video_ms      PoseLandmarker VIDEO mode, num_poses=1, on the 640 px picture: the baseline
follow_ratio  median of follow_ms / video_ms, picture by picture
rss_mb        memory that one engine adds once both verbs were used
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

from monitor.pose.engines import EngineName, make_engine
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


class Timed:
    """One engine and how long its verbs took."""

    def __init__(self, name: EngineName, picture: Image) -> None:
        before = resident_mb()
        self._engine = make_engine(name, DATA, search_px=SEARCH_PX)
        self._region = self._engine.find(picture)[0].region
        self._engine.follow(picture, [self._region])
        self.rss_mb = resident_mb() - before
        self.find_ms: list[float] = []
        self.follow_ms: list[float] = []

    def look(self, picture: Image) -> None:
        found, ms = timed(self._engine.find, picture)
        self.find_ms.append(ms)
        self._region = found[0].region if found else self._region
        _, ms = timed(self._engine.follow, picture, [self._region])
        self.follow_ms.append(ms)


def measure() -> dict[str, float]:
    film = list(pictures())
    blazepose, mediapipe = Timed("blazepose", film[0]), Timed("mediapipe", film[0])
    video = video_mode(pose_task(DATA))
    video_ms = []
    for index, picture in enumerate(film):
        blazepose.look(picture)
        mediapipe.look(picture)
        video_ms.append(timed(video, picture, index)[1])
    ratios = np.array(blazepose.follow_ms) / video_ms
    medians = {
        "find_ms": blazepose.find_ms,
        "follow_ms": blazepose.follow_ms,
        "mediapipe_find_ms": mediapipe.find_ms,
        "mediapipe_follow_ms": mediapipe.follow_ms,
        "video_ms": video_ms,
    }
    return {
        **{name: round(median(each[WARM_UP:]), 1) for name, each in medians.items()},
        "follow_ratio": round(float(np.median(ratios[WARM_UP:])), 2),
        "rss_mb": round(blazepose.rss_mb, 1),
        "mediapipe_rss_mb": round(mediapipe.rss_mb, 1),
    }


def main() -> None:
    if not FILM.is_file():
        sys.exit(f"the engine's benchmark needs {FILM.name}, and {MEDIA} does not hold it")
    print(json.dumps(measure()))


if __name__ == "__main__":
    main()
