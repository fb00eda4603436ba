"""Stream time becomes steady seconds and UTC."""

from datetime import timedelta

import pytest

from monitor.clock import ClockSteps, FrameTimes
from tests.unit.capture_fakes import FakeClock


def arrive(clock: FakeClock, times: FrameTimes, arrived: float, stream_s: float | None) -> float:
    clock.t = arrived
    return times.stamp(stream_s)[0]


def test_the_streams_own_steps_are_kept_when_pictures_arrive_late() -> None:
    clock = FakeClock()
    times = FrameTimes(clock)
    late = [0.0, 0.3, 0.01, 0.9, 0.0]
    stamps = [arrive(clock, times, 100 + n + late[n], 7.0 + n) for n in range(5)]
    assert stamps == [100.0, 101.0, 102.0, 103.0, 104.0]


def test_a_first_picture_held_up_dates_nothing_into_the_future() -> None:
    """Pictures that waited while the connection was made arrive all at once."""
    clock = FakeClock()
    times = FrameTimes(clock)
    for n in range(25):
        t = arrive(clock, times, 100.0 + n * 0.001, n * 0.04)
        assert t <= clock.t
    assert arrive(clock, times, 101.0, 1.96) == 101.0


def test_a_jump_of_the_streams_clock_sets_a_new_anchor_and_never_goes_back() -> None:
    clock = FakeClock()
    times = FrameTimes(clock)
    stamps = [
        arrive(clock, times, *pair)
        for pair in [(100.0, 50.0), (100.2, 50.2), (100.4, 9000.0), (100.6, 9000.2), (100.8, 0.0)]
    ]
    assert stamps == pytest.approx([100.0, 100.2, 100.4, 100.6, 100.8])
    assert stamps == sorted(stamps)


def test_a_camera_whose_clock_runs_slow_is_not_late_for_it() -> None:
    """By 100 millionths, with pictures up to 0.3 s late, for twelve hours."""
    clock = FakeClock()
    times = FrameTimes(clock)
    for n in range(12 * 3600):
        t = arrive(clock, times, n + 0.1 * (n % 4), n * (1 - 1e-4))
        assert clock.t - 0.35 < t <= clock.t


def test_a_network_that_became_slower_for_good_is_late_for_two_minutes() -> None:
    clock = FakeClock()
    times = FrameTimes(clock)
    late = [arrive(clock, times, n + (n > 200), n) - clock.t for n in range(400)]
    assert late[201:259] == [-1.0] * 58
    assert late[321:] == [0.0] * 79


def test_without_a_stream_clock_arrival_counts() -> None:
    clock = FakeClock()
    times = FrameTimes(clock)
    assert [arrive(clock, times, t, None) for t in (5.0, 5.5)] == [5.0, 5.5]


def test_a_step_of_the_wall_clock_moves_dates_and_no_duration() -> None:
    clock = FakeClock(100.0)
    times = FrameTimes(clock, recheck_s=60.0)
    first_t, first_at = times.stamp(0.0)
    clock.t, clock.step = 170.0, timedelta(hours=1)
    t, at = times.stamp(70.0)
    assert t - first_t == 70.0
    assert at - first_at == timedelta(hours=1, seconds=70)


@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(hours=-1), timedelta(seconds=5)])
def test_a_step_of_the_wall_clock_dates_the_next_picture(step: timedelta) -> None:
    clock = FakeClock(100.0)
    times = FrameTimes(clock, recheck_s=60.0)
    _, first_at = times.stamp(0.0)
    clock.t, clock.step = 101.0, step
    _, at = times.stamp(1.0)
    assert at - first_at == step + timedelta(seconds=1)


def test_a_step_is_told_once_and_by_how_much() -> None:
    clock = FakeClock(100.0)
    steps = ClockSteps(clock)
    clock.sleep(3600.0)
    assert steps.stepped() is None
    clock.step = timedelta(hours=-1)
    assert steps.stepped() == timedelta(hours=-1)
    assert steps.stepped() is None


def test_a_clock_that_is_pushed_along_does_not_step() -> None:
    clock = FakeClock(100.0)
    steps = ClockSteps(clock)
    for second in range(3600):
        clock.t, clock.step = 100.0 + second, timedelta(seconds=0.0005 * second)
        assert steps.stepped() is None
