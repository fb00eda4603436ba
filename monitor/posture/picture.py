"""How bright a picture is, whether it is RGB or as it was sent."""

import numpy as np
from numpy.typing import NDArray

from monitor.posture.model import AnyImage, Image, Planes

BLACK, SPAN = 16, 219
"""Brightness of black, and from there to white, where it does not span 0..255 (ITU-R BT.601)."""

_SPREAD = np.clip((np.arange(256) - BLACK) * (255 / SPAN), 0, 255).round().astype(np.uint8)


def grey(image: AnyImage, rows: int, columns: int) -> Image:
    """Brightness 0..255 of every so manieth pixel of every so manieth row; of RGB the green."""
    if not isinstance(image, Planes):
        return image[::rows, ::columns, 1].copy()
    points = image.luma[::rows, ::columns]
    return points.copy() if image.full else _SPREAD[points]


def means(image: AnyImage, side: int) -> NDArray[np.float32]:
    """Mean brightness of every second pixel of every second row of squares of `side` pixels; those
    that the picture's right and lower edge cut are left out."""
    height, width = (length // side * side for length in image.shape[:2])
    if not height or not width:
        return np.zeros((1, 1), np.float32)
    flat, each = (
        (image.luma, 1) if isinstance(image, Planes) else (image.reshape(len(image), -1), 3)
    )
    squares = flat[:height, : width * each].reshape(height // side, side, width * each)
    sums = squares[:, ::2].sum(axis=1, dtype=np.uint16)
    points = (side + 1) // 2
    apart = sums.reshape(-1, side, each)[:, ::2, each // 2]
    bright = (apart @ np.full(points, points**-2, np.float32)).reshape(-1, width // side)
    if isinstance(image, Planes) and not image.full:
        bright = (bright - BLACK) * np.float32(255 / SPAN)
    return np.asarray(bright, np.float32)
