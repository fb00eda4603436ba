"""What the benchmark's cameras show: real footage as a 1080p camera sends it, made once.

H.264 by libx264, 25 pictures a second, a key picture every 50, none that refers to a later one, at
most 4 Mbit/s in any second, as cameras are set to send; every picture with the noise of a sensor,
so that an empty hall costs what it costs a real camera. Without the limit a key picture of the
empty place takes 750 kB and all others 2.5 kB, with it 250 and 14.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, islice, repeat
from math import inf
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.capture.mannequin import MannequinSource
from monitor.posture.model import Image
from tests.media import MEDIA

WIDTH, HEIGHT, FPS, GOP, MOST_KBIT = 1920, 1080, 25, 50, 4000
LESS_WIDTH, LESS_HEIGHT, LESS_KBIT = 640, 360, 512
"""Of the substream."""

NOISE = 1.0
"""Grey levels: what a camera's own noise filter leaves in a lit hall."""

BEGINS = 2 * GOP
"""So many pictures an encoder takes to find its rate: left out of what is played in a loop, or each
round would tell that something changed."""

DELIMITER = b"\x00\x00\x00\x01\x09"

EMPTY = "neg-porch.jpg"
PERSON = "bend-crouch-with-dog.mp4"
SQUATS = "squat-side-gym.mp4"
COMING = "one-by-one-standing-table.mp4"
"""People come in one after the other and leave the place empty in between."""

FIRST_S = 5.8
"""Nobody is in that film yet."""

WAIT_S, EMPTY_S, COMING_S = 5 * FIRST_S, 42.0, 90.0

HALL = f"mannequin:shift?width=960&height=540&fps={FPS}&pitch=20&pace=asap"


def empty(folder: Path) -> Path:
    """Nobody, for 42 s: an odd number of groups, so that every second key picture is another."""
    pictures = repeat(_photo(EMPTY), BEGINS + round(EMPTY_S * FPS))
    return _made(folder / f"empty.{MOST_KBIT}.h264", pictures, skip=BEGINS)


def person(folder: Path) -> Path:
    """One person who moves, and a dog, for 29 s."""
    return _made(folder / f"person.{MOST_KBIT}.h264", chain.from_iterable(map(_film, [PERSON] * 3)))


def substream(folder: Path) -> Path:
    """What the camera that sends `person` sends besides."""
    path, size = folder / f"person.{LESS_KBIT}.h264", (LESS_WIDTH, LESS_HEIGHT)
    return _made(path, _less(person(folder)), size=size, most_kbit=LESS_KBIT)


def shift(folder: Path) -> Path:
    """An empty place for `WAIT_S`, people who come and go, then one who bends and squats: two and a
    half minutes."""
    waits = [_first(COMING, FIRST_S) for _ in range(round(WAIT_S / FIRST_S))]
    shown = chain(*waits, _first(COMING, COMING_S), _film(PERSON), _film(SQUATS))
    return _made(folder / f"shift.{MOST_KBIT}.h264", shown)


def tasks(folder: Path) -> Path:
    """A drawn hall, empty for `WAIT_S`, then a worker who bends, lifts, squats, reaches, kneels,
    sits, falls and leaves: more events in two minutes than footage holds."""
    *_, left = _drawn(1.0)
    waits = repeat(left, round(WAIT_S * FPS))
    return _made(folder / f"tasks.{MOST_KBIT}.h264", chain(waits, _drawn()))


def _drawn(last_s: float = inf) -> Iterator[Image]:
    """The drawn shift, or its end alone, when the worker has left."""
    source = MannequinSource.from_url(HALL)
    source.open()
    many = round(source.seconds * FPS)
    for number in range(many):
        source.grab()
        if number >= many - last_s * FPS:
            yield _whole(source.retrieve().image)


def _first(name: str, seconds: float) -> Iterator[Image]:
    return islice(_film(name), round(seconds * FPS))


@cache
def _photo(name: str) -> Image:
    picture = cv2.imread(str(MEDIA / name))
    assert picture is not None, f"{MEDIA / name} cannot be read"
    return _whole(np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8))


def _film(name: str) -> Iterator[Image]:
    """The film's pictures at `FPS`: the newest one at each moment."""
    with av.open(str(MEDIA / name)) as container:
        shown, moment = None, 0
        for frame in container.decode(video=0):
            assert frame.time is not None
            while shown is not None and moment / FPS < frame.time:
                yield shown
                moment += 1
            shown = _whole(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))


def _less(path: Path) -> Iterator[Image]:
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            small = frame.reformat(LESS_WIDTH, LESS_HEIGHT, "rgb24", interpolation="AREA")
            yield np.asarray(small.to_ndarray(), np.uint8)


def _whole(picture: Image) -> Image:
    """Scaled to fit, before the empty place."""
    height, width = picture.shape[:2]
    scale = min(WIDTH / width, HEIGHT / height)
    size = round(width * scale), round(height * scale)
    left, top = (WIDTH - size[0]) // 2, (HEIGHT - size[1]) // 2
    scaled = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)
    if size == (WIDTH, HEIGHT):
        return np.asarray(scaled, np.uint8)
    shown = _photo(EMPTY).copy()
    shown[top : top + size[1], left : left + size[0]] = scaled
    return shown


def _made(
    path: Path,
    pictures: Iterable[Image],
    skip: int = 0,
    size: tuple[int, int] = (WIDTH, HEIGHT),
    most_kbit: int = MOST_KBIT,
) -> Path:
    """skip: pictures at its beginning that are not kept."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".making.h264")
        _encode(pictures, aside, size, most_kbit)
        units = aside.read_bytes().split(DELIMITER)[1 + skip :]
        aside.write_bytes(b"".join(DELIMITER + unit for unit in units))
        aside.rename(path)
    return path


def _encode(pictures: Iterable[Image], path: Path, size: tuple[int, int], most_kbit: int) -> None:
    options = {
        "preset": "superfast", "crf": "23", "g": str(GOP), "keyint_min": str(GOP),
        "sc_threshold": "0", "bf": "0",
        "x264-params": f"aud=1:vbv-maxrate={most_kbit}:vbv-bufsize={most_kbit}",
    }  # fmt: skip
    grains = [grain[: size[1], : size[0]] for grain in _grains()]
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=FPS, options=options)
        (stream.width, stream.height), stream.pix_fmt = size, "yuv420p"
        for number, picture in enumerate(pictures):
            noisy = cv2.add(picture, grains[number % len(grains)], dtype=cv2.CV_8U)
            frame = av.VideoFrame.from_ndarray(np.asarray(noisy, np.uint8), format="rgb24")
            file.mux(stream.encode(frame))
        file.mux(stream.encode())


def _grains(many: int = 16) -> list[NDArray[np.int16]]:
    random = np.random.default_rng(1)
    return [
        np.repeat(random.normal(0.0, NOISE, (HEIGHT, WIDTH, 1)).round().astype(np.int16), 3, axis=2)
        for _ in range(many)
    ]
