"""A second net for faces: MediaPipe's full-range face detector, which needs no body to find one.

It sees a face down to about a thirtieth of the square it looks at; so that small ones are seen as
well, a picture is looked at whole and in smaller squares.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from monitor.pose.blazepose.detector import Boxes
from monitor.pose.crops import checked, to_picture, whole
from monitor.pose.models import face_model
from monitor.posture.model import AnyImage, Floats, Image, Pose, Region
from monitor.posture.windows import around

SIDE = 192
_CELLS = ((48, 1),)
"""One anchor in each cell of stride 4 (MediaPipe's face_detection_full_range graph)."""

_VALUES = 16
"""Centre and size of the box, then six points of the face."""

SURE = 0.5
"""The least sure face: MediaPipe's own limit."""

WINDOW = 0.6
"""Side of the smaller squares, as a share of the picture's long side."""

ROUND = 1.0
"""Radius of the disc round a face, in sides of the square found: that ends at brows, chin and
cheeks, and its own half-diagonal is 0.71."""


class Disc(NamedTuple):
    """Centre and radius in pixels."""

    x: float
    y: float
    radius: float


class Faces:
    """Finds faces in pictures (height, width, 3) uint8 RGB. Used from one thread."""

    def __init__(self, model: Path) -> None:
        """model: the file of `face_model`. Raises ModelError when it is no such graph."""
        self._boxes = Boxes(model, SIDE, _CELLS, _VALUES, threads=1)

    def find(self, image: Image) -> list[Disc]:
        """A disc over each face, some of them twice."""
        return self._all(image, _corners(image))

    def find_near(self, image: Image, poses: Sequence[Pose]) -> list[Disc]:
        """The same of large faces anywhere, and of small ones near these bodies alone."""
        return self._all(image, map(around, poses))

    def _all(self, image: Image, smaller: Iterable[Region]) -> list[Disc]:
        picture = checked(image)
        windows = (whole(picture), *smaller)
        return [disc for window in windows for disc in self.within(picture, window)]

    def within(self, picture: AnyImage, window: Region) -> list[Disc]:
        """A disc over each face in one square of the picture."""
        return [_disc(values, window) for values, _ in self._boxes(picture, window, SURE)]


def _corners(image: Image) -> Iterator[Region]:
    """Squares in the picture's corners that overlap."""
    height, width = image.shape[:2]
    side = WINDOW * max(height, width)
    for x in {min(side, width) / 2, width - min(side, width) / 2}:
        for y in {min(side, height) / 2, height - min(side, height) / 2}:
            yield Region(x, y, side)


def _disc(values: Floats, window: Region) -> Disc:
    transform = to_picture(window, SIDE)
    x, y = transform[:, :2] @ values[:2] + transform[:, 2]
    return Disc(float(x), float(y), ROUND * float(values[2:4].max()) * window.size / SIDE)


def faces_of(data: Path) -> Faces | None:
    """The second net; `None` where a bundle was brought by hand, which holds no face model.

    Raises ModelError when the model is damaged.
    """
    model = face_model(data)
    return None if model is None else Faces(model)
