"""On all the footage: no camera that sees is called blind, and each that does not is, in time.

Half-second samples of each film, scaled to at most 640 pixels, go round and round. And over a real
RTSP server: a hall whose picture freezes before it is encoded.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import repeat
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from monitor.capture.detail import Detail
from monitor.posture.model import Image
from tests.integration.rtsp import RtspServer
from tests.integration.test_camera_faults import Watching
from tests.integration.video import encode

SEEN_S = 20.0
NOTHING_STANDS = (
    "neg-car-park.mp4", "neg-cat.mp4", "neg-conveyor-bolt.gif", "squat-side-gym.mp4",
    "trunk-bend-side-overlay.gif",
)  # fmt: skip
"""Bare asphalt, a cat that fills the picture, an empty belt, a camera that itself moves, black in
most spans: no cover is surely noticed there, or no blur."""

Change = Callable[[Image, int], Image]
RNG = np.random.default_rng(0)
MEDIA = Path(os.environ.get("PLUMBLINE_MEDIA") or Path(__file__).parents[3] / "shared" / "media")
FILMS = sorted(p.name for p in MEDIA.glob("*") if p.suffix in (".mp4", ".mkv", ".avi", ".gif"))


def samples(path: Path) -> list[Image]:
    images, last = [], -1.0
    with av.open(str(path)) as film:
        for frame in film.decode(video=0):
            if len(images) == 14:
                break
            if frame.time is None or frame.time - last >= 0.5:
                last = frame.time or 0.0
                images.append(small(frame.to_ndarray(format="rgb24")))
    return images


def small(image: Image) -> Image:
    scale = min(1.0, 640 / max(image.shape[:2]))
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def lit(gain: float) -> Change:
    return lambda image, look: whole(image * gain + RNG.normal(0.0, 2.0, image.shape))


def whole(image: np.ndarray) -> Image:
    return np.clip(image, 0, 255).astype(np.uint8)


def somebody(image: Image, look: int) -> Image:
    """Before the middle 60 % of the lens, out of focus, folds in the clothes."""
    changed, wide = image.copy(), image.shape[1]
    folds = RNG.integers(80, 110, (image.shape[0], 4 * wide // 5 - wide // 5, 3))
    changed[:, wide // 5 : 4 * wide // 5] = cv2.GaussianBlur(whole(folds), (0, 0), 5)
    return changed


def hand(image: Image, look: int) -> Image:
    shade = 60 + 40 * np.linspace(0, 1, image.shape[1])[None, :, None] + 20 * np.sin(look / 3)
    return whole(shade * (1.3, 0.8, 0.7) + RNG.normal(0.0, 3.0, image.shape))


def paint(image: Image, look: int) -> Image:
    return whole(128 + RNG.normal(0.0, 4.0, image.shape))


def cloth(image: Image, look: int) -> Image:
    tiny = cv2.resize(image, (6, 4), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(tiny, image.shape[1::-1], interpolation=cv2.INTER_CUBIC))


def blurred(image: Image, look: int) -> Image:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 4))


CONTROLS: dict[str, Change] = {
    "as it is": lambda image, look: image,
    "half the light": lit(0.5),
    "a fifth of the light": lit(0.2),
    "a tenth of the light": lit(0.1),
    "twice the light": lit(2.0),
    "exposure that hunts": lambda image, look: whole(image * (1 + 0.6 * np.sin(look))),
    "somebody before the lens": somebody,
}


def told(images: Sequence[Image], change: Change) -> list[tuple[float, str]]:
    detail = Detail()
    for look in range(40):
        detail.look(look / 2, images[look % len(images)])
    words = [
        (look / 2, detail.look(SEEN_S + look / 2, change(images[look % len(images)], look)))
        for look in range(44)
    ]
    return [(t, word) for t, word in words if word is not None]


@pytest.mark.parametrize("film", FILMS)
def test_a_camera_that_sees_is_not_called_blind(film: str) -> None:
    images = samples(MEDIA / film)
    said = {how: told(images, change) for how, change in CONTROLS.items()}
    assert {how: words for how, words in said.items() if words} == {}


@pytest.mark.parametrize("film", [film for film in FILMS if film not in NOTHING_STANDS])
def test_a_camera_that_sees_nothing_is(film: str) -> None:
    images = samples(MEDIA / film)
    first = {change.__name__: told(images, change)[:1] for change in (hand, paint, cloth, blurred)}
    assert first == {
        "hand": [(10.0, "covered")],
        "paint": [(10.0, "covered")],
        "cloth": [(10.0, "covered")],
        "blurred": [(15.0, "defocused")],
    }


FPS, WELL_S, FROZEN_S = 25, 20, 45


def hall_that_freezes() -> Iterator[Image]:
    hall = np.kron(RNG.integers(40, 220, (12, 20, 3)), np.ones((16, 16, 1)))
    pictures = [whole(hall + RNG.normal(0.0, 2.0, (192, 320, 1))) for _ in range(60)]
    for number in range(FPS * WELL_S):
        yield pictures[number * 7 % 60]
    yield from repeat(pictures[0], FPS * FROZEN_S)


@pytest.mark.parametrize("key_every_s", [2, 10])
def test_a_frozen_picture_is_known_in_half_a_minute_while_the_camera_rests(
    tmp_path: Path, rtsp: RtspServer, key_every_s: int
) -> None:
    """Nobody is there, so it is looked at every few seconds; quality is constant."""
    gop = str(FPS * key_every_s)
    options = {
        "preset": "superfast", "crf": "23", "g": gop, "keyint_min": gop, "sc_threshold": "0",
        "bf": "0", "x264-params": "aud=1",
    }  # fmt: skip
    film = encode(hall_that_freezes(), tmp_path / "a.h264", FPS, codec="libx264", options=options)
    rtsp.add("/hall", film, FPS)
    rtsp.start()
    watching = Watching(tmp_path / "site", hall=rtsp.address("/hall"))
    watching.until(lambda: watching.are(hall="up"), 15)
    froze = watching.states()["hall"].since + timedelta(seconds=WELL_S)
    watching.until(lambda: watching.are(hall="blind"), WELL_S + FROZEN_S)
    watching.stop()
    noticed = watching.incidents()["hall frozen"].started_at
    print(f"noticed after {(noticed - froze).total_seconds():.1f} s")
    assert 0.0 <= (noticed - froze).total_seconds() <= 30.0
