"""Pictures as proof, with nobody to be recognised in them.

Heads are reduced to a handful of flat tiles; everything that is not the body of somebody known is
coarse tiles too, so that a person whom the pose engine missed is not shown either.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.colour import resized, rgb
from monitor.posture.body import scaled, trunk_px
from monitor.posture.model import BONES, AnyImage, Floats, Image, Landmark, Planes, Pose

FACE = tuple(range(11))
"""Landmarks of nose, eyes, ears and mouth."""

HEAD_TRUNKS = 0.42
"""Radius of the hidden disc round a head, in trunk lengths. Head with neck is 0.182 of stature and
the trunk between hips and shoulders 0.288 (Drillis & Contini 1966): half the head is 0.32 of a
trunk, and hair, helmet and a wrong landmark need room."""

NECK_TRUNKS = 0.35
"""From the shoulders to the middle of the head, in trunk lengths, when no face is seen."""

LIMB_TRUNKS = 0.45
"""Width of the band along each bone in which the picture is shown as it is."""

HEAD_TILES = 3
"""A head keeps this many tiles across: too few to tell one from another."""

TILES_ACROSS = 48
"""Tiles along the long side of everything that is not somebody's body."""

LONG_SIDE = 1280
JPEG_QUALITY = 85
WAITING_QUALITY = 95
"""Of a picture that waits whether it will be proof: it becomes a JPEG once more then."""

JOINT = (255, 210, 0)
BONE = (0, 200, 255)


def reduced(image: AnyImage, poses: Sequence[Pose]) -> tuple[AnyImage, list[Pose]]:
    """The picture no larger than `LONG_SIDE`, and these bodies in its pixels.

    Averaged where pixels would be skipped; else that takes seven times as long for nothing."""
    height, width = image.shape[:2]
    scale = LONG_SIDE / max(height, width)
    if scale >= 1.0:
        return image, list(poses)
    how = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR
    smaller = resized(image, (round(width * scale), round(height * scale)), how)
    return smaller, [scaled(pose, scale, scale) for pose in poses]


def picture(
    image: Image,
    judged: Pose | None,
    others: Sequence[Pose],
    *,
    faces: Sequence[tuple[float, float, float]] = (),
    skeleton_only: bool = False,
) -> bytes | None:
    """A JPEG with the judged person's skeleton, or `None` if a head cannot be placed.

    image: (height, width, 3) RGB. others: everybody else in view; shown, heads hidden. faces: discs
    (x, y, radius in pixels) to hide besides.
    """
    everyone = [*([judged] if judged is not None else []), *others]
    heads = [head_of(pose) for pose in everyone]
    if any(head is None for head in heads):
        return None
    if skeleton_only:
        shown = np.zeros_like(image)
    else:
        shown = _tiled(image, max(image.shape[:2]) / TILES_ACROSS)
        cv2.copyTo(image, _bodies(everyone, image.shape[:2]), shown)
        for head in (*heads, *faces):
            if head is not None:
                hide_disc(shown, *head)
    if judged is not None:
        draw_skeleton(shown, judged.landmarks)
    return jpeg(shown)


def hide_heads(image: Image, poses: Sequence[Pose]) -> bool:
    """Hide the head of everybody in place; whether all could be placed."""
    heads = [head_of(pose) for pose in poses]
    for head in heads:
        if head is not None:
            hide_disc(image, *head)
    return None not in heads


def head_of(pose: Pose) -> tuple[float, float, float] | None:
    """Centre and radius in pixels of a disc that covers the head; `None` if it cannot be placed.

    Round the face landmarks, and round where the shoulders say the head is when the face is
    turned away (its landmarks are then guesses).
    """
    points = pose.landmarks[:, :2]
    if not np.isfinite(points).all():
        return None
    trunk = trunk_px(pose)
    face = points[list(FACE)]
    centre = face.mean(axis=0)
    radius = max(HEAD_TRUNKS * trunk, 1.3 * float(np.linalg.norm(face - centre, axis=1).max()))
    if pose.landmarks[list(FACE), 3].mean() < 0.5:
        away = float(np.linalg.norm(centre - _head_from_shoulders(points, trunk)))
        radius = max(radius, away + HEAD_TRUNKS * trunk)
    return float(centre[0]), float(centre[1]), radius


def _head_from_shoulders(points: Floats, trunk: float) -> Floats:
    shoulders = points[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]].mean(axis=0)
    hips = points[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP]].mean(axis=0)
    up = shoulders - hips
    return np.asarray(shoulders + up / max(float(np.linalg.norm(up)), 1.0) * NECK_TRUNKS * trunk)


def hide_disc(image: Image, x: float, y: float, radius: float) -> None:
    """Turn a disc into `HEAD_TILES` tiles across, in place."""
    height, width = image.shape[:2]
    left, top = max(0, int(x - radius)), max(0, int(y - radius))
    right, bottom = min(width, int(x + radius) + 1), min(height, int(y + radius) + 1)
    if left >= right or top >= bottom:
        return
    patch = image[top:bottom, left:right]
    tiles = _tiled(patch, 2 * radius / HEAD_TILES)
    rows, columns = np.ogrid[top:bottom, left:right]
    inside = (columns - x) ** 2 + (rows - y) ** 2 <= radius**2
    patch[inside] = tiles[inside]


def draw_skeleton(image: Image, landmarks: Floats) -> None:
    """Bones and joints in place; landmarks (33, 2 or more) in pixels."""
    thick = max(2, round(max(image.shape[:2]) / 400))
    points = [(round(float(x)), round(float(y))) for x, y in landmarks[:, :2]]
    for a, b in BONES:
        cv2.line(image, points[a], points[b], BONE, thick, cv2.LINE_AA)
    for point in points:
        cv2.circle(image, point, thick, JOINT, -1, cv2.LINE_AA)


def jpeg(image: Image, quality: int = JPEG_QUALITY) -> bytes:
    _, data = cv2.imencode(
        ".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    return data.tobytes()


class Waiting:
    """A picture that is kept for minutes, in case it is asked for: of 1280 x 720 pixels it takes
    1.4 MB as it was sent, or 3 in RGB, and a tenth of that once packed."""

    def __init__(self, image: AnyImage) -> None:
        self.kept: AnyImage | bytes = image

    def pack(self) -> None:
        if not isinstance(self.kept, bytes):
            self.kept = jpeg(self.image, WAITING_QUALITY)

    @property
    def image(self) -> Image:
        if not isinstance(self.kept, bytes):
            return rgb(self.kept)
        data = np.frombuffer(self.kept, np.uint8)
        image = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB)
        assert image is not None
        return image.astype(np.uint8, copy=False)


def mask_out(image: AnyImage, polygons: Sequence[Sequence[tuple[float, float]]]) -> AnyImage:
    """The picture with privacy masks black; polygons in fractions of width and height."""
    if not polygons:
        return image
    masked = rgb(image) if isinstance(image, Planes) else image.copy()
    size = masked.shape[1::-1]
    corners = [np.round(np.asarray(p) * size).astype(np.int32) for p in polygons]
    cv2.fillPoly(masked, corners, (0, 0, 0))
    return masked


def enough_room(folder: Path, keep_free_mb: int) -> bool:
    return shutil.disk_usage(folder).free >= keep_free_mb * 1_000_000


def _tiled(image: Image, tile: float) -> Image:
    height, width = image.shape[:2]
    small = (max(1, round(width / tile)), max(1, round(height / tile)))
    averaged = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(averaged, (width, height), interpolation=cv2.INTER_NEAREST))


def _bodies(poses: Sequence[Pose], size: tuple[int, int]) -> NDArray[np.uint8]:
    """(height, width), not 0 within a limb's width of anybody's bones."""
    mask = np.zeros(size, np.uint8)
    for pose in poses:
        width = max(3, round(LIMB_TRUNKS * trunk_px(pose)))
        points = np.round(pose.landmarks[:, :2]).astype(int)
        for a, b in BONES:
            cv2.line(mask, points[a].tolist(), points[b].tolist(), 1, width)
        corners = points[[11, 12, 24, 23]].astype(np.int32)
        cv2.fillConvexPoly(mask, corners, 1)
    return mask
