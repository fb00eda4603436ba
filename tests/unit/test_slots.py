from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from monitor.posture.model import Pose
from monitor.posture.slots import DOUBTED_S, HIDDEN_S, Slots
from tests.builders import a_pose, joints

WALK = 100.0
"""Pixels a second: 1 m/s, at the 100 pixels a metre of `a_pose`."""


def slots(moves: bool = True) -> Slots:
    return Slots(lambda pose: moves)


def seen(slots: Slots) -> list[int]:
    return [slot.number for slot in slots.seen]


def at(x: float, y: float = 240.0, scale: float = 100.0) -> Pose:
    return a_pose(at=(x, y), scale=scale)


def poorly(pose: Pose) -> Pose:
    """As the model lays it over a deep bend, always in the same way: much of it hidden, and its
    arms too short."""
    world = pose.world.copy()
    world[13:23:2] *= 0.3
    return replace(pose, score=0.5, world=world, landmarks=pose.landmarks * (1, 1, 1, 0.6))


def shown(slots: Slots, t: float, poses: Sequence[Pose]) -> None:
    """One sample: everybody's look lands where a body is, and the search finds all."""
    slots.see(t, poses, poses)
    slots.forget(t, 1280, 720)


def test_a_body_seen_again_keeps_its_slot_and_is_believed_at_the_second_look():
    people = slots()
    people.see(0.0, [], [at(320)])
    assert [(s.number, s.believed) for s in people.seen] == [(1, False)]
    people.see(0.2, [at(330)])
    assert [(s.number, s.believed) for s in people.seen] == [(1, True)]


def test_two_bodies_have_two_slots():
    people = slots()
    people.see(0.0, [], [at(200), at(400)])
    assert seen(people) == [1, 2]


def test_one_body_found_twice_has_one_slot():
    people = slots()
    people.see(0.0, [], [at(200), at(205)])
    assert seen(people) == [1]


def test_two_slots_never_follow_the_same_body():
    people = slots()
    people.see(0.0, [], [at(235), at(265)])
    people.see(0.2, [at(236), at(238)])
    assert seen(people) == [1]


def test_a_body_halfway_between_two_is_neither():
    people = slots()
    people.see(0.0, [], [at(235), at(265)])
    people.see(0.2, [at(249), at(251)])
    assert seen(people) == []


@pytest.mark.parametrize(("found", "number"), [(False, 2), (True, 1)])
def test_whoever_was_hidden_is_taken_up_again_by_a_search_and_by_a_look_under_a_new_number(
    found, number
):
    people = slots()
    for i in range(5):
        shown(people, 0.2 * i, [at(200)])
    people.see(1.2, [])
    people.see(1.6, [at(200)], [at(200)] if found else [])
    assert [(slot.number, slot.believed) for slot in people.seen] == [(number, True)]


def test_whoever_comes_to_light_where_somebody_was_given_up_is_believed_at_once_as_somebody_new():
    people = slots()
    for i in range(5):
        shown(people, 0.2 * i, [at(200), at(250)])
    shown(people, 1.0, [at(211), at(250)])
    shown(people, 1.2, [at(250)])
    shown(people, 1.4, [at(250), at(190)])
    assert [(slot.number, slot.believed) for slot in people.seen] == [(2, True), (3, True)]


def test_what_is_half_in_the_place_of_somebody_seen_is_not_believed_at_once():
    people = slots()
    for i in range(5):
        shown(people, 0.2 * i, [at(200)])
    shown(people, 1.6, [at(240), at(258)])
    assert [(slot.number, slot.believed) for slot in people.seen] == [(2, True), (3, False)]


def test_nothing_that_does_not_move_is_believed_in_the_place_of_somebody_hidden():
    moving = [True]
    people = Slots(lambda pose: moving[0])
    for i in range(5):
        shown(people, 0.2 * i, [at(200)])
    moving[0] = False
    shown(people, 1.6, [at(240)])
    assert [(slot.number, slot.believed) for slot in people.seen] == [(2, False)]


def test_after_a_doubt_only_what_is_exactly_as_expected_keeps_the_number():
    for first, number in ((0.0, 1), (22.0, 3)):
        people = Slots(lambda pose: True, company=lambda pose: True)
        for i in range(15):
            shown(people, 0.2 * i, [at(200)])
        people.see(3.0, [at(200 + first)])
        (slot,) = people.seen
        people.see(3.2, [at(slot.pose.region.x + float(slot.shift(3.2)[0]) + 10.0)])
        assert seen(people) == [number]


def test_on_a_busy_computer_whoever_was_seen_in_the_picture_before_is_followed():
    people = slots()
    for i in range(5):
        people.see(float(i), [at(200)] if i else [], [] if i else [at(200)])
    assert seen(people) == [1]


def test_where_somebody_hidden_does_not_come_back_another_gets_a_number_of_their_own():
    people = slots()
    for i in range(5):
        shown(people, 0.2 * i, [at(200)])
    shown(people, 1.0, [at(260)])
    assert seen(people) == []
    shown(people, 1.6, [at(260)])
    assert [slot.number for slot in people.all] == [2]


def test_what_is_no_clear_body_takes_nobodys_place():
    people = slots()
    for i in range(5):
        shown(people, 0.2 * i, [at(200)])
    shown(people, 1.6, [poorly(at(260))])
    assert [slot.number for slot in people.all] == [1]


def test_of_two_where_one_was_hidden_neither_is_taken_for_them():
    people = slots()
    for i in range(5):
        shown(people, 0.2 * i, [at(200)])
    for i in range(5, 8):
        shown(people, 0.2 * i, [])
    shown(people, 1.6, [at(178), at(222)])
    assert seen(people) == [2, 3]
    assert [slot.number for slot in people.all] == [2, 3]


def test_at_the_edge_where_somebody_else_may_come_in_a_jump_is_not_followed():
    for at_edge, kept in ((False, [1]), (True, [])):
        people = Slots(lambda pose: True, lambda pose, at_edge=at_edge: at_edge)
        for i in range(15):
            shown(people, 0.2 * i, [at(200)])
        people.see(3.0, [at(230)])
        assert seen(people) == kept


def test_whoever_walks_away_below_the_camera_by_the_edge_is_followed():
    people = Slots(lambda pose: True, at_edge=lambda pose: True)
    for i in range(15):
        shown(people, 0.2 * i, [at(200 + WALK * 0.2 * i)])
    for i in range(15, 20):
        people.see(0.2 * i, [at(200 + WALK * 0.2 * i, scale=100.0 * 0.9 ** (i - 14))])
        assert seen(people) == [1]


def test_whoever_falls_and_lies_still_at_once_by_the_edge_keeps_the_slot():
    people = Slots(lambda pose: True, lambda pose: True)
    for i in range(6):
        shown(people, 0.2 * i, [at(200, 200 + 1.5 * WALK * 0.2 * i)])
    people.see(1.2, [at(200, 350)])
    assert seen(people) == [1]


def test_a_wrong_look_beside_a_body_found_does_not_make_it_doubtful():
    people = slots()
    for i in range(5):
        shown(people, 0.2 * i, [at(200)])
    people.see(1.0, [at(218)], [at(201)])
    (slot,) = people.seen
    assert slot.pose.region.x == 201


@pytest.mark.parametrize(("company", "number"), [(False, 1), (True, 2)])
def test_a_jump_beside_somebody_unknown_gets_a_new_number_and_stays_believed(company, number):
    people = Slots(lambda pose: True, company=lambda pose: company)
    for i in range(15):
        shown(people, 0.2 * i, [at(200)])
    people.see(3.0, [at(225)])
    assert [(slot.number, slot.believed) for slot in people.seen] == [(number, True)]


def test_what_moves_beside_whoever_goes_down_fast_is_nobody_else():
    beside = [False]
    people = Slots(lambda pose: True, company=lambda pose: beside[-1])
    for i in range(15):
        shown(people, 0.2 * i, [at(200)])
    beside.append(True)
    for i, (x, y) in enumerate([(205, 272), (220, 305), (225, 310)], start=15):
        people.see(0.2 * i, [at(x, y)])
    assert seen(people) == [1]


@pytest.mark.parametrize(("x", "numbers"), [(200, [1]), (260, [])])
def test_what_was_never_believed_and_lies_over_the_same_body_is_no_company(x, numbers):
    people = slots()
    for i in range(15):
        shown(people, 0.2 * i, [at(200)])
    people.see(3.0, [at(200)], [at(x, scale=190.0)])
    assert seen(people) == [1, 2]
    people.see(3.2, [at(225)])
    assert seen(people) == numbers


@pytest.mark.parametrize(("until_s", "numbers"), [(0.5, [1]), (2.0, [2])])
def test_whoever_a_search_finds_where_somebody_long_alone_was_lost_is_them(until_s, numbers):
    """Somebody unknown is beside them until then."""
    times = [0.0]
    people = Slots(lambda pose: True, company=lambda pose: times[-1] <= until_s)
    for _ in range(15):
        shown(people, times[-1], [at(200)])
        times.append(times[-1] + 0.2)
    people.see(3.0, [])
    people.see(3.2, [], [at(262, 306)])
    assert seen(people) == numbers


@pytest.mark.parametrize("feet", [[27, 28], [28, 27]], ids=["as they are", "back to front"])
def test_whoever_bends_beside_somebody_unknown_and_keeps_the_feet_keeps_the_number(feet):
    people = Slots(lambda pose: True, company=lambda pose: True)
    for i in range(15):
        shown(people, 0.2 * i, [at(200)])
    bent = at(225)
    bent.landmarks[25:] = at(200).landmarks[25:]
    bent.landmarks[[27, 28]] = bent.landmarks[feet]
    people.see(3.0, [bent])
    assert seen(people) == [1]


def test_whoever_walks_beside_somebody_unknown_and_turns_up_behind_gets_a_new_number():
    """Two who pass: of one body laid over both the one is left, with a foot at the other's."""
    people = Slots(lambda pose: True, company=lambda pose: True)
    for i in range(15):
        shown(people, 0.2 * i, [at(200 + WALK * 0.2 * i)])
    behind = at(460)
    behind.landmarks[25:] = at(480).landmarks[25:]
    people.see(3.0, [behind])
    assert seen(people) == [2]


def test_whoever_is_new_has_not_stood_yet():
    """Two who pass, of one of whom little is known: the other's feet were there."""
    people = Slots(lambda pose: True, company=lambda pose: True)
    for i in range(3):
        shown(people, 0.2 * i, [at(200 + 2 * WALK * 0.2 * i)])
    jumped = at(300)
    jumped.landmarks[25:] = at(280).landmarks[25:]
    people.see(0.6, [], [jumped])
    assert seen(people) == [2]


def test_whoever_was_given_up_is_a_rival_for_the_body_that_comes_to_light_between():
    people = slots()
    for i in range(8):
        shown(people, 0.2 * i, [at(200 + 10 * i), at(380 - 10 * i + 8 * (i == 7))])
    shown(people, 1.6, [])
    shown(people, 1.8, [at(304)])
    assert [slot.number for slot in people.all] == [1]
    assert seen(people) == []


@pytest.mark.parametrize(("grows", "numbers"), [(0.0, [1]), (0.08, [2])])
def test_what_slides_and_grows_beside_somebody_unknown_gets_a_new_number(grows, numbers):
    people = Slots(lambda pose: True, company=lambda pose: True)
    for i in range(15):
        shown(people, 0.2 * i, [at(200 + WALK * 0.2 * i)])
    for i, ahead in enumerate((7, 17), start=15):
        people.see(0.2 * i, [at(200 + WALK * 0.2 * i + ahead, scale=100.0 * (1 + grows))])
    assert seen(people) == numbers


def test_a_search_sees_whoever_is_alone_where_a_poor_look_does_not():
    for finds, number in (([], []), ([poorly(at(225))], [1])):
        people = slots()
        for i in range(15):
            shown(people, 0.2 * i, [at(200)])
        people.see(3.0, [poorly(at(225))], mended=finds)
        assert seen(people) == number


def test_a_search_for_one_look_finds_nobody_new():
    people = slots()
    shown(people, 0.0, [at(200)])
    people.see(0.2, [at(400)], mended=[at(400)])
    assert [slot.number for slot in people.all] == [1]


@pytest.mark.parametrize(("other", "numbers"), [(at(165), []), (poorly(at(165)), [1])])
def test_what_is_no_clear_body_is_no_rival_to_one_that_is(other, numbers):
    people = slots()
    for i in range(15):
        shown(people, 0.2 * i, [at(200)])
    people.see(3.0, [], [at(225), other])
    assert [number for number in seen(people) if number == 1] == numbers


def test_whoever_a_search_finds_again_and_again_stays_believed_however_odd_the_body():
    for found, believed in ((True, [True]), (False, [])):
        people = slots()
        for i in range(10):
            shown(people, 0.2 * i, [at(200)])
        for i in range(10, 30):
            odd = poorly(at(200))
            odd.landmarks[27:29, 0] += 100
            people.see(0.2 * i, [odd], mended=[odd] if found else [])
            people.forget(0.2 * i, 1280, 720)
        assert [slot.believed for slot in people.seen] == believed


@pytest.mark.parametrize(("foot", "believed"), [("seen", [True]), ("hidden", [])])
def test_one_foot_that_is_seen_and_stays_speaks_for_whoever_bends(foot, believed):
    people = slots()
    for i in range(10):
        shown(people, 0.2 * i, [at(200)])
    bent = poorly(at(200))
    bent.landmarks[27, 0] += 100
    bent.landmarks[28, 3] = 0.9 if foot == "seen" else 0.1
    for i in range(10, 30):
        people.see(0.2 * i, [bent])
        people.forget(0.2 * i, 1280, 720)
    assert [slot.believed for slot in people.seen] == believed


def doubted(people: Slots, *looks: Pose | None) -> list[float | None]:
    """Where the bodies that may be seen wrong are, in pixels from the left."""
    return [doubt and doubt.region.x for doubt in people.doubts(0.6, looks)]


def test_whoever_is_alone_and_lost_or_elsewhere_is_doubted_where_they_were_expected():
    people = slots()
    for i in range(3):
        shown(people, 0.2 * i, [at(200)])
    assert doubted(people, at(202)) == [None]
    assert doubted(people, None) == [pytest.approx(200)]
    assert doubted(people, at(230)) == [pytest.approx(200)]
    people.see(0.4, [])
    assert doubted(people, None) == [None]


def test_the_bones_of_no_body_are_doubted_where_they_are():
    people = slots()
    shown(people, 0.0, [at(200)])
    short = at(230).world.copy()
    short[23:] *= 0.3
    assert doubted(people, replace(at(230), world=short)) == [230]


def test_among_others_nobody_is_doubted_for_being_elsewhere():
    people, beside = slots(), Slots(lambda pose: True, company=lambda pose: True)
    for i in range(3):
        shown(people, 0.2 * i, [at(400), at(430)])
        shown(beside, 0.2 * i, [at(200)])
    assert doubted(people, None, None) == [None, None]
    assert doubted(beside, None) == [None]


def test_the_first_two_seconds_leave_in_doubt_whether_two_came_as_one():
    for looks, number in ((8, 2), (15, 1)):
        people = slots()
        for i in range(looks):
            shown(people, 0.2 * i, [at(200)])
        people.see(0.2 * looks, [at(225)])
        assert seen(people) == [number]


def test_a_poor_look_exactly_as_expected_keeps_the_slot_among_others():
    people = slots()
    for i in range(3):
        shown(people, 0.2 * i, [at(400), at(430)])
    people.see(0.6, [at(400), poorly(at(430))])
    assert seen(people) == [1, 2]


def test_a_search_need_not_look_again_at_who_is_clear_and_alone():
    people = slots()
    alone, pair = at(200), [at(400), at(430)]
    everybody = [alone, *pair]
    for i in range(3):
        assert people.known(0.2 * i, [None] * len(people.all)) == []
        shown(people, 0.2 * i, everybody)
    answers = [replace(slot.pose) for slot in people.all]
    (known,) = people.known(0.6, answers)
    assert known == alone.region
    people.see(0.6, pair)
    assert people.known(0.8, answers) == []


def test_a_look_that_lands_on_another_body_is_not_taken():
    people = slots()
    people.see(0.0, [], [at(200)])
    people.see(0.2, [at(500)])
    assert people.seen == []
    assert len(people.all) == 1


def test_whoever_walks_is_looked_for_where_they_will_be():
    people = slots()
    for i in range(10):
        shown(people, 0.2 * i, [at(100 + WALK * 0.2 * i)])
    (region,) = people.regions(2.8)
    assert region.x == pytest.approx(100 + WALK * 2.8, abs=10)


def test_whoever_is_hidden_for_two_seconds_on_the_way_comes_back_into_the_same_slot():
    people = slots()
    for i in range(50):
        t = 0.2 * i
        hidden = 4.0 <= t < 6.0
        shown(people, t, [] if hidden else [at(100 + WALK * t)])
    assert seen(people) == [1]


@pytest.mark.parametrize(("ahead", "number"), [(0.0, 1), (35.0, 3)])
def test_whoever_was_hidden_among_others_is_who_they_were_only_where_they_were_expected(
    ahead, number
):
    people, standing = slots(), at(330)
    for i in range(8):
        shown(people, 0.2 * i, [at(100 + 0.2 * WALK * i), standing])
    for i in range(8, 13):
        shown(people, 0.2 * i, [standing])
    shown(people, 2.6, [at(360 + ahead), standing])
    assert seen(people) == [number, 2]


def test_two_who_cross_keep_their_slots_though_one_is_hidden_meanwhile():
    people = slots()
    for i in range(41):
        t = 0.2 * i
        near, far = at(100 + WALK * t, 260, 110), at(900 - WALK * t, 240, 90)
        covered = abs(near.region.x - far.region.x) < 40
        shown(people, t, [near] if covered else [near, far])
    first, second = people.seen
    assert (first.number, second.number) == (1, 2)
    assert first.pose.region.x > 800
    assert second.pose.region.x < 200


def test_a_stranger_of_another_size_does_not_take_a_missed_slot():
    people = slots()
    people.see(0.0, [], [at(200)])
    people.see(0.2, [at(200)])
    people.see(0.4, [], [at(210, scale=60)])
    assert seen(people) == [2]


@pytest.mark.parametrize(("looks", "kept_s"), [(1, DOUBTED_S), (2, HIDDEN_S)])
def test_whoever_is_not_seen_is_given_up_the_sooner_the_less_they_were_believed(looks, kept_s):
    people = slots()
    people.see(0.0, [], [at(320)])
    for i in range(1, looks):
        people.see(0.2 * i, [at(320)])
    last = 0.2 * (looks - 1)
    people.see(last + kept_s - 0.01, [])
    people.forget(last + kept_s - 0.01, 1280, 720)
    assert len(people.all) == 1
    people.forget(last + kept_s + 0.01, 1280, 720)
    assert people.all == []


def test_what_never_moves_is_never_believed():
    people = slots(moves=False)
    for i in range(50):
        shown(people, 0.2 * i, [at(320)])
    assert [s.believed for s in people.seen] == [False]


def crooked(seed: int) -> Pose:
    """A body as the model lays it over a machine: bones of any length, other ones at every look."""
    random = np.random.default_rng(seed)
    body = joints() * np.exp(random.normal(0, 0.6, (33, 1)))
    return replace(a_pose(body), score=0.8)


def test_bones_of_any_length_are_no_person_however_they_move():
    people = slots()
    for i in range(50):
        shown(people, 0.2 * i, [crooked(i)])
        assert not any(slot.believed for slot in people.all)


def test_what_was_laid_over_half_of_somebody_is_not_held_against_the_whole():
    """Somebody smaller than what was seen first, by looks alone, and believed at the second."""
    people = slots()
    half = np.exp(np.random.default_rng(1).normal(0, 0.2, (33, 1)))
    shown(people, 0.0, [replace(a_pose(joints() * half), score=0.8)])
    assert len(people.all) == 1
    for i in (1, 2):
        assert not any(slot.believed for slot in people.all)
        people.see(0.2 * i, [at(330, 250, 70)])
    assert [slot.believed for slot in people.seen] == [True]


def test_somebody_believed_is_let_go_of_within_a_second_when_a_machine_takes_the_place():
    people = slots()
    for i in range(10):
        shown(people, 0.2 * i, [at(320)])
    assert people.seen[0].believed
    for i in range(10, 15):
        shown(people, 0.2 * i, [crooked(i)])
    assert not any(slot.believed for slot in people.seen)


def test_whoever_comes_beside_others_where_somebody_was_let_go_of_gets_a_number_of_their_own():
    people = Slots(lambda pose: True, company=lambda pose: True)
    for i in range(15):
        shown(people, 0.2 * i, [at(20.0 * i)])
    for i in range(15, 18):
        body = at(20.0 * i)
        short_arms = body.world.copy()
        short_arms[13:23:2] *= 0.3
        people.see(
            0.2 * i,
            [replace(body, score=0.5, world=short_arms, landmarks=body.landmarks * (1, 1, 1, 0.6))],
        )
    before = [(slot.number, slot.believed) for slot in people.seen]
    for i in range(18, 20):
        people.see(0.2 * i, [at(20.0 * i + 25.0)])
    assert before == [(1, False)]
    assert [(slot.number, slot.believed) for slot in people.seen] == [(2, True)]
