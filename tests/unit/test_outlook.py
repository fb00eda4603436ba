import numpy as np
import pytest

from monitor.posture.model import Floats
from monitor.posture.outlook import LOOK_S, MOVED_S, Outlook

STEPS = 20


def hall(seed: int = 1) -> Floats:
    """Cells of a picture with things in it, 20 grey levels apart."""
    blocks = np.random.default_rng(seed).integers(0, 10, (12, 22)) * 20.0
    return np.kron(blocks, np.ones((8, 8)))[:90, :160].astype(np.float32)


def told(
    view: Outlook, cells: Floats, start: float, steps: int = STEPS, every_s: float = LOOK_S
) -> list[float]:
    """When a move was told."""
    random = np.random.default_rng(0)
    times = [start + every_s * i for i in range(steps)]
    return [t for t in times if view.moved(t, cells + random.normal(0, 1, cells.shape))]


@pytest.fixture
def view() -> Outlook:
    view = Outlook()
    assert told(view, hall(), 0.0) == []
    return view


@pytest.mark.parametrize("every_s", [0.5, 2.0, 5.0, 7.0, 10.0])
def test_a_turned_camera_is_told_once_within_half_a_minute(every_s):
    """Whatever the rhythm of looks; the first of them comes up to `every_s` after the turn."""
    view = Outlook()
    steps = round(60 / every_s)
    assert told(view, hall(), 0.0, steps, every_s) == []
    turned = np.roll(hall(), 12, axis=1)
    moves = told(view, turned, steps * every_s, steps, every_s)
    assert len(moves) == 1
    assert moves[0] <= (steps - 1) * every_s + 30.0


def test_a_move_is_told_once(view):
    turned = np.roll(hall(), 12, axis=1)
    assert len(told(view, turned, 100.0)) == 1
    assert told(view, turned, 200.0) == []


def test_a_camera_that_was_turned_is_astray_until_it_is_turned_back(view):
    for view_no, shift in enumerate((12, 30, 0), 1):
        assert len(told(view, np.roll(hall(), shift, axis=1), 100.0 * view_no)) == 1
        assert view.astray == (shift != 0)


@pytest.mark.parametrize("lit", [0.4, 1.6, np.linspace(0.4, 1.3, 160)])
def test_other_light_is_no_move(view, lit):
    assert told(view, hall() * lit, 100.0) == []


def test_somebody_before_the_lens_for_a_while_is_no_move(view):
    assert told(view, hall(2), 100.0, int(MOVED_S / LOOK_S)) == []
    assert told(view, hall(), 100.0 + MOVED_S) == []


def test_a_dark_picture_tells_nothing(view):
    assert told(view, np.zeros((90, 160), np.float32), 100.0) == []
    assert told(view, hall(), 200.0) == []


def test_a_camera_turned_while_it_was_away_is_told(view):
    assert len(told(view, np.roll(hall(), 12, axis=1), 9000.0)) == 1


def test_another_size_is_known_anew(view):
    assert told(view, hall()[:45, :80], 100.0) == []
