"""Real packets: what is decoded of them, and when."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from monitor.capture.feed import Feed
from monitor.capture.group import InOrder
from monitor.capture.rest import LONGEST_S
from monitor.clock import SystemClock
from monitor.posture.model import Frame, Image
from tests.integration.packets import PacketFilm
from tests.integration.video import encode, number_in, numbered

pytestmark = pytest.mark.alone

FPS = 25
COMES = 31.2


def hall(seconds: float) -> Iterator[Image]:
    """A noisy hall that carries the picture's number; from `COMES` on somebody walks through it."""
    random = np.random.default_rng(5)
    grains = random.integers(-3, 4, (16, 192, 320, 1), dtype=np.int16)
    still = next(numbered(1)).astype(np.int16)
    for number, digits in enumerate(numbered(round(seconds * FPS))):
        image = still + grains[number % 16]
        image[:48] = digits[:48]
        if number / FPS >= COMES:
            left = 20 + 3 * (number - round(COMES * FPS)) % 240
            image[70:180, left : left + 40] = 220
        yield np.clip(image, 0, 255).astype(np.uint8)


def filmed(folder: Path, seconds: float, gop: int, **more: str) -> Path:
    options = {
        "preset": "ultrafast", "g": str(gop), "keyint_min": str(gop), "sc_threshold": "0",
        "bf": "0", **more,
    }  # fmt: skip
    return encode(hall(seconds), folder / "hall.mp4", FPS, codec="libx264", options=options)


def looked_at(film: Path) -> list[tuple[float, Frame]]:
    """Each look and its time in the film, while nobody is ever found."""
    feed = Feed("hall", lambda: PacketFilm(film), fps=5.0, clock=SystemClock())
    feed.rest(there=False, sought=False)
    feed.start()
    looks: list[tuple[float, Frame]] = []
    while (frame := feed.take(10.0)) is not None:
        looks.append((frame.t - looks[0][1].t if looks else 0.0, frame))
    feed.stop()
    return looks


@pytest.mark.parametrize("how", [{}, {"preset": "veryfast", "bf": "2"}], ids=["P", "B"])
def test_who_walks_in_is_looked_at_within_a_second_whatever_the_key_pictures(
    tmp_path: Path, how: dict[str, str]
) -> None:
    looks = looked_at(filmed(tmp_path, 34.0, gop=10 * FPS, **how))
    rested = [t for t, frame in looks if frame.rested]
    assert [t for t in rested if t < COMES][-1] > COMES - LONGEST_S - 0.2
    first = min(t for t, _ in looks if t >= COMES)
    assert first <= COMES + 1.0
    awake = [t for t, _ in looks if first <= t < first + 1.5]
    assert len(awake) in (7, 8)
    assert all(number_in(frame.image) == round(t * FPS) for t, frame in looks)


def test_of_each_group_only_what_is_looked_at_is_decoded(tmp_path: Path) -> None:
    source = PacketFilm(filmed(tmp_path, 12.0, gop=2 * FPS))
    source.open()
    seen = []
    for number in range(12 * FPS):
        source.grab()
        if number % (2 * FPS) == 0 or number == 9 * FPS:
            seen.append(number_in(source.retrieve().image))
    source.close()
    assert seen == [0, 50, 100, 150, 200, 225, 250]


def test_moments_come_in_the_order_in_which_pictures_are_shown() -> None:
    in_order = InOrder()
    shown = [in_order.next(number / FPS) for number in (0, 3, 1, 2, 6, 4, 5, 9, 7, 8)]
    assert [round(moment * FPS) for moment in shown] == [0, 3, 3, 3, 3, 3, 4, 5, 6, 7]


def test_a_clock_that_is_set_back_is_followed() -> None:
    in_order = InOrder()
    assert [in_order.next(moment) for moment in (3600.0, 3600.1, 5.0, 5.1)][2:] == [5.0, 5.1]
