"""A covered camera and one out of focus are noticed within 30 s; other light and people are not."""

from collections.abc import Callable

import numpy as np
import pytest

from monitor.capture.detail import Detail
from monitor.posture.model import Image

RNG = np.random.default_rng(3)
SIZE = (180, 320)
KNOWN = 200.0
"""By then, in steady seconds, the camera is known."""
Change = Callable[[Image, float], Image]


def hall() -> Image:
    """Shelves, doors and goods: sharp things of every brightness."""
    blocks = RNG.integers(40, 220, (18, 32, 3)).astype(np.uint8)
    return np.kron(blocks, np.ones((10, 10, 1), np.uint8))


HALL = hall()
NOISE = RNG.normal(0.0, 1.0, (7, *SIZE, 1)).astype(np.float32)


def noisy(image: Image | np.ndarray, sigma: float = 2.0) -> Image:
    noise = NOISE[RNG.integers(len(NOISE)), : image.shape[0], : image.shape[1]]
    return np.clip(np.add(image, sigma * noise, dtype=np.float32), 0, 255).astype(np.uint8)


def blurred(image: Image, pixels: int) -> Image:
    """Three running means, which come close to a Gaussian."""
    kernel = np.ones(pixels) / pixels
    soft = image.astype(np.float64)
    for axis in (0, 1) * 3:
        soft = np.apply_along_axis(np.convolve, axis, soft, kernel, "same")
    return soft.astype(np.uint8)


SOFT = blurred(HALL, 6)
GRADIENT = np.broadcast_to(np.linspace(60, 110, SIZE[1])[None, :, None], (*SIZE, 3))
HAND = GRADIENT * (1.3, 0.8, 0.7)


def pushed(image: Image, _: float) -> Image:
    """Somebody right before the lens: smooth, over the middle 60 %."""
    changed = image.copy()
    changed[:, SIZE[1] // 5 : 4 * SIZE[1] // 5] = 90
    return changed


def said(
    change: Change, *, every_s: float = 1.0, for_s: float = 60.0, view: Image = HALL
) -> list[tuple[float, str]]:
    """What is told how long after the change, every time, of a camera long known."""
    detail = Detail()
    for t in np.arange(KNOWN - 30.0 - 10 * every_s, KNOWN, every_s):
        assert detail.look(t, noisy(view)) is None
    times = np.arange(KNOWN, KNOWN + for_s + every_s, every_s)
    words = [(t - KNOWN, detail.look(t, noisy(change(view, t)))) for t in times]
    return [(t, word) for t, word in words if word is not None]


COVERED: dict[str, Change] = {
    "hand": lambda image, t: HAND + 20 * np.sin(t),
    "spray": lambda image, t: np.full_like(image, 140),
    "white": lambda image, t: np.full_like(image, 255),
    "cloth": lambda image, t: 0.1 * image + 0.9 * HAND,
}


@pytest.mark.parametrize("every_s", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("how", COVERED)
def test_a_covered_lens_is_told(how: str, every_s: float) -> None:
    told = said(COVERED[how], every_s=every_s, for_s=30.0)
    assert {word for _, word in told} == {"covered"}
    assert told[0][0] <= 20.0


@pytest.mark.parametrize("every_s", [0.5, 10.0])
def test_a_lens_out_of_focus_is_told(every_s: float) -> None:
    told = said(lambda image, t: SOFT, every_s=every_s, for_s=30.0)
    assert {word for _, word in told} == {"defocused"}
    assert told[0][0] <= 20.0


CONTROLS: dict[str, Change] = {
    "half the light": lambda image, t: image // 2,
    "a tenth of the light": lambda image, t: image // 10,
    "lights out": lambda image, t: image // 30,
    "twice the light": lambda image, t: np.clip(image.astype(np.float64) * 2, 0, 255),
    "light from one side": lambda image, t: image * np.linspace(0.3, 1.2, SIZE[1])[:, None],
    "exposure that hunts": lambda image, t: np.clip(image * (1 + 0.7 * np.sin(t)), 0, 255),
    "somebody before the lens": pushed,
    "other goods": lambda image, t: np.roll(image, 95, axis=1),
    "slightly soft": lambda image, t: blurred(image, 2),
    "noise of the night": lambda image, t: noisy(image // 4, 12.0),
}


@pytest.mark.parametrize("how", CONTROLS)
def test_a_camera_that_sees_is_not_called_blind(how: str) -> None:
    assert said(CONTROLS[how]) == []


@pytest.mark.parametrize("how", [*COVERED, "soft"])
def test_a_moment_is_not_told(how: str) -> None:
    change = COVERED.get(how, lambda image, t: SOFT)
    assert said(lambda image, t: change(image, t) if t < KNOWN + 9.0 else image) == []


def test_a_lens_cleaned_sees_at_once() -> None:
    told = said(lambda image, t: COVERED["spray"](image, t) if t < KNOWN + 20.0 else image)
    assert [t for t, _ in told] == [float(t) for t in range(10, 20)]


def test_a_text_the_camera_writes_does_not_hide_a_lens_out_of_focus() -> None:
    text = RNG.integers(0, 2, (8, 100, 1)).astype(np.uint8) * 200 + 30

    def written(image: Image) -> Image:
        image = image.copy()
        image[4:12, 4:104] = text
        return image

    told = said(lambda image, t: written(SOFT), view=written(HALL))
    assert {word for _, word in told} == {"defocused"}


@pytest.mark.parametrize(("change", "word"), [("spray", "covered"), ("soft", "defocused")])
def test_masks_do_not_hide_it(change: str, word: str) -> None:
    def masked(image: Image) -> Image:
        image = np.array(image)
        for left in range(0, SIZE[1], 160):
            image[:, left : left + 40] = 0
        return image

    def without_noise(image: Image, t: float) -> Image:
        return masked(noisy(SOFT if change == "soft" else COVERED["spray"](image, t)))

    detail = Detail()
    for t in range(60):
        assert detail.look(t, masked(noisy(HALL))) is None
    assert [detail.look(t, without_noise(HALL, t)) for t in range(60, 80)][-1] == word


def test_a_camera_that_was_always_soft_or_bare_is_not_called_so() -> None:
    for view in (SOFT, GRADIENT.astype(np.uint8), np.zeros_like(HALL)):
        assert said(lambda image, t: image, view=view) == []


def test_a_belt_that_runs_empty_is_not_covered() -> None:
    """What passes by may stay away: it stands nowhere."""
    detail = Detail()
    empty = np.full_like(HALL, 120)
    for t in range(120):
        detail.look(t, noisy(np.roll(HALL, 37 * t, axis=1)))
    assert {detail.look(120 + t, noisy(empty)) for t in range(60)} == {None}
