"""MediaPipe's own reference landmarks of a video, with the tolerances of its authors' test.

They were made by a tracking, smoothing pipeline (tensorflow/tfjs-models), so single pictures
cannot agree to the pixel: 31 px and 0.24 m are the upstream test's, the median is ours.
"""

import json
from typing import Any

import numpy as np
import pytest

from monitor.pose.engine import Engine
from monitor.posture.model import Floats, Image, Pose
from tests.integration.pictures import film
from tests.media import media

GOLDEN = "squat-front-mediapipe-golden"
WITHIN_PX = 31
WITHIN_M = 0.24
MEDIAN_PX = 6.0


@pytest.fixture(scope="module", params=["blazepose", "mediapipe"])
def engine(request: pytest.FixtureRequest) -> Engine:
    engine: Engine = request.getfixturevalue(request.param)
    return engine


@pytest.fixture(scope="module")
def pictures() -> list[Image]:
    return list(film(f"{GOLDEN}.mp4"))


@pytest.fixture(scope="module")
def searched(engine: Engine, pictures: list[Image]) -> list[Pose]:
    """Each picture searched whole; exactly one person in each."""
    return [pose for picture in pictures for pose in engine.find(picture)]


@pytest.fixture(scope="module")
def followed(engine: Engine, pictures: list[Image], searched: list[Pose]) -> list[Pose]:
    """Found in the first picture, then followed from region to region."""
    poses = [searched[0]]
    for picture in pictures[1:]:
        (pose,) = engine.follow(picture, [poses[-1].region])
        assert pose is not None
        poses.append(pose)
    return poses


@pytest.fixture(params=["searched", "followed"])
def poses(request: pytest.FixtureRequest, searched: list[Pose], followed: list[Pose]) -> list[Pose]:
    return searched if request.param == "searched" else followed


def reference(kind: str) -> Floats:
    values: Any = json.loads(media(f"{GOLDEN}.{kind}.json").read_text())
    return np.array(values, np.float64)


def pixels_off(poses: list[Pose], expected: Floats) -> Floats:
    seen = np.array([pose.landmarks[:, :2] for pose in poses])
    off: Floats = np.linalg.norm(seen - expected[:, :, :2], axis=2)
    return off


def test_landmarks_lie_where_the_reference_has_them(poses: list[Pose]) -> None:
    off = pixels_off(poses, reference("landmarks2d"))
    assert np.mean(off <= WITHIN_PX) >= 0.99
    assert np.median(off) <= MEDIAN_PX


def test_world_landmarks_lie_where_the_reference_has_them(poses: list[Pose]) -> None:
    world = np.array([pose.world for pose in poses])
    assert np.abs(world - reference("landmarks3d")).max() <= WITHIN_M


def test_the_pictures_are_those_of_the_reference(searched: list[Pose]) -> None:
    """A picture late or early agrees less: none was dropped or doubled in decoding."""
    expected = reference("landmarks2d")
    assert len(searched) == len(expected)
    early = pixels_off(searched[:-1], expected[1:])
    late = pixels_off(searched[1:], expected[:-1])
    right = np.median(pixels_off(searched, expected))
    assert right < min(np.median(early), np.median(late))
