"""Squares cut out of pictures: each pixel is what lies where it stands for."""

import cv2
import numpy as np
import pytest

from monitor.pose.crops import crop, to_picture, whole
from monitor.posture.model import Image, Region

SIDE = 16


def slope(width: int, height: int) -> Image:
    """Red is a pixel's column, green its row."""
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    return np.stack([columns, rows, 0 * rows], axis=-1).astype(np.uint8)


@pytest.mark.parametrize("size", [25, 70, 150, 400])
@pytest.mark.parametrize("shape", [(250, 200), (249, 201)])
@pytest.mark.parametrize("angle", [0.0, 0.4, -2.0])
def test_shows_what_lies_there(size: float, shape: tuple[int, int], angle: float) -> None:
    width, height = shape
    region = Region(128.0, 91.0, size, angle)
    cut = crop(slope(width, height), region, SIDE)
    of, pixels = to_picture(region, SIDE), np.mgrid[:SIDE, :SIDE][::-1]
    x, y = np.tensordot(of[:, :2], pixels, 1) + of[:, 2][:, None, None]
    round_it = max(1.0, size / SIDE)
    shown = np.minimum(np.minimum(x, width - 1 - x), np.minimum(y, height - 1 - y))
    within, beyond = shown > round_it, shown < -round_it
    assert within.sum() > 20
    assert np.abs(cut[within, 0] - x[within]).max() < 1.5
    assert np.abs(cut[within, 1] - y[within]).max() < 1.5
    assert cut[beyond].max(initial=0) == 0


@pytest.mark.parametrize("shape", [(1, 2000), (2000, 1), (1, 1), (3, 5)])
def test_a_thin_picture_fills_its_square_when_its_edge_goes_on(shape: tuple[int, int]) -> None:
    picture = np.full((*shape, 3), 200, np.uint8)
    cut = crop(picture, whole(picture), SIDE, border=cv2.BORDER_REPLICATE)
    assert (cut == 200).all()
