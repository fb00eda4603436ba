"""Pictures handed to an engine, and rotated squares cut out of them."""

import math
from typing import Any

import cv2
import numpy as np

from monitor.posture.model import Floats, Image, Region

LARGEST_PX = 32766
"""OpenCV warps no picture with a longer side."""

_MOST_AVERAGED = 8


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

    Regions of more than two pixels to one are cut out in a multiple of that side and averaged
    down, so that nothing in them is skipped; each pixel is the mean round the point it stands for.
    """
    times = min(_MOST_AVERAGED, max(1, int(region.size / side / 2)))
    if times > 2 and region.angle == 0.0 and border == cv2.BORDER_CONSTANT:
        return shrunk(_upright(picture, region, side, times), (side, side))
    transform = to_picture(region, side * times)
    transform[:, 2] -= transform[:, :2] @ np.full(2, (times - 1) / 2)
    cut = cv2.warpAffine(
        picture,
        transform,
        (side * times, side * times),
        into if times == 1 else None,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=border,
    )
    return shrunk(cut, (side, side)) if times > 1 else np.asarray(cut, np.uint8)


def _upright(picture: Image, region: Region, side: int, times: int) -> Image:
    """An unturned region in `times` that side, to whole pixels of the picture: in half the time."""
    size, grid = round(region.size), side * times
    reach = size / 2 + size / side / 2 - 0.5
    corner = np.array([round(region.y - reach), round(region.x - reach)])
    scale = size / grid
    low = np.ceil(np.maximum(-corner, 0) / scale).astype(int)
    high = np.floor((np.minimum(corner + size, picture.shape[:2]) - corner) / scale).astype(int)
    first, last = (np.rint(corner + edge * scale).astype(int) for edge in (low, high))
    (top, left), (bottom, right) = low, high
    square = np.zeros((grid, grid, 3), np.uint8)
    if top < bottom and left < right:
        shown = picture[first[0] : last[0], first[1] : last[1]]
        square[top:bottom, left:right] = cv2.resize(shown, (right - left, bottom - top))
    return square


def shrunk(picture: Any, size: tuple[int, int]) -> Image:
    """Averaged down to (width, height)."""
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
