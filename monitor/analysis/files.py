"""Files named on the command line → one result for each picture or sampled video frame."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from monitor.analysis.pictures import is_picture, read_picture
from monitor.analysis.results import measured
from monitor.capture.feed import Sampler
from monitor.capture.streams import FileSource
from monitor.clock import Clock
from monitor.colour import rgb
from monitor.errors import CaptureError, InputError
from monitor.pipeline import CameraPipeline, CameraPlan
from monitor.pose.engine import Engine
from monitor.pose.mend import mended
from monitor.posture.belief import misshapen
from monitor.posture.gravity import Calibration
from monitor.posture.model import Frame, Image, Person, Pose

PICTURES = (".jpg", ".jpeg", ".png", ".webp")
VIDEOS = (".gif", ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".mpg", ".mpeg")
"""What counts as a picture or video in a folder; then, as for a file that was named itself, the
content decides."""

NEITHER = "is no picture and no video that can be read: of another kind, damaged or incomplete"

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """One analysed picture. t: seconds by the file's timestamps. bodies: everybody seen, also
    who is not believed (yet) and so is not among the people."""

    frame: int
    t: float
    image: Image
    people: Sequence[Person]
    bodies: Sequence[Pose]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.image.shape[1], self.image.shape[0]


def expand(given: str) -> list[str]:
    """A folder as the pictures and videos in it, by name; everything else as it is.

    Raises InputError when a folder holds none or cannot be read.
    """
    path = Path(given)
    if not path.is_dir():
        return [given]
    try:
        inside = sorted(p for p in path.iterdir() if p.suffix.lower() in PICTURES + VIDEOS)
    except OSError as e:
        raise InputError(f"the folder cannot be read ({e.strerror})") from e
    if not inside:
        raise InputError(f"the folder holds no pictures or videos ({' '.join(PICTURES + VIDEOS)})")
    return [str(p) for p in inside]


def look_at(
    path: Path, engine: Engine, calibration: Calibration, fps: float, clock: Clock
) -> Iterator[Looked]:
    """Everything in one file. Raises InputError when it cannot be read."""
    if _is_still(path):
        image = read_picture(path)
        poses = look_closely(engine, image)
        people = measured(poses, calibration, (image.shape[1], image.shape[0]))
        yield Looked(0, 0.0, image, people, poses)
    else:
        pipeline = CameraPipeline(_plan(calibration, fps), engine, clock)
        yield from _film(path, pipeline, fps, clock)


def look_closely(engine: Engine, image: Image) -> list[Pose]:
    """Everybody in one picture; looks that went wrong are taken again."""
    found = engine.find(image, still=True)
    doubts = [pose if misshapen(pose) else None for pose in found]
    again = mended(engine, image, found, doubts, most=len(found))
    return [look for look in again.looks if look is not None]


def _is_still(path: Path) -> bool:
    """A pipe or device is none, and is not opened to see."""
    try:
        return path.is_file() and is_picture(path)
    except OSError as e:
        raise InputError(f"cannot be read ({e.strerror})") from e


def _plan(calibration: Calibration, fps: float) -> CameraPlan:
    return CameraPlan("file", (), fps, calibration, frozen_after_s=float("inf"))


def _film(path: Path, pipeline: CameraPipeline, fps: float, clock: Clock) -> Iterator[Looked]:
    for index, t, image in read_film(path, Sampler(fps).due, clock):
        at = EPOCH + timedelta(seconds=t)
        step = pipeline.step(Frame(image, at, t, index))
        pipeline.minutes.flush()
        yield Looked(index, t, image, step.people, [slot.pose for slot in step.slots])


def read_film(
    path: Path, wanted: Callable[[float], bool], clock: Clock
) -> Iterator[tuple[int, float, Image]]:
    """Index, seconds and picture of the frames whose time is wanted. Raises InputError."""
    source = FileSource(path, realtime=False, clock=clock)
    try:
        source.open()
        for index in count():
            t = source.grab()
            if t is None:
                return
            if wanted(t):
                yield index, t, rgb(source.retrieve().image)
    except CaptureError as e:
        said = str(e).removeprefix(f"{path} ")
        raise InputError(said.replace("is not a video", NEITHER)) from e
    finally:
        source.close()


def film_length_s(path: Path, clock: Clock) -> float | None:
    """Seconds a video says it lasts; `None` for a picture and for what cannot be read."""
    source = FileSource(path, realtime=False, clock=clock)
    try:
        if _is_still(path):
            return None
        source.open()
        return source.length_s
    except (InputError, CaptureError):
        return None
    finally:
        source.close()
