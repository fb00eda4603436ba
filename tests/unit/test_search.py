import numpy as np
import pytest

from monitor.posture.model import Floats, Region
from monitor.posture.search import SQUARES, Search, aimed
from monitor.posture.windows import Sizes
from tests.builders import a_pose

SIZE = (1280, 720)
NOTHING: Floats = np.zeros((0, 2))


def learnt() -> Sizes:
    """People 60 pixels high, hips at row 400."""
    sizes = Sizes()
    sizes.learn(a_pose(at=(600, 400), scale=25), 720)
    return sizes


def walker(x: float, y: float = 400.0) -> Floats:
    """Where the picture changes along somebody 60 pixels high, hips here."""
    return np.array([(x + side, y + along) for side in (-4, 4) for along in range(-30, 30, 8)])


def searched(search: Search, sizes: Sizes, strange: Floats, seconds: float) -> list[list[Region]]:
    return [search.squares(0.2 * i, SIZE, sizes, [], strange) for i in range(int(seconds * 5))]


def test_a_still_hall_costs_a_square_each_fifth_of_a_second_but_for_the_first_round():
    looks = searched(Search(), Sizes(), NOTHING, 10)
    assert {len(squares) for squares in looks[:4]} == {SQUARES, SQUARES + 1}
    assert {len(squares) for squares in looks[10:]} == {1}


def test_the_slow_round_goes_all_over_the_picture():
    looks = searched(Search(), learnt(), NOTHING, 30)
    xs = {square.x for squares in looks[10:] for square in squares}
    assert min(xs) < 100
    assert max(xs) > 1180


def test_samples_more_often_do_not_search_more():
    search, sizes = Search(), learnt()
    fast = [search.squares(i / 15, SIZE, sizes, [], NOTHING) for i in range(150)]
    assert sum(map(len, fast[30:])) == pytest.approx(40, abs=2)


def test_somebody_who_moves_is_searched_for_every_0_4_s_and_nowhere_else():
    search = Search()
    searched(search, learnt(), NOTHING, 10)
    looks = [search.squares(10 + 0.2 * i, SIZE, learnt(), [], walker(300)) for i in range(10)]
    near = [any(abs(s.x - 300) < 10 and s.size < 200 for s in squares) for squares in looks]
    assert near == [True, False] * 5
    assert sum(map(len, looks)) == 20


def test_the_square_is_twice_as_high_as_people_are_there_and_holds_the_body():
    (square,) = aimed(walker(300), SIZE, learnt())
    assert square.size == pytest.approx(2 * 60, rel=0.05)
    assert (square.x, square.y) == pytest.approx((300, 398), abs=5)


def test_two_who_move_apart_get_a_square_each_and_a_speck_none():
    speck = np.array([(900.0, 100.0)])
    squares = aimed(np.vstack([walker(300), walker(700), speck]), SIZE, learnt())
    assert sorted(square.x for square in squares) == pytest.approx([300, 700], abs=5)


def test_squares_stay_in_the_picture():
    for x in (0.0, 1279.0):
        (square,) = aimed(walker(x), SIZE, learnt())
        assert square.size / 2 <= square.x <= 1280 - square.size / 2


def test_before_sizes_are_learnt_every_square_in_which_something_moves_is_searched():
    search = Search()
    searched(search, Sizes(), NOTHING, 10)
    looks = [search.squares(10 + 0.2 * i, SIZE, Sizes(), [], walker(300)) for i in range(2)]
    squares = looks[0][:-1] + looks[1][:-1]
    assert all(abs(s.x - 300) <= s.size / 2 for s in squares)
    assert len(squares) >= 4


def test_whoever_is_missing_is_searched_for_where_they_are_expected():
    search = Search()
    searched(search, learnt(), NOTHING, 10)
    square, _ = search.squares(10.0, SIZE, learnt(), [Region(500, 400, 75, 0.4)], NOTHING)
    assert square == Region(500, 400, 120, 0.0)
