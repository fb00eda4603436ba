from dataclasses import replace

import numpy as np

from monitor.pose.uncover import paint_over
from monitor.posture.body import BODY, extent
from tests.builders import a_pose

POSE = a_pose()


def striped():
    """(height, width, 3) that holds the pose and much besides: black and white rows, mean 100."""
    x, y, width, height = extent(POSE)
    picture = np.zeros((round(y + 2 * height), round(x + 2 * width), 3), np.uint8)
    picture[::2] = 200
    return picture


def test_a_body_takes_the_colour_of_the_picture_and_nothing_else_does():
    picture = striped()
    paint_over(picture, [POSE])
    columns, rows = POSE.landmarks[list(BODY), :2].astype(int).T
    assert np.abs(picture[rows, columns].astype(int) - 100).max() <= 2
    assert np.array_equal(picture[-20:], striped()[-20:])


def test_a_body_far_outside_changes_nothing():
    far = replace(POSE, landmarks=POSE.landmarks + 1e9)
    picture = striped()
    paint_over(picture, [far])
    assert np.array_equal(picture, striped())
