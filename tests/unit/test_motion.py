import numpy as np
import pytest

from monitor.posture.model import Image
from monitor.posture.motion import Motion

HALL = np.random.default_rng(1).integers(60, 200, (360, 640, 3), np.uint8)
BOX = (300.0, 100.0, 60.0, 160.0)
SMALL = (300.0, 100.0, 10.0, 30.0)


def noisy(image: Image, sigma: float, seed: int) -> Image:
    noise = np.random.default_rng(seed).normal(0, sigma, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def with_body(x: int) -> Image:
    image = HALL.copy()
    image[110:250, x : x + 40] = 30
    return image


@pytest.mark.parametrize("sigma", [0.0, 3.0, 8.0])
def test_a_still_hall_does_not_move_whatever_the_noise(sigma):
    motion = Motion()
    for seed in range(20):
        motion.look(0.2 * seed, noisy(HALL, sigma, seed))
        assert not motion.within(BOX)
        assert not motion.outside([]).size


def test_a_step_shows_in_the_body_and_nowhere_else():
    motion = Motion()
    motion.look(0.0, noisy(with_body(305), 4.0, 1))
    motion.look(0.2, noisy(with_body(312), 4.0, 2))
    assert motion.within(BOX)
    assert not motion.within((20.0, 100.0, 60.0, 160.0))
    assert motion.outside([]).mean(axis=0) == pytest.approx((330, 180), abs=40)
    assert not motion.outside([BOX]).size


def test_nothing_is_known_to_move_in_the_first_picture_nor_when_the_size_changes():
    motion = Motion()
    motion.look(0.0, HALL)
    assert not motion.within(BOX)
    motion.look(0.2, HALL[:200, :300])
    assert not motion.outside([]).size


def test_of_a_camera_that_moves_everything_moves():
    motion = Motion()
    motion.look(0.0, np.kron(HALL[::8, ::8], np.ones((8, 8, 1), np.uint8)))
    motion.look(0.2, np.roll(np.kron(HALL[::8, ::8], np.ones((8, 8, 1), np.uint8)), 5, axis=1))
    assert motion.within(BOX)


@pytest.mark.parametrize("shape", [(1, 500, 3), (500, 1, 3), (1, 1, 3), (37, 53, 3)])
def test_odd_pictures_are_no_trouble(shape):
    motion = Motion()
    for value in (10, 200):
        motion.look(value, np.full(shape, value, np.uint8))
        motion.within((-5.0, -5.0, 1000.0, 1000.0))
        motion.outside([BOX, SMALL])


def test_who_sways_too_slowly_for_the_last_picture_shows_within_a_second():
    motion = Motion()
    for i in range(8):
        motion.look(0.2 * i, with_edge(20 + 2 * i))
        assert not motion.outside([]).size
    assert motion.within(BOX)


def with_edge(grey: int) -> Image:
    """The body's side, brighter by two grey levels from picture to picture."""
    image = HALL.copy()
    image[110:250, 300:340] = grey
    return image
