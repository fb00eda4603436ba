"""What both engines cost, with MediaPipe's own video mode beside them, on one core.

Prints one JSON object on one line. Times are medians in milliseconds of the processor, one person
in view. Every picture is shown to all in turn, the order changing, and is in the cache before each.

follow_ms, mediapipe_follow_ms  one person followed from the region of the last look
video_ms, video_640_ms  PoseLandmarker VIDEO mode, num_poses=1, on the same picture, and on a copy
    640 px wide made beforehand
follow_ratio, follow_640_ratio  follow_ms by each of these, median of the pictures' own ratios
graph_ms, graph_share   the landmark graph alone, and its share of follow_ms
search_ms               one `find`, by how many squares it searches
rss_mb                  memory that each engine adds once both verbs were used, and that a further
    camera adds to a worker: its file being decoded and its pipeline
score_people, score_reba  what the scorers beside the footage say of `plumbline analyze`; left out
    where there are none
Run from the repository: `make bench-engine`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import av
import cv2
import mediapipe as mp
import numpy as np
from ai_edge_litert.interpreter import Interpreter

from monitor.capture.open import make_source
from monitor.capture.source import Source
from monitor.clock import SystemClock
from monitor.pipeline import CameraPipeline, CameraPlan
from monitor.pose.engine import Engine
from monitor.pose.engines import EngineName, make_engine
from monitor.pose.models import pose_graphs, pose_task
from monitor.posture.model import Frame, Image, Region
from tests.media import MEDIA

FILM = MEDIA / "bend-crouch-with-dog.mp4"
PICTURES = 150
WARM_UP = 10
SMALL_PX = 640
GRIDS = ((1, 1), (2, 2), (4, 3))
SEARCHED_EACH = 10
CAMERAS = 4
CAMERA_PICTURES = 20
SCORES = {
    "score_people": ("kp-*", "keypoints.json"),
    "score_reba": ("reba-*.jpg", "reba-scores.json"),
}
DATA = Path(os.environ.get("PLUMBLINE_DATA") or Path(__file__).parents[2] / "var").resolve()


@dataclass(frozen=True, slots=True)
class Contestant:
    """width: to which its pictures are scaled beforehand, `None` for as they are."""

    look: Callable[[Image], Any]
    width: int | None = None
    ms: list[float] = field(default_factory=list)

    def see(self, picture: Image) -> None:
        shown = picture if self.width is None else _scaled(picture, self.width)
        shown.sum()
        self.ms.append(_took_ms(self.look, shown))


class Followed:
    """One person, from region to region."""

    def __init__(self, engine: Engine, first: Image) -> None:
        self._engine = engine
        self._region = engine.find(first)[0].region

    def __call__(self, picture: Image) -> None:
        (pose,) = self._engine.follow(picture, [self._region])
        if pose is not None:
            self._region = pose.region


class VideoMode:
    def __init__(self, task: Path) -> None:
        options = mp.tasks.vision.PoseLandmarkerOptions(
            base_options=mp.tasks.BaseOptions(model_asset_path=str(task)),
            running_mode=mp.tasks.vision.RunningMode.VIDEO,
        )
        self._landmarker = mp.tasks.vision.PoseLandmarker.create_from_options(options)
        self._at_ms = 0

    def __call__(self, picture: Image) -> None:
        self._at_ms += 33
        image = mp.Image(image_format=mp.ImageFormat.SRGB, data=picture)
        self._landmarker.detect_for_video(image, self._at_ms)


def pictures() -> Iterator[Image]:
    with av.open(str(FILM)) as container:
        for picture in islice(container.decode(video=0), PICTURES):
            yield np.asarray(picture.to_ndarray(format="rgb24"), np.uint8)


def race(engines: dict[EngineName, Engine]) -> dict[str, float]:
    film = list(pictures())
    graph = Interpreter(model_path=str(pose_graphs(DATA).landmarks), num_threads=1)
    graph.allocate_tensors()
    ours = Contestant(Followed(engines["blazepose"], film[0]))
    theirs = Contestant(Followed(engines["mediapipe"], film[0]))
    video = Contestant(VideoMode(pose_task(DATA)))
    small = Contestant(VideoMode(pose_task(DATA)), SMALL_PX)
    alone = Contestant(lambda _: graph.invoke())
    order = [ours, video, small, theirs, alone]
    for picture in film:
        for contestant in order:
            contestant.see(picture)
        order.reverse()
    return {
        "follow_ms": _median(ours.ms),
        "mediapipe_follow_ms": _median(theirs.ms),
        "video_ms": _median(video.ms),
        "video_640_ms": _median(small.ms),
        "graph_ms": _median(alone.ms),
        "follow_ratio": _ratio(ours.ms, video.ms),
        "follow_640_ratio": _ratio(ours.ms, small.ms),
        "graph_share": _ratio(alone.ms, ours.ms),
    }


def search_ms(engine: Engine) -> dict[str, float]:
    times: dict[str, list[float]] = {}
    for picture in islice(pictures(), 0, None, SEARCHED_EACH):
        for grid in GRIDS:
            squares = _squares(picture, *grid)
            times.setdefault(str(len(squares)), []).append(_took_ms(engine.find, picture, squares))
    return {count: round(median(each), 1) for count, each in times.items()}


def engine_memory(name: EngineName) -> tuple[Engine, float]:
    """The engine, and megabytes once both verbs were used."""
    before = resident_mb()
    engine = make_engine(name, DATA)
    first = next(pictures())
    Followed(engine, first)(first)
    return engine, resident_mb() - before


def camera_memory(engine: Engine) -> float:
    before = resident_mb()
    cameras = [_watched(engine) for _ in range(CAMERAS)]
    added = resident_mb() - before
    for source, _ in cameras:
        source.close()
    return added / CAMERAS


def _watched(engine: Engine) -> tuple[Source, CameraPipeline]:
    clock = SystemClock()
    source = make_source(f"file:{FILM}?pace=asap", clock=clock)
    pipeline = CameraPipeline(CameraPlan("bench", ()), engine, clock)
    source.open()
    for index in range(CAMERA_PICTURES):
        t = source.grab()
        assert t is not None
        pipeline.step(Frame(source.retrieve().image, clock.now(), t, index))
    return source, pipeline


def scores() -> dict[str, Any]:
    found = {name: _score(name, *given) for name, given in SCORES.items()}
    return {name: score for name, score in found.items() if score is not None}


def _score(name: str, shown: str, truth: str) -> Any:
    scorer = MEDIA.parent / "score" / f"{name}.py"
    photos = sorted(MEDIA.glob(shown))
    if not scorer.is_file() or not photos or not (MEDIA / truth).is_file():
        print(f"no {name}: {scorer} or its pictures are not there", file=sys.stderr)
        return None
    lines = _said("-m", "monitor", "analyze", "--json", *map(str, photos))
    return json.loads(_said(str(scorer), str(MEDIA / truth), typed=lines))


def _said(*command: str, typed: str = "") -> str:
    environ = {**os.environ, "PLUMBLINE_DATA": str(DATA)}
    done = subprocess.run(
        [sys.executable, *command],
        input=typed, stdout=subprocess.PIPE, text=True, check=True, env=environ,
    )  # fmt: skip
    return done.stdout


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _took_ms(act: Callable[..., Any], *arguments: Any) -> float:
    """Processor time of all threads: pinned to one core it is what a quiet machine's clock would
    say, and neighbours do not count."""
    start = process_time()
    act(*arguments)
    return (process_time() - start) * 1000


def _scaled(picture: Image, width: int) -> Image:
    size = width, round(picture.shape[0] * width / picture.shape[1])
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _squares(picture: Image, columns: int, rows: int) -> Sequence[Region]:
    """So many squares of equal size, evenly spread, that together hold the picture."""
    height, width = picture.shape[:2]
    side = max(width / columns, height / rows)
    return [
        Region(width * (column + 0.5) / columns, height * (row + 0.5) / rows, side)
        for row in range(rows)
        for column in range(columns)
    ]


def _median(ms: Sequence[float]) -> float:
    return round(median(ms[WARM_UP:]), 2)


def _ratio(ms: Sequence[float], against: Sequence[float]) -> float:
    ratios = (one / other for one, other in zip(ms, against, strict=True))
    return round(median(list(ratios)[WARM_UP:]), 3)


def measure() -> dict[str, Any]:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    blazepose, blazepose_mb = engine_memory("blazepose")
    camera_mb = camera_memory(blazepose)
    mediapipe, mediapipe_mb = engine_memory("mediapipe")
    rss_mb = {"blazepose": blazepose_mb, "mediapipe": mediapipe_mb, "further_camera": camera_mb}
    return {
        **race({"blazepose": blazepose, "mediapipe": mediapipe}),
        "search_ms": search_ms(blazepose),
        "mediapipe_search_ms": search_ms(mediapipe),
        "rss_mb": {what: round(mb, 1) for what, mb in rss_mb.items()},
        **scores(),
    }


def main() -> None:
    if not FILM.is_file():
        sys.exit(f"the engine's benchmark needs {FILM.name}, and {MEDIA} does not hold it")
    print(json.dumps(measure()))


if __name__ == "__main__":
    main()
