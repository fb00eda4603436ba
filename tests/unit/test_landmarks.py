"""What is kept of looks comes back as it was judged."""

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from monitor.posture.gravity import Calibration
from monitor.posture.landmarks import PER_M, PER_PX, Body, Look, View, as_kept, pack, unpack
from monitor.posture.model import Pose
from tests.builders import NOON, a_pose, joints

VIEW = View(1280, 720, Calibration(20.0, 1.0, 60.0, "settings"), {"dock": ((0.0, 0.1), (1.0, 0.3))})
TILTED = replace(VIEW, calibration=Calibration(21.0, 1.0, 60.0, "learnt"))
RNG = np.random.default_rng(4)


def somebody() -> Pose:
    pose = a_pose(joints(trunk=RNG.uniform(0, 90)), at=tuple(RNG.uniform(0, 1280, 2)))
    landmarks = pose.landmarks + RNG.normal(0, 0.3, (33, 4))
    return replace(pose, landmarks=landmarks, world=pose.world + RNG.normal(0, 0.01, (33, 3)))


def same(one: Pose, other: Pose) -> bool:
    return (
        np.array_equal(one.landmarks, other.landmarks, equal_nan=True)
        and np.array_equal(one.world, other.world, equal_nan=True)
        and (one.score, one.region) == (other.score, other.region)
    )


def kept(looks: list[Look]) -> list[Look]:
    header, arrays = pack(looks)
    return unpack(json.loads(json.dumps(header)), arrays)


def test_a_pose_is_kept_to_half_a_step():
    pose = somebody()
    back = as_kept(pose)
    off = np.abs(
        back.landmarks - np.clip(pose.landmarks, (-np.inf,) * 3 + (0,), (np.inf,) * 3 + (1,))
    )
    assert off[:, :3].max() <= 0.5 / PER_PX
    assert off[:, 3].max() <= 0.5 / 255
    assert np.abs(back.world - pose.world).max() <= 0.5 / PER_M + 1e-12
    assert back.score == pytest.approx(pose.score, abs=0.5 / 255)


def test_what_is_kept_is_kept_again_as_it_is():
    pose = as_kept(somebody())
    assert same(as_kept(pose), pose)


def test_what_is_no_number_stays_none_and_is_unseen():
    pose = somebody()
    pose.landmarks[3] = np.nan
    pose.world[4] = np.nan
    back = as_kept(pose)
    assert np.isnan(back.landmarks[3, :3]).all()
    assert back.landmarks[3, 3] == 0.0
    assert np.isnan(back.world).sum() == 3
    assert same(as_kept(back), back)


def test_a_point_far_out_of_any_picture_is_held_at_the_end_of_the_range():
    pose = somebody()
    pose.landmarks[0, :3] = (1e12, -1e12, np.inf)
    pose.world[0] = (1e6, -1e6, 0)
    back = as_kept(pose)
    assert np.isfinite(back.landmarks).all()
    assert back.world[0].tolist() == [32.767, -32.767, 0.0]


def test_looks_come_back_exactly():
    poses = [as_kept(somebody()) for _ in range(9)]
    two = tuple(map(Body, (70000, 1), poses))
    looks = [
        Look(1000.1, NOON, None, VIEW, (Body(2, poses[0]), Body(1, poses[1]))),
        Look(
            1000.3, NOON + timedelta(microseconds=200_001), None, VIEW, (Body(1, poses[2], True),)
        ),
        Look(1000.5, NOON + timedelta(seconds=0.4), "frozen", None),
        Look(1000.5, NOON + timedelta(seconds=0.4), None, VIEW),
        Look(1 / 3 + 1001, NOON + timedelta(seconds=1), "black", None),
        Look(1e7 + 1 / 7, NOON + timedelta(days=2), None, TILTED, two),
    ]
    back = kept(looks)
    assert [(x.t, x.at, x.blind, x.view) for x in back] == [
        (x.t, x.at, x.blind, x.view) for x in looks
    ]
    for one, other in zip(looks, back, strict=True):
        assert [body[::2] for body in one.bodies] == [body[::2] for body in other.bodies]
        assert all(same(a.pose, b.pose) for a, b in zip(one.bodies, other.bodies, strict=True))


def test_looks_at_nobody_come_back():
    (look,) = kept([Look(5.0, NOON, "no pictures", None)])
    assert (look.t, look.at, look.blind, look.view, look.bodies) == (
        5.0,
        NOON,
        "no pictures",
        None,
        (),
    )


def test_of_old_nobody_doubted_was_kept():
    header, arrays = pack([Look(5.0, NOON, None, VIEW, (Body(1, as_kept(somebody())),))])
    del arrays["doubted"]
    (look,) = unpack(json.loads(json.dumps(header)), arrays)
    assert [body[::2] for body in look.bodies] == [(1, False)]
