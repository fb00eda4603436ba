"""Angles fitted to looks as BlazePose gives them: exact pixels, flattened depth."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.capture.mannequin import BUILDS, Figure, Posture, aimed, bent, both, stand_up, truth
from monitor.capture.mannequin.body import TRUNK
from monitor.posture.fit import fitted_angles
from monitor.posture.gravity import Calibration, sight
from monitor.posture.model import ANGLES, Angle, Landmark, Pose, Region
from monitor.posture.trunk import FLEXIONS, TRUNK_M, inclinations_deg
from tests.builders import drawn_pose

L = Landmark
WIDTH, HEIGHT = 1280, 720


def looked(
    posture: Posture,
    *,
    yaw: float = 0.0,
    pitch: float = 0.0,
    off_axis: float = 0.0,
    build: str = "average",
    depth: float = 0.8,
) -> tuple[dict[str, Angle | None], dict[str, float]]:
    """What is measured of a figure, and the truth; depth: share of it that the look tells."""
    camera = aimed(4.0, pitch=pitch, off_axis=off_axis, width=WIDTH, height=HEIGHT)
    true = truth(camera, Figure(stand_up(posture, BUILDS[build], heading=yaw)))
    landmarks = np.ones((33, 4))
    landmarks[:, :2] = true.pixels
    pose = Pose(landmarks, np.zeros((33, 3)), 1.0, Region(0, 0, 1))
    calibration = Calibration(pitch_deg=pitch)
    turn = sight(pose, calibration, WIDTH, HEIGHT).turn
    metres = true.joints @ turn * (1, 1, depth) * TRUNK_M / (TRUNK * BUILDS[build].stature)
    pose = replace(pose, world=metres * (1, -1, -1))
    (found,) = fitted_angles([pose], [sight(pose, calibration, WIDTH, HEIGHT)])
    return found, dict(true.angles)


def off(angle: Angle | None, true: float) -> float:
    assert angle is not None
    return abs(angle.deg - true)


def band(angle: Angle | None) -> tuple[float, float]:
    assert angle is not None
    assert angle.low is not None
    assert angle.high is not None
    return angle.low, angle.high


def within(angle: Angle | None, true: float) -> bool:
    assert angle is not None
    low, high = band(angle)
    return low <= true <= high


@pytest.mark.parametrize("pitch", [0, 30])
@pytest.mark.parametrize("yaw", [0, 60, 90, 270])
@pytest.mark.parametrize("trunk", [0, 40, 80])
def test_a_bend_is_read_whichever_way_it_goes(trunk: int, yaw: int, pitch: int) -> None:
    found, true = looked(bent(trunk), yaw=yaw, pitch=pitch)
    assert off(found["trunk_flexion"], true["trunk_flexion"]) < 12
    assert within(found["trunk_flexion"], true["trunk_flexion"])


@pytest.mark.parametrize(("trunk", "low", "high"), [(0, -20, 20), (75, 50, 100)])
def test_from_behind_a_bend_shows_by_the_short_trunk(trunk: int, low: int, high: int) -> None:
    found, _ = looked(bent(trunk), yaw=180, pitch=15, depth=0.4)
    flexion = found["trunk_flexion"]
    assert flexion is not None
    assert low < flexion.deg < high


def test_the_band_is_wider_from_behind_than_from_the_side() -> None:
    side = band(looked(bent(30), yaw=90)[0]["trunk_flexion"])
    behind = band(looked(bent(30), yaw=180, depth=0.4)[0]["trunk_flexion"])
    assert side[1] - side[0] < 25 < behind[1] - behind[0]


@pytest.mark.parametrize("off_axis", [-25, 25])
def test_who_stands_beside_the_axis_is_read_the_same(off_axis: int) -> None:
    found, true = looked(bent(60), yaw=90, off_axis=off_axis)
    assert off(found["trunk_flexion"], true["trunk_flexion"]) < 8


@pytest.mark.parametrize("build", BUILDS)
def test_proportions_do_not_matter_much(build: str) -> None:
    found, true = looked(bent(70), yaw=45, pitch=20, build=build)
    assert off(found["trunk_flexion"], true["trunk_flexion"]) < 12


@pytest.mark.parametrize("lean", [-15, 15])
def test_a_side_bend_is_told_from_a_bend_forward(lean: int) -> None:
    found, true = looked(Posture(side_bend=lean))
    assert off(found["trunk_side_bend"], true["trunk_side_bend"]) < 6
    assert off(found["trunk_flexion"], true["trunk_flexion"]) < 15


@pytest.mark.parametrize(("lean", "inclined"), [(0, 0), (4, 0), (15, 14.5)])
def test_only_a_lean_beyond_its_error_adds_to_an_inclination(lean: float, inclined: float) -> None:
    upright = int(np.argmin(np.abs(FLEXIONS)))
    leans, spread = np.full((1, len(FLEXIONS)), np.radians(lean)), np.radians([4.0])
    assert inclinations_deg(leans, spread)[0, upright] == pytest.approx(inclined, abs=0.1)


@pytest.mark.parametrize("yaw", [30, 90])
@pytest.mark.parametrize("arm", [0, 90, 150])
def test_an_arm_is_read_against_gravity_and_trunk(arm: int, yaw: int) -> None:
    found, true = looked(Posture(**both(arm=arm, plane=20)), yaw=yaw, depth=0.4)
    for name in ("left_upper_arm_elevation", "left_upper_arm_to_trunk"):
        assert off(found[name], true[name]) < 16
        assert within(found[name], true[name])


@pytest.mark.parametrize("knee", [0, 60, 100])
def test_a_bent_knee_is_read(knee: int) -> None:
    found, true = looked(bent(10, knee), yaw=60)
    for name in ("left_knee_flexion", "right_knee_flexion"):
        assert off(found[name], true[name]) < 15
        assert within(found[name], true[name])


def test_bodies_fitted_side_by_side_read_as_each_alone_to_the_last_bit() -> None:
    camera = aimed(5.0, pitch=20, width=WIDTH, height=HEIGHT)
    calibration = Calibration(20.0)
    random = np.random.default_rng(3)
    poses = []
    for heading in range(0, 360, 12):
        posture = ("stand", "bend", "squat", "reach")[heading // 12 % 4]
        pose = drawn_pose(camera, posture, (float(random.uniform(-1, 1)), 0.0), heading)
        pose.landmarks[:, 3] = random.uniform(0.1, 1.0, 33)
        poses.append(pose)
    sights = [sight(pose, calibration, WIDTH, HEIGHT) for pose in poses]
    together = fitted_angles(poses, sights)
    assert together == [fitted_angles([p], [s])[0] for p, s in zip(poses, sights, strict=True)]
    assert {found["trunk_flexion"] is None for found in together} == {True, False}


def test_every_angle_is_named_and_what_is_unseen_is_none() -> None:
    camera = aimed(4.0, width=WIDTH, height=HEIGHT)
    true = truth(camera, Figure(stand_up(Posture())))
    seen = np.full((33, 1), 1.0)
    seen[[L.LEFT_HIP, L.RIGHT_HIP, L.LEFT_ELBOW]] = 0.1
    landmarks = np.column_stack([true.pixels, np.zeros(33), seen])
    pose = Pose(landmarks, true.joints * (1, -1, -1), 1.0, Region(0, 0, 1))
    (found,) = fitted_angles([pose], [sight(pose, Calibration(), WIDTH, HEIGHT)])
    assert set(found) == set(ANGLES)
    assert {name for name, angle in found.items() if angle is not None} == {
        "head_inclination", "right_upper_arm_elevation", "right_elbow_flexion",
    }  # fmt: skip
