"""The figure's geometry: tables of small values."""

import numpy as np
import pytest

from monitor.capture.mannequin import BUILDS, Build, Posture, angles, both, stand_up
from monitor.capture.mannequin.body import NAMES, mixed
from monitor.posture.model import ANGLES, Landmark

L = Landmark
EYES_ABOVE_FLOOR, SHOULDERS_ABOVE_FLOOR, HIPS_ABOVE_FLOOR = 0.936, 0.818, 0.530


def measured(heading: float = 0.0, **degrees: float) -> dict[str, float]:
    return angles(stand_up(Posture(**degrees), heading=heading))


TABLE = [
    ({}, {"trunk_flexion": 0, "head_inclination": 0, "left_knee_flexion": 0}),
    ({"trunk": 60}, {"trunk_flexion": 60, "head_inclination": 60, "neck_flexion": 0}),
    ({"trunk": -20}, {"trunk_flexion": -20, "head_inclination": -20}),
    ({"trunk": 60, "neck": -40}, {"head_inclination": 20, "neck_flexion": -40}),
    ({"trunk": 110, "neck": 10}, {"trunk_flexion": 110, "head_inclination": 120}),
    ({"side_bend": 25}, {"trunk_side_bend": 25, "trunk_flexion": 25, "trunk_twist": 0}),
    ({"side_bend": -25}, {"trunk_side_bend": -25, "trunk_flexion": 25}),
    ({"trunk": 50, "side_bend": 15}, {"trunk_side_bend": 15}),
    ({"twist": 40}, {"trunk_twist": 40, "trunk_flexion": 0, "trunk_side_bend": 0}),
    ({"trunk": 70, "twist": -30}, {"trunk_twist": -30, "trunk_flexion": 70}),
    (both(arm=90), {"left_upper_arm_elevation": 90, "right_upper_arm_to_trunk": 90}),
    (both(arm=90, plane=90), {"left_upper_arm_elevation": 90, "right_upper_arm_elevation": 90}),
    ({"trunk": 60, **both(arm=60)}, {"left_upper_arm_elevation": 0, "left_upper_arm_to_trunk": 60}),
    (both(arm=170), {"right_upper_arm_elevation": 170}),
    ({"left_elbow": 75}, {"left_elbow_flexion": 75, "right_elbow_flexion": 0}),
    ({"right_knee": 120}, {"right_knee_flexion": 120, "left_knee_flexion": 0}),
    ({"tilt": -90}, {"trunk_flexion": -90, "head_inclination": -90, "neck_flexion": 0}),
    ({"roll": 90}, {"trunk_flexion": 90, "trunk_side_bend": 0}),
]  # fmt: skip


@pytest.mark.parametrize(("posture", "expected"), TABLE)
@pytest.mark.parametrize("heading", [0, 37, 180, -90])
def test_angles_are_those_of_the_posture(
    posture: dict[str, float], expected: dict[str, float], heading: float
) -> None:
    found = measured(heading, **posture)
    assert set(found) == set(ANGLES)
    for name, deg in expected.items():
        assert found[name] == pytest.approx(deg, abs=1e-6), name


def test_mirrored_figure_has_mirrored_angles() -> None:
    posture = Posture(
        trunk=30, side_bend=12, twist=20, turn=15, left_arm=80, left_elbow=40, right_knee=35
    )
    one, other = angles(stand_up(posture)), angles(stand_up(posture.mirrored()))
    for name in ("trunk_side_bend", "trunk_twist"):
        assert other[name] == pytest.approx(-one[name])
    for name in ("upper_arm_elevation", "upper_arm_to_trunk", "elbow_flexion", "knee_flexion"):
        assert other[f"left_{name}"] == pytest.approx(one[f"right_{name}"])
        assert other[f"right_{name}"] == pytest.approx(one[f"left_{name}"])
    joints, twin = stand_up(posture).joints, stand_up(posture.mirrored()).joints
    assert twin[L.RIGHT_WRIST] == pytest.approx(joints[L.LEFT_WRIST] * (-1, 1, 1), abs=1e-9)


@pytest.mark.parametrize("name", ["average", "short", "tall", "stout"])
def test_standing_heights_are_the_published_shares_of_stature(name: str) -> None:
    build = BUILDS[name]
    heights = stand_up(Posture(**both(splay=0)), build).joints[:, 1] / build.stature
    assert heights[L.LEFT_EYE] == pytest.approx(EYES_ABOVE_FLOOR, abs=0.01)
    assert heights[L.LEFT_SHOULDER] == pytest.approx(SHOULDERS_ABOVE_FLOOR, abs=0.002)
    assert heights[L.RIGHT_HIP] == pytest.approx(HIPS_ABOVE_FLOOR, abs=0.002)
    assert heights.min() == pytest.approx(0.0, abs=1e-9)


def test_a_build_has_the_lengths_it_is_given() -> None:
    joints, usual = (
        stand_up(Posture(), build).joints
        for build in (Build(1.8, trunk=1.1, legs=0.9, shoulders=1.2), Build(1.8))
    )
    for one, other, factor in (
        (L.LEFT_HIP, L.LEFT_KNEE, 0.9),
        (L.LEFT_SHOULDER, L.RIGHT_SHOULDER, 1.2),
        (L.LEFT_HIP, L.RIGHT_HIP, 1.0),
    ):
        lengths = [np.linalg.norm(j[one] - j[other]) for j in (joints, usual)]
        assert lengths[0] == pytest.approx(factor * lengths[1])


def test_left_is_on_the_cameras_right_of_who_faces_it() -> None:
    joints = stand_up(Posture(**both(arm=90))).joints
    assert joints[L.LEFT_SHOULDER, 0] > 0 > joints[L.RIGHT_SHOULDER, 0]
    assert joints[L.LEFT_WRIST, 2] > joints[L.LEFT_ELBOW, 2] > joints[L.LEFT_SHOULDER, 2]
    turned = stand_up(Posture(), heading=90).joints
    assert turned[L.NOSE, 0] > turned[L.LEFT_EAR, 0]


def test_joints_bend_the_way_bodies_do() -> None:
    joints = stand_up(Posture(left_knee=60, left_elbow=60, left_thigh=30)).joints
    assert joints[L.LEFT_ANKLE, 2] < joints[L.LEFT_KNEE, 2] > joints[L.LEFT_HIP, 2]
    assert joints[L.LEFT_WRIST, 2] > joints[L.LEFT_ELBOW, 2]


def test_ankles_stay_where_they_are_put() -> None:
    body = stand_up(Posture(trunk=80, **both(thigh=14, knee=5)), place=(1.5, -2.0), heading=40)
    middle = (body.joints[L.LEFT_ANKLE] + body.joints[L.RIGHT_ANKLE]) / 2
    assert middle[[0, 2]] == pytest.approx((1.5, -2.0))


def test_halfway_between_two_postures_every_angle_is_halfway() -> None:
    one, other = Posture(trunk=10, left_knee=40), Posture(trunk=50, left_knee=0)
    half = mixed(one, other, 0.5)
    assert (half.trunk, half.left_knee) == (30, 20)
    assert np.array_equal(mixed(one, other, 0.0).vector(), one.vector())
    assert len(NAMES) == len(one.vector())
