import numpy as np
import pytest

from monitor.posture.angles import measure_angles
from monitor.posture.gravity import Calibration, camera_to_gravity, rays_to_camera, to_gravity
from monitor.posture.model import ANGLES, Landmark, Pose, Region
from tests.builders import a_pose, joints


def deg(name: str, gravity: np.ndarray) -> float:
    angle = measure_angles(a_pose(gravity), gravity)[name]
    assert angle is not None
    return angle.deg


@pytest.mark.parametrize("yaw", [0, 60, 90, 180, 270])
@pytest.mark.parametrize("trunk", [-20, 0, 30, 60, 90, 120])
def test_trunk_flexion_is_against_gravity_whichever_way_the_person_faces(trunk, yaw):
    assert deg("trunk_flexion", joints(trunk=trunk, yaw=yaw)) == pytest.approx(trunk, abs=1e-6)


@pytest.mark.parametrize(("arm", "expected"), [(0, 0), (90, 90), (180, 180), (-30, 30)])
def test_upper_arm_elevation_is_against_gravity(arm, expected):
    assert deg("left_upper_arm_elevation", joints(arm=arm, trunk=30)) == pytest.approx(expected)


def test_upper_arm_to_trunk_turns_with_the_trunk():
    assert deg("right_upper_arm_to_trunk", joints(trunk=40, arm=0)) == pytest.approx(40)
    assert deg("right_upper_arm_to_trunk", joints(trunk=40, arm=-40)) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("knee", [0, 45, 110])
def test_knee_flexion_is_zero_when_straight(knee):
    assert deg("left_knee_flexion", joints(knee=knee)) == pytest.approx(knee, abs=1e-5)


def test_elbow_straight_and_bent():
    j = joints(arm=90)
    assert deg("left_elbow_flexion", j) == pytest.approx(0, abs=1e-5)
    j[Landmark.LEFT_WRIST] = j[Landmark.LEFT_ELBOW] + [0, 0.25, 0]
    assert deg("left_elbow_flexion", j) == pytest.approx(90)


def test_side_bend_and_twist_name_the_side():
    j = joints()
    tilt = np.radians(20)
    for mark in (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER):
        x = j[mark, 0]
        j[mark] = [x * np.cos(tilt) - 0.5 * np.sin(tilt), 0.5 * np.cos(tilt), 0.0]
    assert deg("trunk_side_bend", j) == pytest.approx(20)
    j = joints()
    for mark in (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER):
        j[mark] = [j[mark, 0] * np.cos(tilt), j[mark, 1], -j[mark, 0] * np.sin(tilt)]
    assert deg("trunk_twist", j) == pytest.approx(20)


def test_neck_flexion_is_the_heads_inclination_less_the_trunks():
    j = joints(trunk=30)
    measured = measure_angles(a_pose(j), j)
    assert measured["head_inclination"].deg - measured["trunk_flexion"].deg == pytest.approx(
        measured["neck_flexion"].deg
    )
    assert deg("head_inclination", j) - deg("head_inclination", joints()) == pytest.approx(30)


@pytest.mark.parametrize(("yaw", "seen"), [(0, True), (90, True), (180, False), (240, False)])
def test_the_head_of_someone_turned_away_is_not_measured(yaw, seen):
    j = joints(yaw=yaw)
    measured = measure_angles(a_pose(j), j)
    assert (measured["head_inclination"] is not None) == seen
    assert (measured["neck_flexion"] is not None) == seen
    assert measured["trunk_flexion"] is not None


@pytest.mark.parametrize(
    ("unseen", "lost"),
    [
        ([Landmark.LEFT_ANKLE], {"left_knee_flexion"}),
        (
            [Landmark.LEFT_ELBOW],
            {"left_upper_arm_elevation", "left_upper_arm_to_trunk", "left_elbow_flexion"},
        ),
        ([Landmark.RIGHT_WRIST], {"right_elbow_flexion"}),
        ([Landmark.NOSE], {"head_inclination", "neck_flexion"}),
        (
            [Landmark.LEFT_HIP, Landmark.RIGHT_HIP],
            {
                "trunk_flexion", "trunk_side_bend", "trunk_twist", "neck_flexion",
                "left_upper_arm_to_trunk", "right_upper_arm_to_trunk",
                "left_knee_flexion", "right_knee_flexion",
            },
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_seen_is_none_and_nothing_else_is(unseen, lost):
    j = joints(trunk=30, arm=20)
    measured = measure_angles(a_pose(j, unseen=unseen), j)
    assert set(measured) == set(ANGLES)
    assert {name for name, angle in measured.items() if angle is None} == lost


@pytest.mark.parametrize("pitch", [0, 30, 60])
@pytest.mark.parametrize("roll", [0, 25, -40])
@pytest.mark.parametrize("pixel", [(640, 360), (100, 200), (1200, 700)])
def test_a_camera_hung_askew_gives_the_same_angles(pitch, roll, pixel):
    """World landmarks as BlazePose would give them for a known body, turned back."""
    calibration = Calibration(pitch, roll, fov_deg=70)
    body = joints(trunk=50, arm=30, yaw=35)
    (ray,) = rays_to_camera(np.array([pixel]), 1280, 720, 70)
    turn = camera_to_gravity(calibration) @ ray
    landmarks = np.ones((33, 4))
    landmarks[:, :2] = pixel
    pose = Pose(landmarks, (body @ turn) * (1, -1, -1), 0.9, Region(*pixel, 100))
    assert np.allclose(to_gravity(pose, calibration, 1280, 720), body)


def test_a_camera_that_stands_on_end_has_the_same_lens() -> None:
    lying, upright = ([1280 / 2 + 500, 720 / 2], [720 / 2, 1280 / 2 + 500])
    (across,) = rays_to_camera(np.array([lying]), 1280, 720, 70)
    (along,) = rays_to_camera(np.array([upright]), 720, 1280, 70)
    assert across[2, 2] == pytest.approx(along[2, 2])


def test_a_camera_that_looks_down_sees_a_vertical_line_lean_towards_it():
    up_in_camera = camera_to_gravity(Calibration(pitch_deg=30)).T @ [0, 1, 0]
    assert up_in_camera == pytest.approx([0, np.cos(np.radians(30)), np.sin(np.radians(30))])


def test_a_camera_turned_clockwise_sees_up_lean_to_the_left():
    assert (camera_to_gravity(Calibration(roll_deg=20)).T @ [0, 1, 0])[0] < 0


def test_the_ray_to_a_person_on_the_right_turns_the_frame_to_the_right():
    (ray,) = rays_to_camera(np.array([[1280, 360]]), 1280, 720, 60)
    toward_camera = ray @ [0, 0, 1]
    assert toward_camera[0] == pytest.approx(-np.sin(np.radians(30)))
