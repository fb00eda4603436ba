import numpy as np
import pytest

from monitor.posture.motion import Motion
from monitor.posture.search import SearchPlan
from monitor.posture.slots import Slots
from tests.builders import a_pose

HALL = np.full((480, 640, 3), 120, np.uint8)


def searches(slots: Slots, *, busy: bool) -> int:
    """Searches in 10 s at 5 samples a second; busy: something moves in the lower left corner."""
    plan, motion, done = SearchPlan(), Motion(), 0
    for i in range(50):
        image = HALL.copy()
        image[400:, : 80 if busy and i % 2 else 0] = 20
        motion.look(0.2 * i, image)
        done += plan.due(0.2 * i, slots, motion)
    return done


def someone() -> Slots:
    slots = Slots(lambda pose: True)
    slots.see(0.0, [], [a_pose()])
    return slots


def test_a_still_hall_is_searched_seldom_and_a_moving_one_often():
    assert searches(Slots(lambda pose: True), busy=False) == 5
    assert searches(Slots(lambda pose: True), busy=True) == pytest.approx(25, abs=1)


def test_who_is_known_needs_no_search_but_somebody_else_does():
    assert searches(someone(), busy=False) == 5
    assert searches(someone(), busy=True) == pytest.approx(25, abs=1)


def test_whoever_is_missing_is_searched_for():
    slots = someone()
    slots.see(0.2, [])
    assert searches(slots, busy=False) == pytest.approx(25, abs=1)
