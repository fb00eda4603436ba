"""MediaPipe's PoseLandmarker behind the two verbs of an engine."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import mediapipe as mp
import numpy as np

from monitor.errors import ModelError
from monitor.posture.model import Floats, Image, Landmark, Pose, Region

CROP_PX = 384
"""Side of the square that `follow` hands to the model: half more than the 256 it looks at, so that
a body smaller than its region keeps its detail."""

PADDING = 1.25
"""How much wider than the body the next look is: BlazePose's own, in MediaPipe's pose_landmark."""

STRAY = 0.25
"""The person's hips lie within this share of the region's side from its centre, or it is another:
about 0.6 m, a third of a second at a quick walk."""

SAME_BODY = 0.1
"""Two answers of `find` are one body when their shoulders and hips lie, on average, closer than
this share of the region's side: about 0.2 m, nearer than two people can stand side by side."""

LARGEST_PX = 32766
"""OpenCV warps no picture with a longer side."""

_MOST_AVERAGED = 8

_TRUNK = [
    Landmark.LEFT_SHOULDER,
    Landmark.RIGHT_SHOULDER,
    Landmark.LEFT_HIP,
    Landmark.RIGHT_HIP,
]


class MediaPipeEngine:
    """Looks with PoseLandmarker in image mode, which remembers nothing between pictures.

    The Tasks API tells no score of a person; `Pose.score` is the mean presence of the 33
    landmarks, that is how sure the landmark model is that they lie within its crop.
    """

    def __init__(
        self, task: Path, *, search_px: int = 640, max_people: int = 4, min_score: float = 0.5
    ):
        """task: the `.task` bundle. search_px: longest side of the picture `find` looks at.

        min_score: the least sure detection and presence (0..1) that counts as a person.
        Raises ModelError when MediaPipe cannot load the bundle.
        """
        self.name = f"mediapipe/{task.stem.removeprefix('pose_landmarker_')}"
        self._search_px = search_px
        self._landmarker = _landmarker(task, max_people, min_score)

    def find(self, image: Image) -> list[Pose]:
        picture = _checked(image)
        height, width = picture.shape[:2]
        scale = min(1.0, self._search_px / max(height, width))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        small = _shrunk(picture, size) if scale < 1 else picture
        to_picture = np.array([[width / size[0], 0.0, 0.0], [0.0, height / size[1], 0.0]])
        return _without_doubles(_poses(self._landmarker, small, to_picture))

    def follow(self, image: Image, regions: Sequence[Region]) -> list[Pose | None]:
        picture = _checked(image)
        return [self._look(picture, region) for region in regions]

    def close(self) -> None:
        self._landmarker.close()

    def _look(self, picture: Image, region: Region) -> Pose | None:
        """The body nearest to where it was: the region may show neighbours too."""
        to_picture = _from_crop(region)
        poses = _poses(self._landmarker, _crop(picture, region, to_picture), to_picture)
        nearest = min(poses, key=lambda pose: _distance(pose.region, region), default=None)
        if nearest is None or _distance(nearest.region, region) > STRAY * region.size:
            return None
        return nearest


def next_region(landmarks: Floats) -> Region:
    """Where to look for this body next, from its (33, 2+) landmarks in pixels.

    BlazePose's alignment (Bazarevsky et al. 2020): the square round the circle that is centred
    between the hips and holds the whole body, turned so that the line from hips to shoulders
    points up. The two extra landmarks that the model gives for this are not in the Tasks API, so
    the circle goes through the landmark that is furthest from the hips.
    """
    points = landmarks[:, :2]
    hips = points[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP]].mean(axis=0)
    trunk = points[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]].mean(axis=0) - hips
    radius = float(np.linalg.norm(points - hips, axis=1).max())
    angle = float(np.arctan2(trunk[0], -trunk[1]))
    return Region(float(hips[0]), float(hips[1]), max(1.0, 2 * radius * PADDING), angle)


def _landmarker(task: Path, people: int, min_score: float) -> Any:
    options = mp.tasks.vision.PoseLandmarkerOptions(
        base_options=mp.tasks.BaseOptions(model_asset_path=str(task)),
        num_poses=people,
        min_pose_detection_confidence=min_score,
        min_pose_presence_confidence=min_score,
    )
    try:
        return mp.tasks.vision.PoseLandmarker.create_from_options(options)
    except (RuntimeError, ValueError, OSError) as e:
        raise ModelError(
            f"the pose model {task} cannot be loaded; run `plumbline models fetch`"
        ) from e


def _checked(image: Image) -> Image:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise ValueError(
            f"a picture is (height, width, 3) uint8 RGB, not {image.shape} {image.dtype}"
        )
    if max(image.shape) > LARGEST_PX:
        raise ValueError(f"a picture's side is at most {LARGEST_PX} px, not {max(image.shape)}")
    return np.ascontiguousarray(image)


def _distance(one: Region, other: Region) -> float:
    return math.hypot(one.x - other.x, one.y - other.y)


def _without_doubles(poses: list[Pose]) -> list[Pose]:
    """Each body once, as the surest answer tells it; the detector may answer twice for one."""
    kept: list[Pose] = []
    for pose in sorted(poses, key=lambda pose: pose.score, reverse=True):
        if not any(_same_body(pose, other) for other in kept):
            kept.append(pose)
    return kept


def _same_body(one: Pose, other: Pose) -> bool:
    apart = np.linalg.norm(one.landmarks[_TRUNK, :2] - other.landmarks[_TRUNK, :2], axis=1)
    return float(apart.mean()) < SAME_BODY * min(one.region.size, other.region.size)


def _from_crop(region: Region) -> Floats:
    """(2, 3) transform from pixels of the crop to pixels of the picture."""
    turn = region.size / CROP_PX * _turned(region.angle)
    centre = np.array([region.x, region.y]) - turn @ np.full(2, CROP_PX / 2)
    return np.column_stack([turn, centre])


def _turned(angle: float) -> Floats:
    """(2, 2): turns points clockwise as seen in the picture (x right, y down)."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin], [sin, cos]])


def _crop(picture: Image, region: Region, to_picture: Floats) -> Image:
    """The region as a square of CROP_PX, black beyond the picture.

    Regions of more than two pixels to one are cut out in a multiple of that side and averaged
    down, so that nothing in them is skipped.
    """
    times = min(_MOST_AVERAGED, max(1, int(region.size / CROP_PX / 2)))
    side = CROP_PX * times
    cut = cv2.warpAffine(
        picture,
        to_picture / [times, times, 1],
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
    )
    return _shrunk(np.asarray(cut, np.uint8), (CROP_PX, CROP_PX))


def _shrunk(picture: Image, size: tuple[int, int]) -> Image:
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _poses(landmarker: Any, image: Image, to_picture: Floats) -> list[Pose]:
    result = landmarker.detect(mp.Image(image_format=mp.ImageFormat.SRGB, data=image))
    height, width = image.shape[:2]
    pairs = zip(result.pose_landmarks, result.pose_world_landmarks, strict=True)
    poses = (_pose(seen, world, (width, height), to_picture) for seen, world in pairs)
    return [pose for pose in poses if pose is not None]


def _pose(seen: Any, metric: Any, size: tuple[int, int], to_picture: Floats) -> Pose | None:
    """MediaPipe's normalised landmarks in pixels of the picture; `None` where any is no number."""
    width, height = size
    landmarks = np.array([[p.x * width, p.y * height, p.z * width, p.visibility] for p in seen])
    world = np.array([[p.x, p.y, p.z] for p in metric])
    presence = float(np.mean([p.presence for p in seen]))
    if not (np.isfinite(landmarks).all() and np.isfinite(world).all() and np.isfinite(presence)):
        return None
    scale = float(np.hypot(*to_picture[:, 0]))
    landmarks[:, :2] = landmarks[:, :2] @ to_picture[:, :2].T + to_picture[:, 2]
    landmarks[:, 2] *= scale
    world[:, :2] = world[:, :2] @ to_picture[:, :2].T / scale
    return Pose(landmarks, world, presence, next_region(landmarks))
