from collections.abc import Iterator

import numpy as np
import pytest

from monitor.capture.mannequin.body import mixed
from monitor.capture.mannequin.camera import Camera, aimed
from monitor.capture.mannequin.script import POSTURES
from monitor.posture.gravity import Calibration
from monitor.posture.model import Pose
from monitor.posture.vertical import LEAST_LOOKS, REFIT_S, Vertical, upright
from tests.builders import drawn_pose

SIZE = (1280, 720)


def hung(pitch: float, roll: float = 0.0, fov: float = 60.0) -> Camera:
    return aimed(6.5, pitch=pitch, roll=roll, fov=fov, width=SIZE[0], height=SIZE[1])


def walking(camera: Camera, posture: str = "stand", count: int = 40) -> Iterator[Pose]:
    random = np.random.default_rng(3)
    for _ in range(count):
        x, z, heading = random.uniform((-2.0, -1.5, 0.0), (2.0, 1.0, 360.0))
        yield drawn_pose(camera, posture, (float(x), float(z)), float(heading))


def learnt(vertical: Vertical, poses: Iterator[Pose]) -> Calibration:
    for number, pose in enumerate(poses):
        vertical.see(0.0, number, pose, SIZE)
    vertical.settle(0.0)
    return vertical.calibration


@pytest.mark.parametrize("pitch", [0, 15, 30, 45])
@pytest.mark.parametrize("fov", [60, 90])
@pytest.mark.parametrize("roll", [0, 5])
def test_pitch_and_roll_are_learnt_from_people_who_walk(pitch, fov, roll):
    vertical = Vertical(Calibration(fov_deg=fov), fov_known=True)
    found = learnt(vertical, walking(hung(pitch, roll, fov)))
    assert found.origin == "learnt"
    assert found.pitch_deg == pytest.approx(pitch, abs=2.5)
    assert found.roll_deg == pytest.approx(roll, abs=2)
    assert abs(found.pitch_deg - pitch) < 3 * found.sd_deg + 0.5


def test_an_unknown_field_of_view_makes_it_less_sure():
    known = learnt(Vertical(Calibration(), fov_known=True), walking(hung(30)))
    unknown = learnt(Vertical(Calibration()), walking(hung(30)))
    assert unknown.sd_deg > known.sd_deg


@pytest.mark.parametrize("fov", [60, 90])
def test_who_walks_across_tells_the_field_of_view_by_how_they_are_turned(fov):
    camera, vertical = hung(15, fov=fov), Vertical(Calibration())
    for slot, side in enumerate((1, -1)):
        for step in np.arange(-2.0, 2.1, 0.25):
            pose = drawn_pose(camera, "stand", (side * float(step), 0.0), side * 90.0)
            vertical.see(10 * slot + float(step), slot, pose, SIZE)
    vertical.settle(0.0)
    assert vertical.calibration.fov_deg == pytest.approx(fov, rel=0.15)
    assert vertical.calibration.pitch_deg == pytest.approx(15, abs=2.5)


def test_who_straightens_up_on_the_spot_counts_no_more_often_than_who_stands():
    camera, vertical = hung(20), Vertical(Calibration())
    for number in range(20):
        posture = mixed(POSTURES["stand"], POSTURES["bend"], 0.25 * (number % 2))
        pose = drawn_pose(camera, posture, (0.0, 0.0), 40.0)
        assert upright(pose)
        vertical.see(0.2 * number, 1, pose, SIZE)
    assert len(vertical.kept()) == 1


def test_a_few_benders_and_lying_people_change_little():
    vertical = Vertical(Calibration(), fov_known=True)
    camera = hung(30)
    for number, pose in enumerate(walking(camera, "lie", 6)):
        vertical.see(0.0, 100 + number, pose, SIZE)
    assert learnt(vertical, walking(camera)).pitch_deg == pytest.approx(30, abs=3)


@pytest.mark.parametrize("posture", ["bend", "squat", "sit", "kneel"])
def test_only_straight_bodies_count(posture):
    assert not upright(drawn_pose(hung(20), posture, (0.0, 0.0), 40.0))
    assert upright(drawn_pose(hung(20), "stand", (0.0, 0.0), 40.0))


def test_whoever_keeps_to_the_spot_counts_once_a_minute():
    vertical = Vertical(Calibration())
    pose = drawn_pose(hung(20), "stand", (0.0, 0.0), 40.0)
    for t in np.arange(0.0, 130.0, 0.2):
        vertical.see(float(t), 1, pose, SIZE)
    assert len(vertical.kept()) == 3


def test_what_is_given_in_the_settings_is_not_learnt_over():
    vertical = Vertical(Calibration(12, 1, 60, "settings", 2.0))
    assert learnt(vertical, walking(hung(40))).pitch_deg == 12
    assert len(vertical.kept()) == 0


def test_few_looks_teach_nothing():
    vertical = Vertical(Calibration())
    assert learnt(vertical, walking(hung(30), count=LEAST_LOOKS - 1)).origin == "assumed"


def test_it_learns_on_once_a_minute():
    vertical = Vertical(Calibration(), fov_known=True)
    camera = hung(30)
    learnt(vertical, walking(camera, count=10))
    for number, pose in enumerate(walking(camera, count=20)):
        vertical.see(1.0, 50 + number, pose, SIZE)
    vertical.settle(REFIT_S - 1)
    assert vertical.looks == 10
    vertical.settle(REFIT_S)
    assert vertical.looks == 30


def test_looks_take_a_third_of_it_each_and_a_move_between_them_voids_all():
    vertical = Vertical(Calibration(), fov_known=True)
    for number, pose in enumerate(walking(hung(40))):
        vertical.see(0.0, number, pose, SIZE)
    told = []
    for _ in range(3):
        vertical.learn(0.0)
        told.append(vertical.calibration.origin)
    assert told == ["assumed", "assumed", "learnt"]
    vertical.see(0.0, 99, drawn_pose(hung(40), "stand", (2.5, 0.5), 0.0), SIZE)
    vertical.learn(REFIT_S)
    vertical.forget()
    vertical.learn(REFIT_S)
    assert vertical.calibration.origin == "assumed"


def test_a_moved_camera_begins_anew():
    vertical = Vertical(Calibration(), fov_known=True)
    learnt(vertical, walking(hung(40)))
    vertical.forget()
    assert vertical.calibration.origin == "assumed"
    assert learnt(vertical, walking(hung(10))).pitch_deg == pytest.approx(10, abs=2.5)


def test_pictures_of_another_size_begin_anew():
    vertical = Vertical(Calibration())
    learnt(vertical, walking(hung(40)))
    vertical.see(0.0, 1, drawn_pose(hung(40), "stand", (0.0, 0.0), 0.0), (1920, 1080))
    assert len(vertical.kept()) == 1


def test_what_was_kept_gives_the_same_again():
    first, second = (Vertical(Calibration(), fov_known=True) for _ in range(2))
    learnt(first, walking(hung(30)))
    second.restore(first.kept(), first.size)
    second.settle(0.0)
    assert second.calibration.pitch_deg == pytest.approx(first.calibration.pitch_deg, abs=0.1)


@pytest.mark.parametrize("kept", [np.zeros((3, 12)), np.full((3, 14), np.nan), np.zeros(14)])
def test_what_is_no_look_is_refused(kept):
    with pytest.raises(ValueError, match="looks at upright people"):
        Vertical(Calibration()).restore(kept, SIZE)
