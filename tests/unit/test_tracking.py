import numpy as np

from monitor.posture.tracking import SearchPlan, Slots
from tests.builders import a_pose


def test_a_body_found_again_keeps_its_slot_and_is_believed_after_a_while():
    slots = Slots()
    slots.found(0.0, [a_pose()])
    assert [(s.number, s.believed) for s in slots.seen] == [(1, False)]
    slots.found(0.4, [a_pose(at=(325, 240))])
    slots.followed(0.6, [a_pose(at=(330, 240))])
    assert [(s.number, s.believed) for s in slots.seen] == [(1, True)]


def test_two_bodies_have_two_slots():
    slots = Slots()
    slots.found(0.0, [a_pose(at=(200, 240)), a_pose(at=(400, 240))])
    assert [s.number for s in slots.seen] == [1, 2]


def test_a_look_that_lands_on_another_body_is_not_believed():
    slots = Slots()
    slots.found(0.0, [a_pose(at=(200, 240))])
    slots.followed(0.2, [a_pose(at=(500, 240))])
    assert slots.seen == []
    assert len(slots.all) == 1


def test_a_missed_body_comes_back_into_its_slot_and_a_stranger_does_not():
    slots = Slots()
    slots.found(0.0, [a_pose(at=(200, 240))])
    slots.followed(0.2, [None])
    slots.found(1.0, [a_pose(at=(260, 240))])
    assert [s.number for s in slots.seen] == [1]
    slots.followed(1.2, [None])
    slots.found(1.4, [a_pose(at=(600, 240))])
    assert [s.number for s in slots.seen] == [2]


def test_whoever_is_not_seen_for_two_seconds_is_given_up():
    slots = Slots()
    slots.found(0.0, [a_pose()])
    slots.followed(1.9, [None])
    slots.forget(1.9)
    assert len(slots.all) == 1
    slots.forget(2.1)
    assert slots.all == []


def test_two_slots_never_stay_on_one_body():
    slots = Slots()
    slots.found(0.0, [a_pose(at=(200, 240)), a_pose(at=(300, 240))])
    slots.followed(0.2, [a_pose(at=(250, 240)), a_pose(at=(255, 240))])
    assert [s.number for s in slots.seen] == [1]


def test_the_search_is_paced_by_who_is_in_view():
    def searches(slots: Slots) -> int:
        plan = SearchPlan()
        return sum(plan.due(float(t), slots) for t in np.arange(0, 10, 0.1))

    empty, busy = Slots(), Slots()
    busy.found(0.0, [a_pose()])
    lost = Slots()
    lost.found(0.0, [a_pose()])
    lost.followed(0.1, [None])
    assert searches(busy) < searches(empty) < searches(lost)
