"""When a camera rests and what wakes it: packets alone."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from monitor.capture.rest import LONGEST_S, LOOK_S, MISSED_S, QUIET_S, Rest
from monitor.capture.source import Packet

FPS, GOP = 25, 50


class Camera:
    """Sends packets of a usual size, with the whims of an encoder, to whoever rests."""

    def __init__(self, rest: Rest, gop: int = GOP) -> None:
        self.rest = rest
        self._gop = gop
        self._random = np.random.default_rng(3)
        self._number = 0
        self.late = False
        """What comes is read too late to be looked at."""

    @property
    def t(self) -> float:
        return self._number / FPS

    def sends(self, seconds: float, times: float = 1.0) -> Iterator[tuple[float, bool, bool]]:
        """Packets so many times as large as usual: when, whether it rests, and looks at it."""
        for _ in range(round(seconds * FPS)):
            t, key = self.t, self._number % self._gop == 0
            self._number += 1
            size = 90_000 if key else times * self._random.lognormal(np.log(3000.0), 0.2)
            packet = Packet(int(size), key)
            rests = self.rest.rests(t, packet)
            looks = rests and not self.late and self.rest.due(t, packet)
            if looks or not rests:
                self.rest.looked(t)
            yield t, rests, looks


def resting(gop: int = GOP) -> Camera:
    """A camera that nobody was in front of for a minute."""
    rest = Rest()
    rest.there = rest.sought = False
    camera = Camera(rest, gop)
    assert list(camera.sends(60.0))[-1][1]
    return camera


def wakes(camera: Camera, seconds: float, times: float) -> float | None:
    """How long it takes until it does, if it does."""
    began = camera.t
    return next((t - began for t, rests, _ in camera.sends(seconds, times) if not rests), None)


def test_nobody_there_key_pictures_alone_are_looked_at() -> None:
    looks = [t for t, _, looks in resting().sends(20.0) if looks]
    assert {later - earlier for earlier, later in pairwise(looks)} == {LOOK_S}
    assert all(t * FPS % GOP == 0 for t in looks)


def test_key_pictures_that_are_far_apart_are_not_waited_for() -> None:
    looks = [t for t, _, looks in resting(gop=10 * FPS).sends(30.0) if looks]
    assert len(looks) >= 6
    assert all(later - earlier <= LONGEST_S for earlier, later in pairwise(looks))


@pytest.mark.parametrize(
    ("gop", "again_s"), [(GOP, LOOK_S + GOP / FPS), (4 * FPS, MISSED_S)], ids=["near", "far"]
)
def test_a_key_picture_that_came_too_late_is_made_up_for_by_the_next_unless_that_is_far(
    gop: int, again_s: float
) -> None:
    camera = resting(gop)
    looked = next(t for t, _, looks in camera.sends(LONGEST_S) if looks)
    list(camera.sends(LOOK_S - 0.2))
    camera.late = True
    list(camera.sends(0.5))
    camera.late = False
    again = next(t for t, _, looks in camera.sends(LONGEST_S) if looks)
    assert again_s <= again - looked < again_s + 1 / FPS


def test_a_camera_rests_for_a_quarter_of_an_hour_whatever_an_encoder_does() -> None:
    assert all(rests for _, rests, _ in resting().sends(900.0))


def test_somebody_who_comes_wakes_it_within_half_a_second() -> None:
    took = wakes(resting(), 2.0, times=2.5)
    assert took is not None
    assert took <= 0.5


def test_one_large_packet_wakes_nobody() -> None:
    camera = resting()
    assert all(rests for _, rests, _ in camera.sends(1 / FPS, times=20.0))
    assert all(rests for _, rests, _ in camera.sends(5.0))


def test_what_stays_larger_while_nobody_is_found_is_usual_before_long() -> None:
    camera = resting()
    assert wakes(camera, 2.0, times=3.0) is not None
    rests = [rests for _, rests, _ in camera.sends(60.0, times=3.0)]
    assert not rests[0]
    assert all(rests[30 * FPS :])


def test_what_is_sent_while_somebody_is_there_is_never_usual() -> None:
    camera = resting()
    assert wakes(camera, 1.0, times=2.5) is not None
    camera.rest.there = True
    assert not any(rests for _, rests, _ in camera.sends(600.0, times=2.5))
    camera.rest.there = False
    slept = next(t for t, rests, _ in camera.sends(30.0) if rests)
    assert slept - 661.0 <= QUIET_S + 1.0
    assert wakes(camera, 1.0, times=2.5) is not None


def test_it_does_not_rest_while_somebody_is_searched_for() -> None:
    camera = resting()
    camera.rest.sought = True
    assert not any(rests for _, rests, _ in camera.sends(30.0))


def test_it_never_rests_without_packets_or_among_key_pictures_alone() -> None:
    rest = Rest()
    rest.there = rest.sought = False
    assert not any(rest.rests(n / FPS, None) for n in range(100 * FPS))
    assert not any(rest.rests(n / FPS, Packet(9000, key=True)) for n in range(100 * FPS))
