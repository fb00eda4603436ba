"""A camera that sends far too few or too many pictures is told; one that wavers is not."""

from collections.abc import Callable

import pytest

from monitor.capture.rate import BURST, MOST, Flood, Rate


class Camera:
    """Looked at four times a second."""

    def __init__(self) -> None:
        self.rate = Rate(needed=5.0)
        self._came = 0.0

    def told(self, fps: Callable[[float], float], begin: float, seconds: float) -> list[float]:
        """When something was wrong, while it sends `fps` pictures a second."""
        times = []
        for tick in range(int(seconds * 4)):
            t = begin + tick / 4
            self._came += fps(t) / 4
            if self.rate.look(t, int(self._came), up=True):
                times.append(t)
        return times


@pytest.fixture
def camera() -> Camera:
    known = Camera()
    assert known.told(lambda t: 25.0, 0.0, 60.0) == []
    return known


@pytest.mark.parametrize("fps", [0.4, 2.0, 60.0, 1000.0])
def test_another_rate_is_told_within_20_s_while_it_lasts(camera: Camera, fps: float) -> None:
    times = camera.told(lambda t: fps, 60.0, 60.0)
    assert times[0] <= 80.0
    assert times[-1] > 119.0
    assert max(camera.told(lambda t: 25.0, 120.0, 60.0)) <= 130.0


def test_the_words_name_both_rates(camera: Camera) -> None:
    camera.told(lambda t: 2.0, 60.0, 30.0)
    words = camera.rate.look(80.0, 0, up=True)
    assert words == "it sends 2 pictures a second, and used to send 25"


@pytest.mark.parametrize("fps", [12.0, 6.0, 40.0, 49.0])
def test_what_still_serves_is_not_told(camera: Camera, fps: float) -> None:
    assert camera.told(lambda t: fps, 60.0, 60.0) == []


def test_a_hiccup_and_the_burst_after_it_are_not_told(camera: Camera) -> None:
    def stalls(t: float) -> float:
        return 0.0 if t < 64.0 else 200.0 if t < 65.0 else 25.0

    assert camera.told(stalls, 60.0, 60.0) == []


@pytest.mark.parametrize("fps", [0.2, 1.0, 3.0])
def test_a_slow_camera_is_known_as_slow(fps: float) -> None:
    assert Camera().told(lambda t: fps, 0.0, 300.0) == []


def test_what_comes_while_it_is_down_is_not_missed(camera: Camera) -> None:
    assert {camera.rate.look(60.0 + t, 1500, up=False) for t in range(60)} == {None}


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
