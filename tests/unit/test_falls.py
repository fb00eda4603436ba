from dataclasses import replace

import numpy as np
import pytest

from monitor.capture.mannequin.camera import aimed
from monitor.posture.falls import Fall
from monitor.posture.gravity import Calibration, to_gravity
from monitor.posture.model import Person
from tests.builders import drawn_pose

CAMERA = aimed(5.0, pitch=20, width=1280, height=720)


def person(posture: str, place: tuple[float, float] = (0.0, 0.0)) -> Person:
    pose = drawn_pose(CAMERA, posture, place, 75.0)
    return Person(1, pose, to_gravity(pose, Calibration(20), 1280, 720))


def lowered(share: float, sideways_px: float = 0.0) -> Person:
    """Standing, with everything brought down to this share of its height over the feet."""
    standing = person("stand")
    feet = standing.pose.landmarks[27:, 1].max()
    landmarks = standing.pose.landmarks.copy()
    landmarks[:, 1] = feet - share * (feet - landmarks[:, 1])
    landmarks[:, 0] += sideways_px
    gravity = standing.gravity * (1.0, share, 1.0)
    return replace(standing, pose=replace(standing.pose, landmarks=landmarks), gravity=gravity)


def watched(people: list[Person], every_s: float = 0.2) -> Fall:
    fall = Fall()
    for i, each in enumerate(people):
        fall.see(i * every_s, each)
    return fall


def test_who_lies_after_a_fast_descent_has_fallen():
    fall = watched([person("stand"), lowered(0.9), lowered(0.6), person("lie")])
    assert fall.fallen


def test_who_gets_up_is_no_longer_down():
    fall = watched([person("stand"), lowered(0.9), lowered(0.6), person("lie"), person("stand")])
    assert not fall.fallen


def test_who_lies_down_slowly_has_not_fallen():
    slow = [lowered(1 - 0.02 * i) for i in range(43)]
    assert not watched([*slow, *[person("lie")] * 20], every_s=0.4).fallen


@pytest.mark.parametrize("posture", ["squat", "stoop", "kneel", "sit", "crouch"])
def test_getting_down_quickly_without_lying_is_no_fall(posture):
    assert not watched([person("stand"), lowered(0.8), *[person(posture)] * 20]).fallen


def test_who_is_lost_in_a_fast_descent_has_fallen():
    fall = watched([person("stand"), person("stand"), lowered(0.9), lowered(0.7)])
    fall.lose(lowered(0.7), 1280, 720)
    assert fall.fallen


def test_who_is_lost_standing_or_crouching_has_not():
    for last in (person("stand"), person("squat")):
        fall = watched([person("stand"), *[last] * 10])
        fall.lose(last, 1280, 720)
        assert not fall.fallen


def test_who_sinks_at_the_pictures_edge_has_walked_out():
    gone = lowered(0.7, sideways_px=620.0)
    fall = watched([person("stand"), person("stand"), gone])
    fall.lose(gone, 1280, 720)
    assert not fall.fallen


def test_who_walks_towards_a_camera_that_looks_down_has_not_fallen():
    path = [person("stand", (0.0, z)) for z in np.arange(-1.0, 1.5, 0.4)]
    fall = watched(path)
    fall.lose(path[-1], 1280, 720)
    assert not fall.fallen
