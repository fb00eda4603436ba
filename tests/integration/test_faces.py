"""The second net for faces, on real pictures."""

import numpy as np
import pytest

from monitor.pose.blazepose.engine import BlazePoseEngine
from monitor.pose.faces import Disc, faces_of
from monitor.pose.models import Graphs
from monitor.posture.model import Landmark, Pose
from tests.integration.conftest import DATA
from tests.integration.pictures import photo


def covered(poses: list[Pose], discs: list[Disc]) -> int:
    """How many noses lie in one of the discs."""
    noses = [pose.landmarks[Landmark.NOSE, :2] for pose in poses]
    return sum(any(np.hypot(x - d.x, y - d.y) < d.radius for d in discs) for x, y in noses)


@pytest.mark.parametrize("name", ["kp-two-seated-studio.jpg", "kp-forest-throw.jpg"])
def test_a_face_too_small_for_the_whole_picture_is_seen_near_a_body(
    name: str, graphs: Graphs
) -> None:
    faces, picture = faces_of(DATA), photo(name)
    assert faces is not None
    poses = BlazePoseEngine(graphs).find(picture, still=True)
    assert covered(poses, faces.find_near(picture, [])) < len(poses)
    assert covered(poses, faces.find_near(picture, poses)) == len(poses)
    assert covered(poses, faces.find(picture)) == len(poses)
