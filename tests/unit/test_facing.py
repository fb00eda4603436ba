from dataclasses import replace

import numpy as np
import pytest

from monitor.pose.facing import right_way_round
from monitor.posture.model import Pose
from tests.builders import a_pose, joints

FRONT, BACK = a_pose(), a_pose(joints(yaw=180.0))


def rolled(pose: Pose, deg: float) -> Pose:
    """As in a picture turned clockwise."""
    c, s = np.cos(np.radians(deg)), np.sin(np.radians(deg))
    landmarks = pose.landmarks.copy()
    landmarks[:, :2] = (landmarks[:, :2] - 200.0) @ np.array([[c, s], [-s, c]]) + 200.0
    return replace(pose, landmarks=landmarks)


@pytest.mark.parametrize("pose", [FRONT, BACK])
def test_looks_that_agree_are_all_heard_and_the_wider_one_is_not(pose):
    looks = [pose, pose, pose]
    assert right_way_round(looks, pose) is looks


def test_of_looks_that_differ_those_from_behind_are_right():
    assert right_way_round([FRONT, BACK, FRONT], FRONT) == [BACK]
    assert right_way_round([FRONT, FRONT, FRONT], BACK) == [BACK]
    assert right_way_round([BACK, FRONT, BACK], BACK) == [BACK, BACK, BACK]


@pytest.mark.parametrize("deg", [90.0, 180.0, 250.0])
def test_whoever_lies_or_is_upside_down_has_a_front_and_a_back_too(deg):
    front, back = rolled(FRONT, deg), rolled(BACK, deg)
    assert right_way_round([front, front, front], back) == [back]
    assert right_way_round([front, front, front], front) == [front, front, front]


def test_a_body_seen_sideways_is_not_from_behind():
    sideways = a_pose(joints(yaw=100.0))
    looks = [FRONT, FRONT, sideways]
    assert right_way_round(looks, sideways) is looks
