"""Files named on the command line → one result for each picture or sampled video frame."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.analysis.pictures import is_picture, read_picture
from monitor.analysis.results import measured
from monitor.capture.feed import Sampler
from monitor.capture.streams import FileSource
from monitor.clock import Clock
from monitor.errors import CaptureError, InputError
from monitor.pipeline import CameraPipeline, CameraPlan
from monitor.pose.engine import Engine
from monitor.posture.gravity import Calibration
from monitor.posture.model import Frame, Image, Person

PICTURES = (".jpg", ".jpeg", ".png", ".webp")
VIDEOS = (".gif", ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".mpg", ".mpeg")
"""What counts as a picture or video in a folder; a file named itself is judged by its content."""

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """One analysed picture. t: seconds by the file's timestamps."""

    frame: int
    t: float
    image: Image
    people: list[Person]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.image.shape[1], self.image.shape[0]


def expand(paths: Iterable[str]) -> Iterator[str]:
    """Folders as the pictures and videos in them, by name; everything else as it is."""
    for given in paths:
        path = Path(given)
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.suffix.lower() in PICTURES + VIDEOS)
            yield from (str(p) for p in inside)
        else:
            yield given


def look_at(
    path: Path, engine: Engine, calibration: Calibration, fps: float, clock: Clock
) -> Iterator[Looked]:
    """Everything in one file. Raises InputError when it cannot be read."""
    try:
        still = is_picture(path)
    except OSError as e:
        raise InputError(f"cannot be read ({e.strerror})") from e
    if still:
        image = read_picture(path)
        size = (image.shape[1], image.shape[0])
        yield Looked(0, 0.0, image, measured(engine.find(image), calibration, size))
    else:
        pipeline = CameraPipeline(_plan(calibration, fps), engine, clock)
        yield from _film(path, pipeline, fps, clock)


def _plan(calibration: Calibration, fps: float) -> CameraPlan:
    return CameraPlan("file", (), fps, calibration, frozen_after_s=float("inf"))


def _film(path: Path, pipeline: CameraPipeline, fps: float, clock: Clock) -> Iterator[Looked]:
    for index, t, image in read_film(path, Sampler(fps).due, clock):
        at = EPOCH + timedelta(seconds=t)
        step = pipeline.step(Frame(image, at, t, index))
        pipeline.minutes.flush()
        yield Looked(index, t, image, list(step.people))


def read_film(
    path: Path, wanted: Callable[[float], bool], clock: Clock
) -> Iterator[tuple[int, float, Image]]:
    """Index, seconds and picture of the frames whose time is wanted. Raises InputError."""
    source = FileSource(path, loop=False, realtime=False, clock=clock)
    try:
        source.open()
        index = 0
        while (t := source.grab()) is not None:
            if wanted(t):
                yield index, t, source.retrieve().image
            index += 1
        if index == 0:
            raise InputError("holds no pictures")
    except CaptureError as e:
        said = (
            str(e).removeprefix(f"{path} ").replace("is not a video", "is no picture and no video")
        )
        raise InputError(said) from e
    finally:
        source.close()


def film_length_s(path: Path, clock: Clock) -> float | None:
    """Seconds a video says it lasts; `None` for a picture and for what cannot be read."""
    source = FileSource(path, loop=False, realtime=False, clock=clock)
    try:
        if is_picture(path):
            return None
        source.open()
        return source.length_s
    except (OSError, CaptureError):
        return None
    finally:
        source.close()
