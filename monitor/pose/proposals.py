"""A detector that the user brings, which proposes people besides BlazePose's own."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mediapipe as mp

from monitor.errors import ModelError
from monitor.pose.blazepose.detector import Detection
from monitor.pose.crops import crop, to_picture
from monitor.posture.model import AnyImage, Region
from monitor.posture.windows import MARGIN

MOST_PX = 640
"""Side to which larger squares are scaled: no detector of this kind sees more."""

LEAST_SCORE = 0.3

PERSON = "person"


class OwnDetector:
    """Any EfficientDet or SSD `.tflite` with metadata, through MediaPipe's ObjectDetector."""

    def __init__(self, model: Path) -> None:
        """Raises ModelError when the file is no such model."""
        options = mp.tasks.vision.ObjectDetectorOptions(
            base_options=mp.tasks.BaseOptions(model_asset_path=str(model)),
            score_threshold=LEAST_SCORE,
            category_allowlist=[PERSON],
        )
        with _named(model):
            self._detector: Any = mp.tasks.vision.ObjectDetector.create_from_options(options)

    def __call__(self, picture: AnyImage, window: Region, min_score: float) -> list[Detection]:
        """Whoever is seen in one square of the picture."""
        side = max(1, min(MOST_PX, round(window.size)))
        square = mp.Image(image_format=mp.ImageFormat.SRGB, data=crop(picture, window, side))
        found = (
            Detection(box.categories[0].score, region_of(box.bounding_box, window, side))
            for box in self._detector.detect(square).detections
        )
        return [detection for detection in found if detection.score >= min_score]

    def close(self) -> None:
        self._detector.close()


def region_of(box: Any, window: Region, side: int) -> Region:
    """Where the body in a box may be. box: `origin_x`, `origin_y`, `width`, `height` in pixels of
    the square of `side` cut out of the window. Standing hips are in the middle of a body."""
    transform = to_picture(window, side)
    middle = box.origin_x + box.width / 2, box.origin_y + box.height / 2
    x, y = transform[:, :2] @ middle + transform[:, 2]
    long = max(box.width, box.height) * window.size / side
    return Region(float(x), float(y), MARGIN * long)


@contextlib.contextmanager
def _named(model: Path) -> Iterator[None]:
    try:
        yield
    except OSError as e:
        why = "cannot be read" if not model.is_file() else f"needs what is missing here ({e})"
        raise ModelError(f"engine.detector.path: {model} {why}") from e
    except (RuntimeError, ValueError) as e:
        raise ModelError(
            f"engine.detector.path: {model} is no object detector: it takes an EfficientDet or SSD "
            "model (.tflite) with metadata"
        ) from e
