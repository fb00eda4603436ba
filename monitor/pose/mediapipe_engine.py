"""MediaPipe's PoseLandmarker behind the two verbs of an engine."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mediapipe as mp
import numpy as np

from monitor.colour import rgb
from monitor.errors import ModelError
from monitor.pose.crops import checked, crop, shrunk, to_picture
from monitor.pose.doubles import elsewhere, without_doubles
from monitor.pose.models import pose_task
from monitor.posture.model import AnyImage, Floats, Image, Landmark, Pose, Region

CROP_PX = 384
"""Side of the square that `follow` hands to the model: half more than the 256 it looks at, so that
a body smaller than its region keeps its detail."""

PADDING = 1.25
"""How much wider than the body the next look is: BlazePose's own, in MediaPipe's pose_landmark."""

STRAY = 0.25
"""The person's hips lie within this share of the region's side from its centre, or it is another:
about 0.6 m, a third of a second at a quick walk."""


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

    def find(
        self,
        image: AnyImage,
        windows: Sequence[Region] = (),
        *,
        still: bool = False,
        known: Sequence[Region] = (),
        seen: Sequence[Pose] = (),
    ) -> list[Pose]:
        """A still picture is looked at as a whole: what squares show would not be verified. Nor is
        what is seen: a search is one look anyhow."""
        picture = rgb(checked(image))
        if not windows:
            poses = self._poses_in_all(picture)
        else:
            side = self._search_px
            poses = [p for window in windows for p in self._poses_in(picture, window, side)]
        new = [pose for pose in poses if elsewhere(pose.region, known)]
        return without_doubles(sorted(new, key=lambda pose: pose.score, reverse=True))

    def follow(self, image: AnyImage, regions: Sequence[Region]) -> list[Pose | None]:
        picture = rgb(checked(image))
        return [self._look(picture, region) for region in regions]

    def close(self) -> None:
        self._landmarker.close()

    def _poses_in_all(self, picture: Image) -> list[Pose]:
        height, width = picture.shape[:2]
        scale = min(1.0, self._search_px / max(height, width))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        small = shrunk(picture, size) if scale < 1 else picture
        stretch = np.array([[width / size[0], 0.0, 0.0], [0.0, height / size[1], 0.0]])
        return _poses(self._landmarker, small, stretch)

    def _poses_in(self, picture: Image, region: Region, side: int) -> list[Pose]:
        return _poses(self._landmarker, crop(picture, region, side), to_picture(region, side))

    def _look(self, picture: Image, region: Region) -> Pose | None:
        """The body nearest to where it was: the region may show neighbours too."""
        poses = self._poses_in(picture, region, CROP_PX)
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
    except OSError as e:
        raise ModelError(
            f"MediaPipe cannot be loaded ({e}): apt-get install libegl1 libgles2, "
            "or use the engine blazepose"
        ) from e
    except (RuntimeError, ValueError) as e:
        raise ModelError(
            f"the pose model {task} cannot be loaded; run `plumbline models fetch`"
        ) from e


def _distance(one: Region, other: Region) -> float:
    return math.hypot(one.x - other.x, one.y - other.y)


def _poses(landmarker: Any, image: Image, transform: Floats) -> list[Pose]:
    result = landmarker.detect(mp.Image(image_format=mp.ImageFormat.SRGB, data=image))
    height, width = image.shape[:2]
    pairs = zip(result.pose_landmarks, result.pose_world_landmarks, strict=True)
    poses = (_pose(seen, world, (width, height), transform) for seen, world in pairs)
    return [pose for pose in poses if pose is not None]


def _pose(seen: Any, metric: Any, size: tuple[int, int], transform: Floats) -> Pose | None:
    """MediaPipe's normalised landmarks in pixels of the picture; `None` where any is no number."""
    width, height = size
    landmarks = np.array([[p.x * width, p.y * height, p.z * width, p.visibility] for p in seen])
    world = np.array([[p.x, p.y, p.z] for p in metric])
    presence = float(np.mean([p.presence for p in seen]))
    if not (np.isfinite(landmarks).all() and np.isfinite(world).all() and np.isfinite(presence)):
        return None
    scale = float(np.hypot(*transform[:, 0]))
    landmarks[:, :2] = landmarks[:, :2] @ transform[:, :2].T + transform[:, 2]
    landmarks[:, 2] *= scale
    world[:, :2] = world[:, :2] @ transform[:, :2].T / scale
    return Pose(landmarks, world, presence, next_region(landmarks))


def make(data: Path, *, search_px: int, max_people: int, threads: int) -> MediaPipeEngine:
    """For `monitor.pose.engines`. threads does not matter: MediaPipe chooses them itself."""
    return MediaPipeEngine(pose_task(data), search_px=search_px, max_people=max_people)
