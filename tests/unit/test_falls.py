from dataclasses import replace

import numpy as np
import pytest

from monitor.capture.mannequin.camera import aimed
from monitor.judge import Judge
from monitor.posture.falls import Fall
from monitor.posture.gravity import Calibration, sight, to_gravity
from monitor.posture.landmarks import Body, Look, View
from monitor.posture.model import Person
from monitor.posture.rules import lies
from tests.builders import NOON, a_rule, drawn_pose

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
    pose = replace(standing.pose, landmarks=landmarks)
    gravity = standing.gravity * (1.0, share, 1.0)
    turn = sight(pose, Calibration(20), 1280, 720).turn
    return Person(1, replace(pose, world=gravity @ turn * (1.0, -1.0, -1.0)), gravity)


def watched(people: list[Person], every_s: float = 0.2) -> Fall:
    fall = Fall()
    for i, each in enumerate(people):
        fall.see(i * every_s, each)
    return fall


def test_who_lies_after_a_fast_descent_has_fallen():
    fall = watched([person("stand"), lowered(0.9), lowered(0.6), person("lie")])
    assert fall.fallen


def test_who_stays_on_the_floor_after_a_fall_has_fallen_though_read_as_sitting():
    sat = [lowered(0.4)] * 10
    assert not lies(sat[0])
    assert watched([person("stand"), lowered(0.9), lowered(0.6), *sat]).fallen
    assert not watched([person("stand"), lowered(0.9), lowered(0.6), *sat, lowered(0.6)]).fallen


def test_who_gets_up_is_no_longer_down():
    fall = watched([person("stand"), lowered(0.9), lowered(0.6), person("lie"), person("stand")])
    assert not fall.fallen


def test_who_gets_down_quickly_and_then_lies_down_has_not_fallen():
    """To look under a machine: into a crouch in half a second, then onto the floor by the arms."""
    crouched = [lowered(0.85), lowered(0.65), *[lowered(0.6)] * 5]
    down = [lowered(0.6 - 0.06 * i) for i in range(1, 9)]
    assert not watched([person("stand"), *crouched, *down, *[person("lie")] * 10]).fallen


def test_who_lies_down_from_a_crouch_has_not_fallen_however_fast():
    assert not watched([*[person("crouch")] * 10, lowered(0.4), *[person("lie")] * 10]).fallen


def test_who_falls_out_of_a_bend_has_fallen():
    bent = [person("bend")] * 10
    assert watched([*bent, lowered(0.5), lowered(0.3), *[person("lie")] * 10]).fallen


def test_who_lies_down_slowly_has_not_fallen():
    slow = [lowered(1 - 0.02 * i) for i in range(43)]
    assert not watched([*slow, *[person("lie")] * 20], every_s=0.4).fallen


@pytest.mark.parametrize("posture", ["squat", "stoop", "kneel", "sit", "crouch"])
def test_getting_down_quickly_without_lying_is_no_fall(posture):
    assert not watched([person("stand"), lowered(0.8), *[person(posture)] * 20]).fallen


def test_who_is_lost_in_a_fast_descent_has_fallen():
    fall = watched([person("stand"), person("stand"), lowered(0.9), lowered(0.7)])
    fall.lose(1280, 720)
    assert fall.fallen


def test_who_is_lost_standing_or_crouching_has_not():
    for last in (person("stand"), person("squat")):
        fall = watched([person("stand"), *[last] * 10])
        fall.lose(1280, 720)
        assert not fall.fallen


def test_who_sinks_at_the_pictures_edge_has_walked_out():
    gone = lowered(0.7, sideways_px=620.0)
    fall = watched([person("stand"), person("stand"), gone])
    fall.lose(1280, 720)
    assert not fall.fallen


def test_who_walks_towards_a_camera_that_looks_down_has_not_fallen():
    path = [person("stand", (0.0, z)) for z in np.arange(-1.0, 1.5, 0.4)]
    fall = watched(path)
    fall.lose(1280, 720)
    assert not fall.fallen


VIEW = View(1280, 720, Calibration(20), {})
FALL = a_rule(
    measure="fallen", enter=1.0, leave=0.5, hold=((0.0, 1.5),), release_s=3.0, upright=False
)

Seen = tuple[int, Person] | tuple[int, Person, bool]
"""A slot, how it is seen, and whether it is doubted."""


def judged(
    *looks: list[Seen], broken_off: int | None = None
) -> list[tuple[int, float, float | None]]:
    """Of every fall told: its slot, and when it began and ended; five looks a second.
    broken_off: before this look somebody else begins to watch."""
    judge = Judge([FALL])
    told = {}
    for i, bodies in enumerate(looks):
        if i == broken_off:
            judge = Judge([FALL], left=list(judge.running))
        seen = [Body(slot, each.pose, *doubted) for slot, each, *doubted in bodies]
        for change in judge.step(Look(0.2 * i, NOON, None, VIEW, seen)).changes:
            told[id(change.episode)] = change.episode
    judge.finish()
    return [(each.slot, each.started_t, each.ended_t) for each in told.values()]


STANDING: list[list[Seen]] = [[(1, person("stand"))]] * 5
FALLING: list[list[Seen]] = [*STANDING, [(1, lowered(0.9))], [(1, lowered(0.7))]]
GONE: list[list[Seen]] = [[]]


def test_who_is_doubted_in_the_middle_of_a_fall_and_lost_has_fallen():
    begun = [[(1, lowered(0.95))], [(1, lowered(0.75), True)]]
    assert len(judged(*STANDING, *begun, *GONE * 20)) == 1
    assert not judged(*STANDING, begun[0], *GONE * 20)


def test_what_is_doubted_never_shows_that_somebody_is_up():
    doubted: list[list[Seen]] = [[(1, person("stand"), True)]] * 8
    assert len(judged(*FALLING, *GONE, *doubted, *GONE * 20)) == 1


def test_nobody_is_judged_who_was_doubted_all_along():
    assert not judged(*[[(1, each, True) for _, each in look] for look in FALLING], *GONE * 20)


def test_who_is_found_lying_where_somebody_just_stood_has_fallen():
    lying: list[list[Seen]] = [[(2, person("lie"))]] * 20
    assert [slot for slot, *_ in judged(*STANDING, *GONE * 3, *lying)] == [2]
    assert not judged(*STANDING, *GONE * 16, *lying)
    aside: list[list[Seen]] = [[(1, person("stand", (-2.5, 0.0)))]] * 5
    assert not judged(*aside, *GONE * 3, *lying)


def test_one_fall_is_told_of_who_is_found_lying_after_being_lost_in_it():
    lying: list[list[Seen]] = [[(2, person("lie"))]] * 20
    assert [slot for slot, *_ in judged(*FALLING, *GONE * 12, *lying)] == [1]


def test_who_is_doubted_in_a_bend_and_lost_in_it_has_not_fallen():
    bent: list[list[Seen]] = [[(1, person("bend"), True)]] * 7
    assert not judged(*STANDING, [(1, lowered(0.9))], *bent, *GONE * 20)


def test_one_fall_is_told_of_who_changes_numbers_in_the_middle_of_it():
    begun: list[list[Seen]] = [[(2, lowered(0.6))], [(2, lowered(0.4), True)]]
    lying: list[list[Seen]] = [[(3, person("lie"))]] * 20
    assert len(judged(*FALLING, *begun, *GONE, *lying)) == 1


def test_who_was_lost_getting_down_and_is_found_sitting_has_not_fallen():
    sitting: list[list[Seen]] = [[(2, person("sit"))]] * 20
    assert not judged(*FALLING, *GONE * 3, *sitting)


def test_who_was_lost_in_a_fall_and_stands_there_again_is_up():
    up: list[list[Seen]] = [[(2, person("stand"))]] * 40
    ((slot, _, ended),) = judged(*FALLING, *GONE * 12, *up)
    assert slot == 1
    assert ended == pytest.approx(0.2 * (len(FALLING) + 11))


def test_who_comes_to_help_does_not_end_a_fall():
    helped: list[list[Seen]] = [[(2, person("stand", (x, 0.2)))] for x in np.arange(2.5, 0.4, -0.2)]
    ((slot, began, ended),) = judged(*FALLING, *GONE * 10, *helped, *[helped[-1]] * 60)
    assert slot == 1
    assert ended is not None
    assert ended - began > 8.0


def test_who_still_lies_there_after_a_restart_is_still_down():
    lying: list[list[Seen]] = [*FALLING, *[[(1, person("lie"))]] * 20]
    after: list[list[Seen]] = [*GONE * 20, *[[(5, person("lie"))]] * 10]
    up: list[list[Seen]] = [[(5, person("stand"))]] * 40
    ((slot, began, ended),) = judged(*lying, *after, *up, broken_off=len(lying))
    assert (slot, ended) == (5, pytest.approx(0.2 * len([*lying, *after]), abs=0.3))
    assert began < 0.2 * len(lying)
    assert not judged(*after, *up), "nobody fell"
