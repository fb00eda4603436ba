"""A second net for faces: MediaPipe's face detector, which needs no body to find one.

The full-range model of the pinned wheel sees a face down to about a thirtieth of a picture's side;
so that small ones are seen as well, a picture is looked at whole and in overlapping quarters.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import mediapipe as mp
import numpy as np

from monitor.errors import ModelError
from monitor.pose.bundle import with_normalization
from monitor.pose.models import face_model
from monitor.posture.model import Image

WINDOW = 0.6
"""Side of a quarter, as a share of the picture's: neighbours share a third of it."""

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
        """model: the file of `face_model`. Raises ModelError when MediaPipe cannot load it."""
        options = mp.tasks.vision.FaceDetectorOptions(
            base_options=mp.tasks.BaseOptions(
                model_asset_buffer=with_normalization(model.read_bytes(), mean=127.5, std=127.5)
            )
        )
        try:
            self._detector = mp.tasks.vision.FaceDetector.create_from_options(options)
        except (RuntimeError, ValueError) as e:
            raise ModelError(
                f"the face model {model} cannot be loaded; run `plumbline models fetch`"
            ) from e

    def find(self, image: Image) -> list[Disc]:
        """A disc over each face, some of them twice."""
        return [
            _disc(found.bounding_box, x, y)
            for x, y, part in _windows(image)
            for found in self._detector.detect(
                mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(part))
            ).detections
        ]

    def close(self) -> None:
        self._detector.close()


def _windows(image: Image) -> Iterator[tuple[int, int, Image]]:
    """The picture and its quarters, each with its left and top."""
    yield 0, 0, image
    height, width = image.shape[:2]
    high, wide = max(1, round(height * WINDOW)), max(1, round(width * WINDOW))
    for top in (0, height - high):
        for left in (0, width - wide):
            yield left, top, image[top : top + high, left : left + wide]


def _disc(box: Any, left: int, top: int) -> Disc:
    side = max(box.width, box.height)
    x, y = left + box.origin_x + box.width / 2, top + box.origin_y + box.height / 2
    return Disc(x, y, ROUND * side)


def faces_of(data: Path) -> Faces | None:
    """The second net; `None` where a bundle was brought by hand, which holds no face model.

    Raises ModelError when the model is damaged.
    """
    model = face_model(data)
    return None if model is None else Faces(model)
