"""Pictures handed to an engine, and rotated squares cut out of them."""

import math
from typing import Any

import cv2
import numpy as np

from monitor.colour import rgb
from monitor.posture.model import AnyImage, Floats, Image, Planes, Region
from monitor.posture.picture import BLACK

LARGEST_PX = 32766
"""OpenCV warps no picture with a longer side."""

_MOST_AVERAGED = 8

_GREY = 128
"""Of what has no colour."""


def checked(image: AnyImage) -> AnyImage:
    """The picture, contiguous. Raises ValueError when it is none."""
    if max(image.shape) > LARGEST_PX:
        raise ValueError(f"a picture's side is at most {LARGEST_PX} px, not {max(image.shape)}")
    if isinstance(image, Planes):
        return image
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise ValueError(
            f"a picture is (height, width, 3) uint8 RGB, not {image.shape} {image.dtype}"
        )
    return np.ascontiguousarray(image)


def whole(image: AnyImage) -> Region:
    """The smallest square that holds the whole picture, centred on it."""
    height, width = image.shape[:2]
    return Region(width / 2, height / 2, float(max(height, width)))


def shows(image: AnyImage, region: Region) -> bool:
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
    picture: AnyImage,
    region: Region,
    side: int,
    *,
    border: int = cv2.BORDER_CONSTANT,
    into: Image | None = None,
) -> Image:
    """The region as a square of `side` pixels, RGB. border: what lies beyond the picture, one of
    OpenCV's kinds; black unless said. into: a square to write to, which spares a fifth of the time
    of RGB.

    Regions of more than two pixels to one are cut out in a multiple of that side and averaged
    down, so that nothing in them is skipped; each pixel is the mean round the point it stands for.
    """
    if not isinstance(picture, Planes):
        return _cut(picture, region, side, border, into=into)
    half = (side + 1) // 2
    of_colours = _of_colours(region, side, half)
    luma = _cut(picture.luma, region, side, border, 0 if picture.full else BLACK)
    blue, red = (
        _cut(plane, of_colours, half, border, _GREY) for plane in (picture.blue, picture.red)
    )
    return rgb(Planes(luma, blue, red, picture.full))


def _of_colours(region: Region, side: int, half: int) -> Region:
    """The square of `half` pixels of the colours' planes, each of which lies amid four of the
    picture's and stands amid four of the crop's."""
    x, y = to_picture(region, side) @ (half + 0.5, half + 0.5, 1.0)
    return Region((x - 0.5) / 2, (y - 0.5) / 2, region.size / side * half, region.angle)


def _cut(
    picture: Image,
    region: Region,
    side: int,
    border: int,
    beyond: int = 0,
    into: Image | None = None,
) -> Image:
    """Of a picture of one or three values a pixel; beyond: the value there where the border is
    constant."""
    times = min(_MOST_AVERAGED, max(1, int(region.size / side / 2)))
    if times > 2 and region.angle == 0.0 and border == cv2.BORDER_CONSTANT:
        return shrunk(_upright(picture, region, side, times, beyond), (side, side))
    transform = to_picture(region, side * times)
    transform[:, 2] -= transform[:, :2] @ np.full(2, (times - 1) / 2)
    cut = cv2.warpAffine(
        picture,
        transform,
        (side * times, side * times),
        into if times == 1 else None,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=border,
        borderValue=beyond,
    )
    return shrunk(cut, (side, side)) if times > 1 else np.asarray(cut, np.uint8)


def _upright(picture: Image, region: Region, side: int, times: int, beyond: int) -> Image:
    """An unturned region in `times` that side, to whole pixels of the picture: in half the time."""
    size, grid = round(region.size), side * times
    reach = size / 2 + size / side / 2 - 0.5
    corner = np.array([round(region.y - reach), round(region.x - reach)])
    scale = size / grid
    low = np.ceil(np.maximum(-corner, 0) / scale).astype(int)
    high = np.floor((np.minimum(corner + size, picture.shape[:2]) - corner) / scale).astype(int)
    first, last = (np.rint(corner + edge * scale).astype(int) for edge in (low, high))
    (top, left), (bottom, right) = low, high
    square = np.full((grid, grid, *picture.shape[2:]), beyond, np.uint8)
    if top < bottom and left < right:
        shown = picture[first[0] : last[0], first[1] : last[1]]
        square[top:bottom, left:right] = cv2.resize(shown, (right - left, bottom - top))
    return square


def shrunk(picture: Any, size: tuple[int, int]) -> Image:
    """Averaged down to (width, height)."""
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
