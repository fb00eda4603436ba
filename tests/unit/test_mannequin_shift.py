"""The scripted shift: what happens when, and that bodies stay bodies."""

import numpy as np
import pytest

from monitor.capture.mannequin import BUILDS, MannequinSource, angles, parse, stand_up
from monitor.capture.mannequin.body import Body
from monitor.capture.mannequin.script import Moment, Part
from monitor.capture.mannequin.source import cast
from monitor.posture import angles as measured
from monitor.posture.model import Landmark

L = Landmark
STEP_S = 0.25
LIMBS = [
    (L.LEFT_SHOULDER, L.RIGHT_SHOULDER), (L.LEFT_HIP, L.RIGHT_HIP),
    *((a + off, b + off) for off in (0, 1) for a, b in (
        (L.LEFT_SHOULDER, L.LEFT_ELBOW), (L.LEFT_ELBOW, L.LEFT_WRIST), (L.LEFT_HIP, L.LEFT_KNEE),
        (L.LEFT_KNEE, L.LEFT_ANKLE), (L.LEFT_ANKLE, L.LEFT_HEEL),
        (L.LEFT_HEEL, L.LEFT_FOOT_INDEX), (L.LEFT_WRIST, L.LEFT_INDEX),
    )),
]  # fmt: skip
LIMITS = {
    "elbow_flexion": (0, 150),
    "knee_flexion": (0, 155),
    "upper_arm_to_trunk": (0, 180),
    "trunk_twist": (-50, 50),
    "trunk_side_bend": (-40, 40),
    "neck_flexion": (-60, 50),
}
"""Ranges a healthy adult can reach, degrees."""


def the_part(url: str = "mannequin:shift") -> Part:
    source = MannequinSource.from_url(url)
    return cast(source.view, source.camera)[0][0]


@pytest.fixture(scope="module")
def part() -> Part:
    return the_part()


@pytest.fixture(scope="module")
def moments(part: Part) -> list[tuple[float, Moment]]:
    return [(float(t), part.at(float(t))) for t in np.arange(0, part.seconds, STEP_S)]


@pytest.fixture(scope="module")
def bodies(moments: list[tuple[float, Moment]]) -> list[tuple[Moment, Body]]:
    return [
        (m, stand_up(m.posture, BUILDS["average"], m.place, m.heading))
        for _, m in moments
        if m.posture is not None
    ]


def test_every_activity_occurs(moments: list[tuple[float, Moment]]) -> None:
    assert {moment.activity for _, moment in moments} == {
        "walk", "stand", "bend", "stoop-lift", "squat-lift", "reach", "twist", "kneel", "sit",
        "fall", "lie", "get-up", "empty",
    }  # fmt: skip


def test_the_loop_takes_about_two_minutes(part: Part) -> None:
    assert 95 <= part.seconds <= 125


def seconds_of(bodies: list[tuple[Moment, Body]], activity: str, angle: str, least: float) -> float:
    return STEP_S * sum(
        moment.activity == activity and angles(body)[angle] >= least for moment, body in bodies
    )


@pytest.mark.parametrize(
    ("activity", "angle", "least", "seconds"),
    [
        ("bend", "trunk_flexion", 70, 6),
        ("reach", "left_upper_arm_elevation", 120, 6),
        ("kneel", "left_knee_flexion", 80, 8),
        ("sit", "right_knee_flexion", 75, 7),
        ("squat-lift", "left_knee_flexion", 100, 1),
        ("stoop-lift", "trunk_flexion", 75, 1),
    ],
)
def test_postures_are_held(
    bodies: list[tuple[Moment, Body]], activity: str, angle: str, least: float, seconds: float
) -> None:
    assert seconds_of(bodies, activity, angle, least) >= seconds


def test_the_deep_bend_comes_within_25_seconds(part: Part) -> None:
    held = [t for t in np.arange(0, 25, STEP_S) if part.at(float(t)).activity == "bend"]
    assert held
    assert max(held) < 25


def test_who_lies_is_level_for_eight_seconds(bodies: list[tuple[Moment, Body]]) -> None:
    level = [
        body
        for moment, body in bodies
        if moment.activity == "lie" and abs(body.shoulders[1] - body.hips[1]) < 0.1
    ]
    assert len(level) * STEP_S >= 8
    assert all(body.joints[:, 1].max() < 0.75 for body in level)


def test_segments_keep_their_lengths(bodies: list[tuple[Moment, Body]]) -> None:
    joints = np.array([body.joints for _, body in bodies])
    for a, b in LIMBS:
        lengths = np.linalg.norm(joints[:, a] - joints[:, b], axis=1)
        assert np.ptp(lengths) < 1e-9, (a, b)


def test_joints_stay_within_what_people_can_do(bodies: list[tuple[Moment, Body]]) -> None:
    for moment, body in bodies:
        for name, deg in angles(body).items():
            low, high = LIMITS.get(name.removeprefix("left_").removeprefix("right_"), (-180, 180))
            assert low - 1e-6 <= deg <= high, (moment.activity, name, deg)


def test_nobody_floats_or_sinks(bodies: list[tuple[Moment, Body]]) -> None:
    for moment, body in bodies:
        feet = body.joints[L.LEFT_ANKLE :, 1]
        assert body.joints[:, 1].min() >= -1e-9
        if moment.activity not in ("lie", "fall", "get-up"):
            assert feet.min() < 0.02, moment


def test_kneeling_puts_one_knee_and_the_other_foot_on_the_floor(
    bodies: list[tuple[Moment, Body]],
) -> None:
    held = [body for moment, body in bodies if moment.activity == "kneel"][12:36]
    for body in held:
        assert body.joints[L.LEFT_KNEE, 1] < 0.12
        assert body.joints[L.RIGHT_HEEL, 1] < 0.05


def test_bending_moves_the_hips_back_over_standing_feet(bodies: list[tuple[Moment, Body]]) -> None:
    held = [body for moment, body in bodies if moment.activity == "bend"][8:32]
    for body in held:
        ahead = body.pelvis[:, 2]
        ankles = (body.joints[L.LEFT_ANKLE] + body.joints[L.RIGHT_ANKLE]) / 2
        assert (body.hips - ankles) @ ahead < -0.1
        assert np.ptp(body.joints[L.LEFT_HEEL :, 1]) < 0.02


def test_movement_has_no_jumps(part: Part) -> None:
    previous: np.ndarray | None = None
    for t in np.arange(0.05, part.seconds - 4.1, 1 / 30):
        moment = part.at(float(t))
        assert moment.posture is not None
        joints = stand_up(moment.posture, BUILDS["average"], moment.place, moment.heading).joints
        if previous is not None:
            fastest = np.linalg.norm(joints - previous, axis=1).max() * 30
            assert fastest < 12, (t, moment.activity)
        previous = joints


def test_the_same_time_gives_the_same_posture_and_the_seed_changes_it() -> None:
    one, same, other = (the_part(f"mannequin:shift?seed={seed}") for seed in (1, 1, 2))
    assert one.at(12.3) == same.at(12.3)
    now, later = one.at(12.3).posture, one.at(12.3 + one.seconds).posture
    assert now is not None
    assert later is not None
    assert later.vector() == pytest.approx(now.vector())
    assert one.at(12.3) != other.at(12.3)


def test_lifting_takes_the_crate_along(part: Part) -> None:
    build = BUILDS["average"]
    heights = [
        next(box for box in part.boxes(moment, build) if box is not part.seat).at[1]
        for moment in (part.at(float(t)) for t in np.arange(0, part.seconds, STEP_S))
        if moment.posture is not None
    ]
    assert min(heights) == pytest.approx(0.14)
    assert max(heights) > 0.8


def test_further_people_do_something_else_somewhere_else() -> None:
    source = MannequinSource.from_url("mannequin:shift?people=4")
    parts = [part for part, _ in cast(source.view, source.camera)]
    assert len(parts) == 4
    for t in np.arange(0, parts[0].seconds, 3.0):
        assert len({part.at(float(t)).place for part in parts}) == 4
    assert len({part.at(12.0).activity for part in parts}) >= 3


@pytest.mark.parametrize("activity", ["stand", "bend", "reach", "twist", "kneel", "sit", "lie"])
def test_a_held_activity_is_held_for_ever(activity: str) -> None:
    part = the_part(f"mannequin:{activity}")
    assert {part.at(float(t)).activity for t in np.arange(0, 200, 1.7)} == {activity}


@pytest.mark.parametrize("activity", ["stoop-lift", "squat-lift", "walk", "fall"])
def test_a_movement_is_looped(activity: str) -> None:
    part = the_part(f"mannequin:{activity}")
    seen = [part.at(float(t)).activity for t in np.arange(0, 3 * part.seconds, 0.1)]
    assert seen.count(activity) >= 30


def test_crossing_people_walk_from_edge_to_edge() -> None:
    view = parse("mannequin:cross?people=2")
    camera = MannequinSource(view).camera
    for part, _ in cast(view, camera):
        xs = [part.at(float(t)).place[0] for t in np.arange(0, part.seconds, 0.2)]
        assert min(xs) < -3
        assert max(xs) > 3


def test_its_own_angles_are_those_the_monitor_would_measure_on_its_joints(
    bodies: list[tuple[Moment, Body]],
) -> None:
    for moment, body in bodies[::3]:
        own, joints = angles(body), body.joints - body.hips
        assert own["trunk_flexion"] == pytest.approx(measured.trunk_flexion(joints), abs=1e-6)
        assert own["trunk_side_bend"] == pytest.approx(measured.trunk_side_bend(joints), abs=1e-6)
        assert own["trunk_twist"] == pytest.approx(measured.trunk_twist(joints), abs=1e-6)
        arm = (joints, L.RIGHT_SHOULDER, L.RIGHT_ELBOW)
        for name, deg in {
            "right_upper_arm_elevation": measured.upper_arm_elevation(*arm),
            "right_upper_arm_to_trunk": measured.upper_arm_to_trunk(*arm),
            "right_elbow_flexion": measured.flexion(*arm, L.RIGHT_WRIST),
        }.items():
            assert own[name] == pytest.approx(deg, abs=1e-6), (moment.activity, name)
