from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from monitor.capture.mannequin.body import about_y
from monitor.capture.mannequin.camera import aimed
from monitor.judge import Judge
from monitor.posture.gravity import Calibration
from monitor.posture.landmarks import Body, Look, View, as_kept
from monitor.posture.model import Pose
from tests.builders import NOON, drawn_pose

CAMERA = aimed(4.0, pitch=30)
VIEW = View(1280, 720, Calibration(30), {})


def from_behind(posture: str, turned: float = 0.0) -> Pose:
    """Obliquely; turned: degrees by which the engine errs about the way they face."""
    pose = drawn_pose(CAMERA, posture, (0.0, 0.0), 225.0)
    return replace(pose, world=pose.world @ about_y(turned).T)


def looks(*poses: Pose) -> Iterator[Look]:
    for number, pose in enumerate(poses):
        yield Look(number / 5, NOON, None, VIEW, [Body(1, as_kept(pose))])


def flexions(judge: Judge, *poses: Pose) -> list[float]:
    return [judge.step(look).people[0].angles["trunk_flexion"].deg for look in looks(*poses)]


def test_a_bend_is_read_with_how_the_body_stood_before():
    stood, wrong = [from_behind("stand")] * 5, from_behind("bend", -30.0)
    right = flexions(Judge([]), from_behind("bend"))[-1]
    alone, after = flexions(Judge([]), wrong)[-1], flexions(Judge([]), *stood, wrong)[-1]
    assert abs(alone - right) > 15
    assert abs(after - right) < 0.6 * abs(alone - right)


def test_looks_judged_together_come_out_as_one_by_one():
    errors = np.random.default_rng(2).normal(0.0, 20.0, 20)
    poses = [from_behind("bend" if n % 3 else "stand", e) for n, e in enumerate(errors)]
    judge = Judge([])
    one_by_one = [judge.step(look).people[0].angles for look in looks(*poses)]
    assert [j.people[0].angles for j in Judge([]).over(list(looks(*poses)))] == one_by_one
