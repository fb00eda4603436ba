"""Frozen and black pictures are noticed; quiet and dark ones are not called so."""

from collections.abc import Iterator

import numpy as np
import pytest

from monitor.capture.watch import PictureWatch
from monitor.posture.model import Frame, Image
from tests.unit.capture_fakes import BEGIN

RNG = np.random.default_rng(5)
HALL = RNG.integers(60, 200, (360, 640, 3), dtype=np.uint8)


def noisy(image: Image, sigma: float) -> Image:
    noise = RNG.normal(0.0, sigma, image.shape)
    return np.clip(image + noise, 0, 255).round().astype(np.uint8)


def verdicts(images: Iterator[Image] | list[Image], every_s: float = 1.0) -> list[str | None]:
    watch = PictureWatch(frozen_after_s=15.0, black_after_s=2.0)
    return [
        watch.look(Frame(image, BEGIN, number * every_s)) for number, image in enumerate(images)
    ]


@pytest.mark.parametrize("every_s", [0.2, 1.0, 7.0])
def test_a_repeated_picture_is_frozen_after_15_s(every_s: float) -> None:
    said = verdicts([HALL] * 120, every_s)
    first = next(number for number, word in enumerate(said) if word)
    assert (first - 1) * every_s < 15.0 <= first * every_s
    assert set(said[first:]) == {"frozen"}


def test_a_repeated_picture_with_a_running_clock_is_frozen() -> None:
    images = [HALL.copy() for _ in range(30)]
    for image in images:
        image[8:24, 600:632] = RNG.integers(0, 255)
    assert verdicts(images)[-1] == "frozen"


def round_and_round(pictures: int, every_s: float, seconds: float) -> list[str | None]:
    loop = [noisy(HALL, 3.0) for _ in range(pictures)]
    return verdicts(
        [loop[number % pictures] for number in range(round(seconds / every_s))], every_s
    )


def test_a_few_pictures_shown_again_and_again_are_frozen() -> None:
    said = round_and_round(64, 0.2, 32.0)
    assert said[137:] == [None, *["frozen"] * 22]


def test_more_pictures_are_a_film() -> None:
    assert set(round_and_round(65, 0.2, 52.0)) == {None}


def test_at_rest_a_picture_that_is_sharpened_for_10_s_after_each_key_picture_is_frozen() -> None:
    assert round_and_round(2, 5.0, 60.0)[-1] == "frozen"


def test_a_film_that_goes_round_is_watched_while_the_camera_rests() -> None:
    """As somebody tries it: 42 s in a loop, of which ten or eleven pictures are looked at."""
    assert set(round_and_round(11, 4.0, 180.0)) == {None}


@pytest.mark.parametrize("sigma", [0.2, 1.0])
def test_a_quiet_hall_is_not_frozen(sigma: float) -> None:
    assert set(verdicts([noisy(HALL, sigma) for _ in range(40)])) == {None}


def test_a_hall_that_changes_only_at_key_pictures_is_not_frozen() -> None:
    """An encoder may repeat a picture exactly until the next key picture, here every 10 s."""
    keys = [noisy(HALL, 0.3) for _ in range(4)]
    assert set(verdicts([keys[number // 10] for number in range(40)])) == {None}


def test_a_thawed_picture_is_fine_at_once() -> None:
    said = verdicts([*[HALL] * 25, noisy(HALL, 1.0), noisy(HALL, 1.0)])
    assert said[24:] == ["frozen", None, None]


def test_black_after_2_s_and_fine_at_once() -> None:
    black = np.zeros_like(HALL)
    said = verdicts([HALL, *[noisy(black, 3.0) for _ in range(4)], HALL])
    assert said == [None, None, None, "black", "black", None]


def test_a_dark_hall_with_a_lamp_is_not_black() -> None:
    dark = np.full_like(HALL, 8)
    dark[100:160, 300:360] = 220
    assert set(verdicts([noisy(dark, 2.0) for _ in range(5)])) == {None}


def test_a_new_picture_size_is_a_new_picture() -> None:
    assert verdicts([*[HALL] * 25, HALL[::2, ::2]])[-1] is None


def test_a_new_picture_size_is_known_anew() -> None:
    small = np.full((90, 160, 3), 128, np.uint8)
    assert set(verdicts([*[noisy(HALL, 1.0) for _ in range(20)], *[noisy(small, 3.0)] * 15])) == {
        None
    }
