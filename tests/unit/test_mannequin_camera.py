"""The pinhole camera: where known points come to lie, and that the drawing is where truth says."""

import cv2
import numpy as np
import pytest

from monitor.capture.mannequin import Camera, Figure, Posture, aimed, bent, both, draw_view
from monitor.capture.mannequin.body import stand_up
from monitor.capture.mannequin.camera import TARGET
from monitor.capture.mannequin.render import draw, truth
from monitor.posture.model import BONES, Landmark

L = Landmark
SIZE = {"width": 640, "height": 360}


@pytest.mark.parametrize("pitch", [0, 20, 45])
@pytest.mark.parametrize("roll", [0, 15, -90])
def test_target_is_in_the_middle(pitch: float, roll: float) -> None:
    camera = aimed(4.0, pitch=pitch, roll=roll, **SIZE)
    assert camera.pixels(np.array(TARGET)) == pytest.approx((320, 180))
    assert np.linalg.norm(np.array(camera.at) - TARGET) == pytest.approx(4.0)


@pytest.mark.parametrize("pitch", [0, 30])
@pytest.mark.parametrize("off_axis", [-20, 10, 25])
def test_off_axis_is_the_angle_to_the_ray(pitch: float, off_axis: float) -> None:
    camera = aimed(4.0, pitch=pitch, off_axis=off_axis, **SIZE)
    x, y = camera.pixels(np.array(TARGET))
    assert y == pytest.approx(180)
    assert np.degrees(np.arctan((x - 320) / camera.focal)) == pytest.approx(off_axis)


def test_fov_spans_the_width() -> None:
    camera = Camera((0, 0, 0), fov=60, **SIZE)
    edge = np.tan(np.radians(30))
    assert camera.pixels(np.array([edge, 0, -1.0]))[0] == pytest.approx(640)
    assert np.isnan(camera.pixels(np.array([0, 0, 1.0]))).all()


def test_camera_above_looks_down_and_clockwise_roll_turns_the_picture_back() -> None:
    camera = aimed(4.0, pitch=30, **SIZE)
    assert camera.at[1] == pytest.approx(TARGET[1] + 2.0)
    rolled = aimed(4.0, roll=20, **SIZE)
    head = rolled.pixels(np.array([0, 1.7, 0]))
    assert head[0] < 320
    assert np.degrees(np.arctan2(320 - head[0], 180 - head[1])) == pytest.approx(20)


def test_truth_is_in_the_gravity_frame_whatever_the_camera() -> None:
    posture, poses = bent(60), []
    for pitch, roll, off_axis in ((0, 0, 0), (40, 0, 0), (20, 30, 15)):
        camera = aimed(5.0, pitch=pitch, roll=roll, off_axis=off_axis, **SIZE)
        poses.append(truth(camera, Figure(stand_up(posture, heading=50))))
    for pose in poses[1:]:
        assert np.allclose(pose.joints, poses[0].joints)
        assert pose.angles == poses[0].angles
    assert np.allclose(poses[0].joints[[L.LEFT_HIP, L.RIGHT_HIP]].sum(0), 0)


@pytest.mark.parametrize(
    ("posture", "view"),
    [
        (Posture(), {"yaw": 0}),
        (bent(60), {"yaw": 75, "pitch": 20}),
        (bent(90), {"yaw": 200, "pitch": 45}),
        (Posture(**both(arm=90, plane=90)), {"yaw": 20, "roll": 25}),
        (Posture(**both(thigh=90, knee=110)), {"yaw": -60, "off_axis": 18, "pitch": 10}),
    ],
)
def test_bones_lie_inside_the_drawn_silhouette(posture: Posture, view: dict[str, float]) -> None:
    size = (640, 360)
    picture, true = draw_view(posture, **view, size=size)
    camera = aimed(
        4.0, pitch=view.get("pitch", 0), roll=view.get("roll", 0),
        off_axis=view.get("off_axis", 0), **SIZE,
    )  # fmt: skip
    changed = np.abs(picture.astype(int) - draw(camera, [])).max(axis=2) > 24
    silhouette = cv2.dilate(changed.astype(np.uint8), np.ones((7, 7)))
    limbs = [bone for bone in BONES if min(bone) >= L.LEFT_SHOULDER]
    points = np.concatenate(
        [np.linspace(true.pixels[a], true.pixels[b], 9) for a, b in limbs]
    ).astype(int)
    assert silhouette[points[:, 1], points[:, 0]].mean() > 0.97
    ys, xs = np.nonzero(cv2.erode(changed.astype(np.uint8), np.ones((5, 5))))
    low, high = true.pixels.min(0) - 30, true.pixels.max(0) + 30
    inside = (xs > low[0]) & (xs < high[0] + 40) & (ys > low[1]) & (ys < high[1])
    assert inside.mean() > 0.9


def test_same_view_gives_the_same_picture_and_the_seed_changes_only_noise() -> None:
    first, _ = draw_view(yaw=30, size=(320, 180))
    again, _ = draw_view(yaw=30, size=(320, 180))
    other, _ = draw_view(yaw=30, size=(320, 180), seed=5)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.abs(first.astype(int) - other).max() <= 64
    assert first.dtype == np.uint8
    assert first.shape == (180, 320, 3)


def test_the_nearer_figure_hides_the_farther() -> None:
    camera = aimed(4.0, **SIZE)
    near, far = (Figure(stand_up(Posture(), place=(0, z))) for z in (1.0, -1.0))
    assert np.array_equal(draw(camera, [near, far])[150:200], draw(camera, [far, near])[150:200])
