"""A camera that sends far too few or too many pictures is told; one that wavers is not."""

from collections.abc import Callable

import pytest

from monitor.capture.rate import BURST, MOST, Flood, Rate


def told(rate: Rate, fps: Callable[[float], float], begin: float, seconds: float) -> list[float]:
    """When something was wrong, looked at four times a second."""
    came = getattr(rate, "came", 0.0)
    times = []
    for tick in range(int(seconds * 4)):
        t = begin + tick / 4
        came += fps(t) / 4
        if rate.look(t, int(came), up=True):
            times.append(t)
    rate.came = came  # type: ignore[attr-defined]
    return times


@pytest.fixture
def rate() -> Rate:
    known = Rate(needed=5.0)
    assert told(known, lambda t: 25.0, 0.0, 60.0) == []
    return known


@pytest.mark.parametrize("fps", [0.4, 2.0, 60.0, 1000.0])
def test_another_rate_is_told_within_20_s_while_it_lasts(rate: Rate, fps: float) -> None:
    times = told(rate, lambda t: fps, 60.0, 60.0)
    assert times[0] <= 80.0
    assert times[-1] > 119.0
    assert max(told(rate, lambda t: 25.0, 120.0, 60.0)) <= 130.0


def test_the_words_name_both_rates(rate: Rate) -> None:
    told(rate, lambda t: 2.0, 60.0, 30.0)
    words = rate.look(80.0, 0, up=True)
    assert words == "it sends 2 pictures a second, and used to send 25"


@pytest.mark.parametrize("fps", [12.0, 6.0, 40.0, 49.0])
def test_what_still_serves_is_not_told(rate: Rate, fps: float) -> None:
    assert told(rate, lambda t: fps, 60.0, 60.0) == []


def test_a_hiccup_and_the_burst_after_it_are_not_told(rate: Rate) -> None:
    def stalls(t: float) -> float:
        return 0.0 if t < 64.0 else 200.0 if t < 65.0 else 25.0

    assert told(rate, stalls, 60.0, 60.0) == []


@pytest.mark.parametrize("fps", [0.2, 1.0, 3.0])
def test_a_slow_camera_is_known_as_slow(fps: float) -> None:
    assert told(Rate(needed=5.0), lambda t: fps, 0.0, 300.0) == []


def test_what_comes_while_it_is_down_is_not_missed(rate: Rate) -> None:
    assert {rate.look(60.0 + t, 1500, up=False) for t in range(60)} == {None}


@pytest.mark.parametrize("fps", [25.0, 60.0])
def test_a_camera_is_never_held_back(fps: float) -> None:
    flood = Flood()
    assert {flood.wait_s(100.0 + n / fps) for n in range(3000)} == {0.0}


def test_what_a_server_kept_comes_at_once() -> None:
    flood = Flood()
    assert {flood.wait_s(100.0) for _ in range(int(BURST))} == {0.0}


def test_a_flood_is_held_back_to_what_is_of_use() -> None:
    flood, t, taken = Flood(), 100.0, 0
    while t < 160.0:
        t += 0.001 + flood.wait_s(t)
        taken += 1
    assert taken <= 60.0 * MOST + BURST + 1
