"""Pictures as cameras send them, in RGB."""

import cv2
import numpy as np

from monitor.posture.model import AnyImage, Image, Planes

_LUMA = (16 + np.arange(256) * 219 / 255).round().astype(np.uint8)
_CHROMA = (128 + (np.arange(256) - 128) * 224 / 255).round().astype(np.uint8)
"""Values that span 0..255 as OpenCV takes them (ITU-R BT.601)."""


def rgb(image: AnyImage) -> Image:
    """(height, width, 3) uint8."""
    if not isinstance(image, Planes):
        return image
    height, width = image.luma.shape
    luma, blue, red = image.luma, image.blue, image.red
    if height % 2 or width % 2:
        luma = np.pad(luma, ((0, height % 2), (0, width % 2)), "edge")
    if image.full:
        luma, blue, red = _LUMA[luma], _CHROMA[blue], _CHROMA[red]
    together = np.concatenate([plane.ravel() for plane in (luma, blue, red)])
    converted = cv2.cvtColor(together.reshape(-1, luma.shape[1]), cv2.COLOR_YUV2RGB_I420)
    return np.asarray(converted[:height, :width], np.uint8)


def resized(image: AnyImage, size: tuple[int, int], how: int) -> AnyImage:
    """To (width, height), interpolated by one of OpenCV's ways."""
    if not isinstance(image, Planes):
        return np.asarray(cv2.resize(image, size, interpolation=how), np.uint8)
    half = (size[0] + 1) // 2, (size[1] + 1) // 2
    luma, blue, red = (
        np.asarray(cv2.resize(plane, to, interpolation=how), np.uint8)
        for plane, to in ((image.luma, size), (image.blue, half), (image.red, half))
    )
    return Planes(luma, blue, red, image.full)
