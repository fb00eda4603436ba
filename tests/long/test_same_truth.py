"""LiteRT and MediaPipe's image mode read the same body alike; figures in docs/engines.md.

Run with `-rP` to see the figures.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import pytest

from monitor.pose.blazepose.detector import Detector
from monitor.pose.blazepose.landmarks import Landmarks
from monitor.pose.crops import crop, whole
from monitor.pose.engine import Engine
from monitor.pose.models import Graphs
from monitor.posture.angles import SEEN, trunk, trunk_flexion
from monitor.posture.gravity import Calibration, to_gravity
from monitor.posture.model import Image, Pose, Region
from tests.integration.pictures import film

pytestmark = [pytest.mark.media, pytest.mark.timeout(900)]

EACH = {
    "squat-front-mediapipe-golden.mp4": 1,
    "squat-side-gym.mp4": 8,
    "bend-crouch-with-dog.mp4": 4,
    "overhead-barbell.mp4": 4,
    "balance-lab-cam01.mp4": 2,
    "balance-lab-cam03.mp4": 2,
}
"""Every how many pictures one is looked at: 50 to 77 of each film."""

SIDE = 384
WITHIN = 0.04
"""Of a trunk's length: the median distance of the landmarks seen."""

WITHIN_DEG = 4.0
SHIFT = 0.01
"""Of the region's side: how far it is moved to see how much a model differs from itself."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """off: in trunk lengths, median of the visible landmarks; apart_deg: of trunk flexion."""

    off: float
    apart_deg: float


def agreement(pose: Pose, other: Pose, picture: Image) -> Agreement:
    seen = other.landmarks[:, 3] >= SEEN
    distances = np.linalg.norm(pose.landmarks[seen, :2] - other.landmarks[seen, :2], axis=1)
    length = float(np.linalg.norm(trunk(other.landmarks[:, :2])))
    apart = flexion_deg(pose, picture) - flexion_deg(other, picture)
    return Agreement(float(np.median(distances)) / length, abs(apart))


def flexion_deg(pose: Pose, picture: Image) -> float:
    height, width = picture.shape[:2]
    return trunk_flexion(to_gravity(pose, Calibration(), width, height))


def sampled(name: str, engine: Engine) -> Iterator[tuple[Image, Region]]:
    """Pictures of the film and where the one followed is."""
    region = None
    for picture in islice(film(name), 0, None, EACH[name]):
        pose = engine.follow(picture, [region])[0] if region is not None else None
        if pose is None:
            found = engine.find(picture)
            pose = max(found, key=lambda pose: pose.region.size, default=None)
        region = pose.region if pose is not None else None
        if region is not None:
            yield picture, region


def told(name: str, agreements: Sequence[Agreement]) -> tuple[float, float]:
    """The median distance and the share of pictures whose trunks agree."""
    off = float(np.median([each.off for each in agreements]))
    share = float(np.mean([each.apart_deg <= WITHIN_DEG for each in agreements]))
    print(f"{name}: {len(agreements)} pictures, {off:.2%} of a trunk, {share:.0%} within 4°")
    return off, share


@pytest.fixture(scope="module")
def looked_once(graphs: Graphs) -> Callable[[Image], list[Pose]]:
    """LiteRT as MediaPipe's image mode does it: one look at the detector's region."""
    detector, landmarks = Detector(graphs.detector), Landmarks(graphs.landmarks)

    def look(picture: Image) -> list[Pose]:
        found = detector(picture, whole(picture), 0.5)
        return [landmarks(picture, detection.region) for detection in found]

    return look


def in_the_middle(poses: Sequence[Pose]) -> Pose | None:
    def away(pose: Pose) -> float:
        return float(np.hypot(pose.region.x - SIDE / 2, pose.region.y - SIDE / 2))

    return min((pose for pose in poses if away(pose) < SIDE / 4), key=away, default=None)


@pytest.mark.parametrize("name", EACH)
def test_the_same_crop_looked_at_in_the_same_way_reads_the_same(
    name, blazepose, mediapipe, looked_once
):
    agreements = []
    for picture, region in sampled(name, blazepose):
        square = crop(picture, replace(region, angle=0.0), SIDE)
        ours, theirs = in_the_middle(looked_once(square)), in_the_middle(mediapipe.find(square))
        assert (ours is None) == (theirs is None)
        if ours is not None and theirs is not None:
            agreements.append(agreement(ours, theirs, square))
    off, share = told(name, agreements)
    assert len(agreements) >= 40
    assert off <= WITHIN / 4
    assert share >= 0.95


FOLLOWED = dict.fromkeys(EACH, 0.95) | {
    "squat-front-mediapipe-golden.mp4": 0.88,
    "overhead-barbell.mp4": 0.75,
    "balance-lab-cam03.mp4": 0.85,
}
"""Share of pictures in which trunks agree when each engine takes a region of its own within the
crop. Three films do not reach 0.95; in the overhead lift MediaPipe moved by a hundredth agrees with
itself in no more than 0.85."""


@pytest.mark.parametrize("name", EACH)
def test_followed_in_the_same_region_they_differ_as_mediapipe_moved_a_little_does(
    name, blazepose, mediapipe
):
    agreements, itself = [], []
    for picture, region in sampled(name, blazepose):
        moved = replace(region, x=region.x + SHIFT * region.size)
        (ours,) = blazepose.follow(picture, [region])
        theirs, again = mediapipe.follow(picture, [region, moved])
        if ours is not None and theirs is not None and again is not None:
            agreements.append(agreement(ours, theirs, picture))
            itself.append(agreement(again, theirs, picture))
    told(f"{name}, MediaPipe moved", itself)
    off, share = told(name, agreements)
    assert len(agreements) >= 40
    assert off <= WITHIN
    assert share >= FOLLOWED[name]
