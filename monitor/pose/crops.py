"""Pictures handed to an engine, and rotated squares cut out of them."""

import math
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from monitor.posture.model import Floats, Image, Region

LARGEST_PX = 32766
"""OpenCV warps no picture with a longer side."""

_MARGIN = 8
"""Pixels kept round a region as it is halved: what is read between two lies between them still."""


def checked(image: Image) -> Image:
    """The picture, contiguous. Raises ValueError when it is none."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise ValueError(
            f"a picture is (height, width, 3) uint8 RGB, not {image.shape} {image.dtype}"
        )
    if max(image.shape) > LARGEST_PX:
        raise ValueError(f"a picture's side is at most {LARGEST_PX} px, not {max(image.shape)}")
    return np.ascontiguousarray(image)


def whole(image: Image) -> Region:
    """The smallest square that holds the whole picture, centred on it."""
    height, width = image.shape[:2]
    return Region(width / 2, height / 2, float(max(height, width)))


def shows(image: Image, region: Region) -> bool:
    """Whether the region is a square of at least a pixel that touches the picture."""
    height, width = image.shape[:2]
    reach = region.size * 0.71
    return (
        1 <= region.size < math.inf
        and math.isfinite(region.angle)
        and -reach < region.x < width + reach
        and -reach < region.y < height + reach
    )


def to_picture(region: Region, side: int) -> Floats:
    """(2, 3) transform from pixels of a crop of `side` to pixels of the picture."""
    scale, half = region.size / side, side / 2
    cos, sin = scale * math.cos(region.angle), scale * math.sin(region.angle)
    x, y = region.x - (cos - sin) * half, region.y - (sin + cos) * half
    return np.array([[cos, -sin, x], [sin, cos, y]])


def turned(angle: float) -> Floats:
    """(2, 2): turns points clockwise as seen in the picture (x right, y down)."""
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, -sin], [sin, cos]])


def crop(
    picture: Image,
    region: Region,
    side: int,
    *,
    border: int = cv2.BORDER_CONSTANT,
    into: Image | None = None,
) -> Image:
    """The region as a square of `side` pixels. border: what lies beyond the picture, one of
    OpenCV's kinds; black unless said. into: a square to write to, which spares a fifth of the time.

    Of regions of four and more pixels to one the picture is averaged down first, so that nothing
    in them is skipped; each pixel is the mean round the point it stands for.
    """
    while region.size >= 4 * side:
        picture, region = _halved(picture, region)
    cut = cv2.warpAffine(
        picture,
        to_picture(region, side),
        (side, side),
        into,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=border,
    )
    return np.asarray(cut, np.uint8)


def _halved(picture: Image, region: Region) -> tuple[Image, Region]:
    """What of the picture the region may show, at half of its size, and the region in it."""
    reach = region.size / 2 * (abs(math.cos(region.angle)) + abs(math.sin(region.angle)))
    left, right = _span(region.x, reach, picture.shape[1])
    top, bottom = _span(region.y, reach, picture.shape[0])
    part: Any = picture[top:bottom, left:right]
    odd_lines, odd_columns = (bottom - top) % 2, (right - left) % 2
    if odd_lines or odd_columns:
        part = cv2.copyMakeBorder(part, 0, odd_lines, 0, odd_columns, cv2.BORDER_REPLICATE)
    height, width = part.shape[:2]
    half = replace(
        region,
        x=(region.x - left - 0.5) / 2,
        y=(region.y - top - 0.5) / 2,
        size=region.size / 2,
    )
    return shrunk(part, (width // 2, height // 2)), half


def _span(middle: float, reach: float, side: int) -> tuple[int, int]:
    """From an even pixel up to the one that is no longer needed, at least one of them."""
    first = min(max(0, int(middle - reach) - _MARGIN), side - 1) // 2 * 2
    return first, min(max(first + 1, int(middle + reach) + _MARGIN), side)


def shrunk(picture: Any, size: tuple[int, int]) -> Image:
    """Averaged down to (width, height)."""
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
