"""Real worker processes that die, hang, toil and grow, and what becomes of their cameras."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import pytest

from monitor.crew import BUSY_S, HUNG_S, RETIRE_S, START_S, Crew
from monitor.crews import STALL_S, Crews, Loss
from tests.integration.strange import strange_crew

T = TypeVar("T")


class Life:
    """Crews whose seconds are told: half a second is over as soon as all workers were heard."""

    def __init__(self, *crews: Crew) -> None:
        self.crews = Crews(crews)
        self.t = 0.0

    def __getitem__(self, number: int) -> Crew:
        return list(self.crews)[number]

    def pass_s(self, seconds: float, *, but: Sequence[int] = ()) -> Loss | None:
        """Until so many seconds are over, or a worker is lost; `but` those are not heard."""
        end = self.t + seconds
        while True:
            time.sleep(0.01)
            if lost := self._until_heard([c for i, c in enumerate(self.crews) if i not in but]):
                return lost
            if self.t >= end:
                return None
            self.t += 0.5

    def until_alive(self, number: int) -> None:
        """At this very moment."""
        until(lambda: self._step() is None and self[number].alive)

    def loss(self) -> Loss:
        """The next one, at this very moment."""
        return until(self._step)

    def _until_heard(self, crews: Sequence[Crew]) -> Loss | None:
        def heard() -> bool:
            return all(crew.heard(self.t) or crew.pid is None for crew in crews)

        kept: list[Loss | None] = []
        until(lambda: kept.append(self._step()) or kept[-1] or heard())
        return kept[-1]

    def _step(self) -> Loss | None:
        lost = self.crews.step(self.t)
        self.crews.revive(self.t)
        assert len(lost) < 2
        return lost[0] if lost else None


def until(true: Callable[[], T]) -> T:
    end = time.monotonic() + 20
    while not (value := true()):
        assert time.monotonic() < end, "not within 20 s"
        time.sleep(0.005)
    return value


Made = Callable[..., Life]


@pytest.fixture
def made() -> Iterator[Made]:
    """Crews from the names of their cameras; they are waited for until they have been heard."""
    lives: list[Life] = []

    def make(*crews: str, heard: bool = True, memory_mb: float = float("inf")) -> Life:
        life = Life(*(strange_crew(names.split(), memory_mb) for names in crews))
        lives.append(life)
        life.pass_s(0, but=() if heard else range(len(crews)))
        return life

    yield make
    for life in lives:
        life.crews.stop(time.monotonic())


def test_a_worker_that_is_killed_is_started_again_at_once_and_no_camera_is_blamed(made):
    life = made("a b")
    for _ in range(3):
        killed = life[0].pid
        os.kill(killed, signal.SIGKILL)
        assert life.loss() == Loss(["a", "b"], "was ended by SIGKILL")
        assert life.pass_s(3) is None
        assert life[0].pid not in (None, killed)


def test_the_first_time_a_worker_is_back_at_once_and_later_after_a_pause(made):
    life = made("a")
    for pause in (0, 1, 2, 4, 4):
        os.kill(life[0].pid, signal.SIGKILL)
        life.loss()
        lost = life.t
        while life[0].pid is None:
            assert life.pass_s(0.5) is None
        assert life.t - lost == pause
        assert life.pass_s(0.5) is None


def test_the_third_crash_puts_the_camera_alone_whose_thread_crashed(made):
    life = made("a dies b", heard=False)
    for alone in (None, None, "dies"):
        assert life.loss() == Loss(["a", "dies", "b"], "was ended by SIGSEGV", alone)
        life.t += 3
    assert [crew.names for crew in life.crews] == [["a", "b"], ["dies"]]
    assert life.loss() == Loss(["dies"], "was ended by SIGSEGV")
    assert len(life.crews) == 2


def test_a_worker_that_waits_for_what_never_comes_is_replaced_and_its_camera_blamed(made):
    life = made("hangs a", "b", "c")
    for _ in range(3):
        loss = life.pass_s(2 * HUNG_S, but=[0])
        assert loss.cameras == ["hangs", "a"]
        assert loss.reason == "does not answer"
        life.t += 2
        life.until_alive(0)
    assert loss.alone == "hangs"


def test_a_worker_that_is_stopped_is_replaced_like_one_that_hangs(made):
    life = made("a", "b", "c")
    os.kill(life[0].pid, signal.SIGSTOP)
    assert life.pass_s(HUNG_S, but=[0]) is None
    assert life.pass_s(1, but=[0]).cameras == ["a"]


def test_a_worker_that_computes_is_given_time(made):
    life = made("toils", "b", "c")
    assert life.pass_s(BUSY_S, but=[0]) is None
    assert life.pass_s(1, but=[0]).cameras == ["toils"]


def test_a_worker_that_never_comes_to_life_is_replaced(made):
    life = made("b", "mute", heard=False)
    assert life.pass_s(START_S, but=[1]) is None
    assert life.pass_s(1, but=[1]) == Loss(["mute"], "did not come to life")


def test_a_worker_over_its_limit_of_memory_ends_by_itself_first(made):
    life = made("grows", memory_mb=200)
    loss = life.loss()
    assert loss.reason.startswith("used ")
    assert loss.reason.endswith("MB of memory, over its limit of 200 MB,")
    assert loss.alone is None


def test_one_that_grows_and_does_not_end_is_killed(made):
    life = made("grows hangs", memory_mb=200)
    until(lambda: life.pass_s(0, but=[0]) or life[0].leaving)
    assert life.pass_s(RETIRE_S - 0.5, but=[0]) is None
    assert life.pass_s(1, but=[0]).cameras == ["grows", "hangs"]


def test_when_half_of_the_workers_fall_silent_they_are_replaced_one_by_one_after_a_minute(made):
    life = made("hangs-1", "hangs-2", "hangs-3", "d")
    assert life.pass_s(STALL_S, but=[0, 1, 2]) is None
    assert life.crews.stalled == 3
    assert life.pass_s(1, but=[0, 1, 2]).cameras == ["hangs-1"]
    assert [life.loss().cameras for _ in range(2)] == [["hangs-2"], ["hangs-3"]]


@pytest.fixture
def stalled(made) -> Life:
    """Two workers that stopped together."""
    life = made("a", "b")
    for crew in life.crews:
        os.kill(crew.pid, signal.SIGSTOP)
    assert life.pass_s(2 * HUNG_S, but=[0, 1]) is None
    assert life.crews.stalled == 2
    return life


def test_after_a_stall_everybody_is_as_before(stalled):
    pids = [crew.pid for crew in stalled.crews]
    os.kill(pids[0], signal.SIGCONT)
    assert stalled.pass_s(HUNG_S, but=[1]) is None
    assert stalled.crews.stalled == 0
    os.kill(pids[1], signal.SIGCONT)
    assert stalled.pass_s(2 * HUNG_S) is None
    assert [crew.pid for crew in stalled.crews] == pids


def test_who_does_not_wake_after_a_stall_is_replaced(stalled):
    os.kill(stalled[0].pid, signal.SIGCONT)
    assert stalled.pass_s(HUNG_S + 1, but=[1]).cameras == ["b"]
