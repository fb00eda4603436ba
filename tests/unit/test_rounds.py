from itertools import pairwise

import numpy as np
import pytest

from monitor.posture.model import Floats, Region
from monitor.posture.rounds import SLOWEST_EACH_S, Rounds
from monitor.posture.windows import Sizes, windows

SIZE = (1280, 720)
NOTHING: Floats = np.zeros((0, 2))
EVERYWHERE = np.argwhere(np.ones((1280, 720)))[::997].astype(float)
ALL = len(windows(*SIZE))


def searched(
    rounds: Rounds, strange: Floats, seconds: float, *, since: float = 0.0, fps: int = 5
) -> list[tuple[float, Region]]:
    """When which squares are searched."""
    looks = [since + i / fps for i in range(round(seconds * fps))]
    return [(t, s) for t in looks for s in rounds.due(t, SIZE, Sizes(), strange, 4)]


def test_where_nothing_changes_every_square_is_searched_once_and_then_one_each_3_2_s():
    rounds = Rounds()
    first = [square for _, square in searched(rounds, NOTHING, 0.2 * (ALL + 1))]
    assert first == windows(*SIZE)
    later = searched(rounds, NOTHING, 4 * ALL, since=0.2 * (ALL + 1))
    assert [square for _, square in later][:ALL] == windows(*SIZE)
    assert all(3.1 < b - a < 3.5 for (a, _), (b, _) in pairwise(later))


def test_only_where_something_changed_since_is_searched_again_sooner():
    rounds = Rounds()
    searched(rounds, NOTHING, 0.2 * (ALL + 1))
    corner = np.array([(1270.0, 10.0 + 8 * i) for i in range(6)])
    squares = {square for t, square in searched(rounds, corner, 3.0, since=10.0)}
    assert squares
    assert all(abs(s.x - 1270) <= s.size / 2 and abs(s.y - 30) <= s.size / 2 for s in squares)
    rounds.due(13.0, SIZE, Sizes(), corner, 4)
    assert len(searched(rounds, NOTHING, 3.0, since=13.2)) <= len(squares)


def test_a_round_in_which_nobody_was_found_makes_the_next_one_twice_as_slow():
    rounds = Rounds()
    times = [t for t, _ in searched(rounds, EVERYWHERE, 600)]
    paces = [times[ALL * n + ALL - 1] - times[ALL * n] for n in range(6)]
    longest = SLOWEST_EACH_S * (ALL - 1)
    assert paces == pytest.approx(
        [min(0.2 * 2**n * (ALL - 1), longest) for n in range(6)], rel=0.02
    )
    rounds.found()
    again = [t for t, _ in searched(rounds, EVERYWHERE, 3, since=600)]
    assert len(again) >= 13


def test_more_samples_do_not_search_more():
    often, seldom = (len(searched(Rounds(), EVERYWHERE, 10, fps=fps)) for fps in (15, 5))
    assert often == pytest.approx(seldom, abs=2)


def test_a_picture_of_another_size_is_searched_anew():
    rounds = Rounds()
    searched(rounds, NOTHING, 0.2 * (ALL + 1))
    looks = [rounds.due(10 + 0.2 * i, (640, 480), Sizes(), NOTHING, 4) for i in range(40)]
    told = [square for squares in looks for square in squares]
    assert told[: len(windows(640, 480))] == windows(640, 480)
