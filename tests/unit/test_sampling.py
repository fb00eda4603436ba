"""How often people are looked at, and what a busy computer makes of it."""

from collections.abc import Iterable

import pytest

from monitor.posture.episodes import Episode, Episodes
from monitor.posture.sampling import CALM_FPS, SEARCHING, SEARCHING_FREELY, Budget, Sampling
from monitor.posture.slots import Slot, Slots
from tests.builders import a_person, a_pose, a_rule

FPS = 10.0


class Hall:
    """One body, found at once and followed; `believed` after its first looks."""

    def __init__(self) -> None:
        self.sampling = Sampling(FPS)
        self._slots = Slots(lambda _: True)
        self._x = 600.0
        self.t = 0.0

    def shows(self, seconds: float, speed: float, running: Iterable[Episode] = ()) -> float:
        """Somebody walks at so many pixels a second; the rate asked for in the end."""
        fps = FPS
        for _ in range(round(seconds * 5)):
            self.t += 0.2
            self._x += 0.2 * speed
            pose = a_pose(at=(self._x, 400), scale=100)
            self._slots.see(self.t, [pose], [pose])
            fps = self.sampling.fps(self.t, self._slots.all, running)
        return fps

    @property
    def slot(self) -> Slot:
        return self._slots.all[0]


def test_whoever_hardly_moves_is_looked_at_seldom_and_at_once_often_when_they_move() -> None:
    hall = Hall()
    assert hall.shows(0.2, 0.0) == FPS
    assert hall.shows(3.0, 0.0) == CALM_FPS
    assert hall.slot.believed
    assert hall.shows(0.2, 150.0) > CALM_FPS
    assert hall.shows(3.0, 0.0) == CALM_FPS


def test_the_faster_somebody_moves_the_more_often() -> None:
    hall = Hall()
    rates = [hall.shows(3.0, speed) for speed in (0.0, 80.0, 130.0)]
    assert rates == sorted(rates)
    assert rates[-1] <= FPS


def test_whoever_bends_on_the_spot_is_looked_at_more_often() -> None:
    hall = Hall()
    hall.shows(3.0, 0.0)
    bent = a_pose(at=(600, 400), scale=100)
    bent.landmarks[[11, 12], :2] += 40
    hall.slot.see(3.2, bent, moved=True)
    assert hall.sampling.fps(3.2, [hall.slot], []) > 2 * CALM_FPS


def test_as_often_as_can_be_while_a_posture_nears_its_limit_and_while_an_event_may_end() -> None:
    hall, episodes = Hall(), Episodes([a_rule(release_s=3.5)])
    hall.shows(3.0, 0.0)
    rates = {}
    for n in range(20):
        bent = n < 10 or n > 12
        episodes.step(hall.t + 1.0, [a_person(trunk=75.0 if bent else 5.0)])
        rates[n] = hall.shows(1.0, 0.0, episodes.running)
    assert {n for n, fps in rates.items() if fps == FPS} == {3, 12}
    assert {fps for n, fps in rates.items() if n not in (3, 12)} == {CALM_FPS}


def test_nobody_there_or_nobody_seen_asks_for_all_there_is() -> None:
    sampling = Sampling(FPS)
    assert sampling.fps(0.0, [], []) == FPS
    hall = Hall()
    hall.shows(3.0, 0.0)
    hall.slot.missed = True
    assert hall.sampling.fps(3.2, [hall.slot], []) == FPS


def test_a_camera_slower_than_calm_is_not_made_faster() -> None:
    hall = Hall()
    hall.sampling = Sampling(1.0)
    assert hall.shows(3.0, 0.0) == 1.0


def rounds(
    budget: Budget, since: float, seconds: float, busy: float, oldest_s: float = 0.1
) -> None:
    for n in range(round(seconds * 10)):
        budget.spent(since + n / 10, busy / 10, oldest_s)


def test_a_busy_worker_does_less_of_everything_and_all_of_it_again_when_it_can() -> None:
    budget = Budget()
    rounds(budget, 0.0, 5.0, busy=1.0)
    assert budget.share < 0.6
    assert budget.fps(20.0) == pytest.approx(2.0 * budget.fps(10.0))
    rounds(budget, 5.0, 20.0, busy=0.3)
    assert budget.share == 1.0


def test_a_computer_at_its_limit_is_overloaded_until_it_was_not_for_half_a_minute() -> None:
    budget = Budget()
    rounds(budget, 0.0, 1.5, busy=1.0)
    assert not budget.overloaded(1.5)
    rounds(budget, 1.5, 4.0, busy=1.0)
    rounds(budget, 5.5, 20.0, busy=0.3)
    assert budget.share == 1.0
    assert budget.overloaded(25.5)
    assert not budget.overloaded(40.0)


def test_old_pictures_say_that_it_is_too_much() -> None:
    budget = Budget()
    rounds(budget, 0.0, 3.0, busy=0.2, oldest_s=0.8)
    assert budget.share < 1.0


def test_no_camera_is_given_up_and_none_gets_more_than_it_asked() -> None:
    budget = Budget()
    rounds(budget, 0.0, 60.0, busy=1.0)
    assert budget.fps(5.0) == CALM_FPS
    assert budget.fps(0.5) == 0.5


def searching(budget: Budget, since: float = 0.0) -> float:
    """Share of a minute for searches of 0.3 s, when one is due again after 0.1 s."""
    t, searched_s = since, 0.0
    while t < since + 60.0:
        t += 0.1
        if budget.may_search(t):
            t, searched_s = t + 0.3, searched_s + 0.3
            budget.searched(t, 0.3)
    return searched_s / (t - since)


def test_a_worker_searches_half_of_its_time_and_a_busy_one_a_smaller_share() -> None:
    assert searching(Budget()) == pytest.approx(SEARCHING_FREELY, abs=0.03)
    budget = Budget()
    rounds(budget, 0.0, 1.5, busy=1.0)
    assert budget.share > 0.7
    assert searching(budget) == pytest.approx(SEARCHING * budget.share, abs=0.03)
    rounds(budget, 1.5, 5.0, busy=1.0)
    assert budget.share == 0.5
    assert searching(budget, 60.0) == pytest.approx(SEARCHING / 2, abs=0.03)


def test_a_second_search_of_the_same_look_counts_as_the_first_does() -> None:
    budget = Budget()
    rounds(budget, 0.0, 5.0, busy=1.0)
    budget.searched(10.0, 0.1)
    budget.searched(10.02, 0.02)
    waits_s = 0.12 * (1.0 / (SEARCHING * budget.share) - 1.0)
    assert not budget.may_search(10.0 + waits_s - 0.01)
    assert budget.may_search(10.02 + waits_s)


def test_a_worker_that_searched_much_while_it_was_free_searches_on_once_it_is_busy() -> None:
    budget = Budget()
    searching(budget)
    rounds(budget, 60.0, 5.0, busy=1.0)
    assert budget.busy
    assert budget.may_search(65.0)
