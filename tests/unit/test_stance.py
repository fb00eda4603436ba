from dataclasses import replace

import numpy as np
import pytest

from monitor.capture.mannequin.camera import aimed
from monitor.posture.gravity import Calibration, sight
from monitor.posture.model import Floats, Pose
from monitor.posture.stance import STANCE_S, Stance
from tests.builders import drawn_pose

CAMERA = aimed(4.0, pitch=20)


def standing(x: float = 0.0) -> Pose:
    return drawn_pose(CAMERA, "stand", (x, 0.0), 0.0)


def towards(deg: float) -> Floats:
    return np.array([np.sin(np.radians(deg)), 0.0, np.cos(np.radians(deg))])


def azimuth_deg(ahead: Floats) -> float:
    return float(np.degrees(np.arctan2(ahead[0], ahead[2])))


def told(stance: Stance, seemed: list[float], pose: Pose, start: float = 0.0) -> float:
    looked = sight(pose, Calibration(20.0), 960, 540)
    for number, deg in enumerate(seemed):
        seen = stance.see(start + number / 5, pose, replace(looked, ahead=towards(deg)))
    return azimuth_deg(seen.ahead)


def scale_told(stance: Stance, scales: list[float], pose: Pose, start: float = 0.0) -> float:
    looked = sight(pose, Calibration(20.0), 960, 540)
    for number, scale in enumerate(scales):
        seen = stance.see(start + number / 5, pose, replace(looked, scale=scale))
    return seen.scale


def test_one_look_is_taken_as_it_is():
    assert told(Stance(), [37.0], standing()) == pytest.approx(37.0)


def test_the_errors_of_looks_even_out():
    assert told(Stance(), [150.0, 170.0, 165.0, 155.0], standing()) == pytest.approx(160.0)


def test_a_look_back_to_front_is_outvoted():
    assert told(Stance(), [30.0, 34.0, 32.0, -150.0], standing()) == pytest.approx(32.0)


def test_of_two_that_differ_the_newer_is_right():
    assert told(Stance(), [0.0, 90.0], standing()) == pytest.approx(90.0)


def test_a_step_makes_all_before_void():
    stance = Stance()
    told(stance, [0.0] * 5, standing())
    assert told(stance, [60.0], standing(0.3), start=1.0) == pytest.approx(60.0)


def test_what_was_before_the_feet_moved_stays_void_when_they_come_back():
    stance = Stance()
    told(stance, [0.0] * 4, standing())
    told(stance, [0.0], standing(0.3), start=0.8)
    assert told(stance, [40.0], standing(), start=1.0) == pytest.approx(40.0)


def test_old_looks_are_forgotten():
    stance = Stance()
    told(stance, [0.0], standing())
    assert told(stance, [40.0], standing(), start=STANCE_S) == pytest.approx(40.0)


def test_feet_taken_for_each_other_have_not_moved():
    stance, pose = Stance(), standing()
    told(stance, [20.0] * 3, pose)
    swapped = pose.landmarks.copy()
    swapped[[27, 28]] = swapped[[28, 27]]
    back_to_front = Pose(swapped, pose.world, pose.score, pose.region)
    assert told(stance, [-160.0], back_to_front, start=0.6) == pytest.approx(20.0)


def test_who_bends_and_seems_smaller_is_as_far_away_as_before():
    assert scale_told(Stance(), [0.2, 0.2, 0.16], standing()) == pytest.approx(0.2)


def test_one_look_that_is_too_large_is_not_believed():
    assert scale_told(Stance(), [0.2, 0.2, 0.3, 0.2], standing()) == pytest.approx(0.2)


def test_whoever_stays_bent_is_as_far_away_as_minutes_ago():
    stance = Stance()
    scale_told(stance, [0.2, 0.2], standing())
    assert scale_told(stance, [0.16] * 600, standing(), start=0.4) == pytest.approx(0.2)


def test_whoever_goes_elsewhere_may_be_farther_away():
    stance = Stance()
    scale_told(stance, [0.2, 0.2], standing())
    assert scale_told(stance, [0.16], standing(0.5), start=0.4) == pytest.approx(0.16)


def test_a_look_that_misplaced_the_feet_is_forgotten_and_the_distance_is_not():
    stance = Stance()
    scale_told(stance, [0.2, 0.2], standing())
    scale_told(stance, [0.16], standing(0.5), start=0.4)
    assert scale_told(stance, [0.16], standing(), start=0.6) == pytest.approx(0.2)


def test_a_place_left_for_long_is_forgotten():
    stance = Stance()
    scale_told(stance, [0.2, 0.2], standing())
    scale_told(stance, [0.18] * 12, standing(0.5), start=0.4)
    assert scale_told(stance, [0.16], standing(), start=2.8) == pytest.approx(0.16)
