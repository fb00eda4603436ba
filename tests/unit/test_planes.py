"""Pictures as cameras send them show what the same picture shows in RGB."""

import cv2
import numpy as np
import pytest

from monitor.colour import resized, rgb
from monitor.evidence import Waiting, mask_out, reduced
from monitor.pose.crops import checked, crop, whole
from monitor.posture.model import Image, Planes, Region
from monitor.posture.picture import grey, means

RED, WHITE, BLACK = (255, 0, 0), (255, 255, 255), (0, 0, 0)

# ITU-R BT.601: Y, Cb, Cr of the same colours, in 16..235 and in 0..255
LIMITED = {RED: (81, 90, 240), WHITE: (235, 128, 128), BLACK: (16, 128, 128)}
FULL = {RED: (76, 85, 255), WHITE: (255, 128, 128), BLACK: (0, 128, 128)}


def plain(height: int, width: int, values: tuple[int, int, int], full: bool) -> Planes:
    half = (height + 1) // 2, (width + 1) // 2
    luma, blue, red = (
        np.full(shape, value, np.uint8)
        for shape, value in zip(((height, width), half, half), values, strict=True)
    )
    return Planes(luma, blue, red, full)


def scene(height: int = 240, width: int = 320) -> Image:
    """Smooth, in many colours, and none of them near the ends of the scale."""
    coarse = np.random.default_rng(3).integers(60, 200, (6, 8, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def sent(image: Image) -> Planes:
    """As a camera sends it, 16..235, in rows that lie apart as a decoder's do."""
    height, width = image.shape[:2]
    together = cv2.cvtColor(image, cv2.COLOR_RGB2YUV_I420).ravel()
    luma, blue, red = np.split(together, [height * width, height * width * 5 // 4])
    apart = np.zeros((height, width + 32), np.uint8)
    apart[:, :width] = luma.reshape(height, width)
    half = height // 2, width // 2
    return Planes(apart[:, :width], blue.reshape(half), red.reshape(half))


def off(one: Image, other: Image) -> float:
    """Grey levels between two pictures, in the mean."""
    assert one.shape == other.shape
    return float(np.abs(one.astype(float) - other).mean())


@pytest.mark.parametrize(("full", "values"), [(False, LIMITED), (True, FULL)])
@pytest.mark.parametrize("shape", [(4, 6), (5, 7), (1, 1), (90, 160)])
def test_colours_are_those_of_the_standard(full, values, shape):
    for colour, sent_as in values.items():
        shown = rgb(plain(*shape, sent_as, full))
        assert shown.shape == (*shape, 3)
        assert np.abs(shown.astype(int) - colour).max() <= 3


def test_rgb_is_left_as_it_is():
    image = scene()
    assert rgb(image) is image


def test_a_picture_looks_the_same_in_rgb():
    assert off(rgb(sent(scene())), scene()) < 2


@pytest.mark.parametrize("size", [90.0, 200.0, 700.0, 1800.0])
@pytest.mark.parametrize("angle", [0.0, 0.5])
@pytest.mark.parametrize("border", [cv2.BORDER_CONSTANT, cv2.BORDER_REPLICATE])
@pytest.mark.parametrize("side", [64, 63])
def test_squares_are_the_same(size, angle, border, side):
    region = Region(150.0, 110.0, size, angle)
    cut = crop(sent(scene()), region, side, border=border)
    assert off(cut, crop(scene(), region, side, border=border)) < 4


def test_a_square_beyond_the_picture_is_black():
    cut = crop(plain(40, 40, FULL[WHITE], True), Region(20, 20, 400), 64)
    assert cut[0, 0].max() <= 2
    cut = crop(plain(40, 40, LIMITED[WHITE], False), Region(20, 20, 400), 64)
    assert cut[0, 0].max() <= 2
    assert cut[32, 32].min() >= 250


@pytest.mark.parametrize("full", [False, True])
def test_brightness_spans_0_to_255(full):
    values = FULL if full else LIMITED
    for colour in (WHITE, BLACK):
        image = plain(48, 64, values[colour], full)
        assert (grey(image, 4, 8) == colour[0]).all()
        assert grey(image, 4, 8).shape == (12, 8)
        assert np.abs(means(image, 16) - colour[0]).max() < 1
        assert means(image, 16).shape == (3, 4)


def test_brightness_is_read_of_the_pixels_that_are_meant():
    columns, rows = np.meshgrid(np.arange(40), np.arange(30))
    luma = (100 + rows + 2 * columns).astype(np.uint8)
    half = np.full((15, 20), 128, np.uint8)
    image, green = Planes(luma, half, half, full=True), np.dstack([0 * luma, luma, 0 * luma])
    assert (grey(image, 3, 7) == luma[::3, ::7]).all()
    assert (grey(green, 3, 7) == luma[::3, ::7]).all()
    assert means(image, 7) == pytest.approx(means(green, 7))
    assert means(image, 7)[1, 2] == pytest.approx(luma[7:14:2, 14:21:2].mean())
    assert means(image, 50).shape == (1, 1)


def test_what_is_read_is_no_longer_the_cameras():
    image = plain(16, 16, FULL[WHITE], True)
    points = grey(image, 1, 1)
    image.luma[:] = 0
    assert (points == 255).all()


def test_evidence_and_masks_look_the_same():
    image = sent(scene(1080, 1920))
    shown, _ = reduced(image, [])
    assert shown.shape == (720, 1280, 3)
    assert off(rgb(shown), rgb(reduced(scene(1080, 1920), [])[0])) < 2
    assert off(Waiting(shown).image, rgb(shown)) == 0
    masked = mask_out(image, [[(0, 0), (0.5, 0), (0.5, 1), (0, 1)]])
    assert not isinstance(masked, Planes)
    assert masked[:, :900].max() == 0
    assert mask_out(image, []) is image


def test_a_picture_of_odd_size_is_resized():
    assert resized(plain(90, 160, FULL[RED], True), (51, 33), cv2.INTER_AREA).shape == (33, 51, 3)


def test_a_picture_too_large_is_refused():
    with pytest.raises(ValueError, match="at most 32766 px, not 32768"):
        checked(plain(2, 32768, FULL[RED], True))
    assert whole(checked(plain(20, 30, FULL[RED], True))) == Region(15, 10, 30)
