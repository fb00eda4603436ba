from itertools import pairwise

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


def searched(
    search: Search,
    sizes: Sizes,
    strange: Floats,
    seconds: float,
    *,
    since: float = 0.0,
    found: Floats = NOTHING,
    believed: int = 2,
) -> list[list[Region]]:
    """What is searched, five looks a second, each of which finds somebody new at `found`."""
    looks = []
    for i in range(round(seconds * 5)):
        t = since + 0.2 * i
        looks.append(search.squares(t, SIZE, sizes, [], strange, believed=believed))
        search.found(t, found, np.ones(len(found), bool))
    return looks


def test_the_first_looks_go_all_over_the_picture_and_a_still_hall_costs_next_to_nothing():
    looks = searched(Search(), Sizes(), NOTHING, 20)
    assert {len(squares) for squares in looks[:4]} == {SQUARES, SQUARES + 1}
    assert sum(map(len, looks[50:])) <= 4


def test_on_a_busy_computer_one_square_is_searched_a_look_the_fullest_first():
    search = Search()
    searched(search, learnt(), NOTHING, 10)
    both = np.vstack([walker(300)[::2], walker(700)])
    looks = [search.squares(10 + 0.2 * i, SIZE, learnt(), [], both, busy=True) for i in range(3)]
    assert [len(squares) for squares in looks] == [1, 1, 1]
    assert looks[1][0].x == pytest.approx(700, abs=5)


def test_who_was_overlooked_where_something_moves_hastens_the_rounds():
    search = Search()
    searched(search, learnt(), walker(300), 160)
    slow = sum(map(len, searched(search, learnt(), walker(300), 2, since=160)))
    search.found(162.0, np.array([(900.0, 400.0)]), np.array([False]))
    search.found(162.0, np.array([(300.0, 400.0)]), np.array([True]))
    fast = sum(map(len, searched(search, learnt(), walker(300), 2, since=162.2)))
    assert fast >= slow + 3


def test_somebody_who_moves_is_searched_for_every_0_4_s_and_nowhere_else():
    search = Search()
    searched(search, learnt(), NOTHING, 10)
    looks = [search.squares(10 + 0.2 * i, SIZE, learnt(), [], walker(300)) for i in range(10)]
    near = [any(abs(s.x - 300) < 10 and s.size < 200 for s in squares) for squares in looks]
    assert near == [True, False] * 5


def test_who_is_looked_for_in_vain_is_searched_for_less_often_there_and_at_once_elsewhere():
    search = Search()
    searched(search, learnt(), NOTHING, 10)
    half = walker(304)[:8]
    looks = searched(search, learnt(), half, 20, since=10)
    at = [i for i, squares in enumerate(looks) if any(abs(s.x - 300) < 3 for s in squares)]
    assert [later - earlier for earlier, later in pairwise(at)][:4] == [4, 8, 8, 8]
    (squares,) = searched(search, learnt(), np.vstack([half, walker(700)]), 0.2, since=30.4)
    assert any(abs(s.x - 700) < 10 for s in squares)


@pytest.mark.parametrize(
    ("moves", "believed", "longest"),
    [
        (walker(300), 2, 2),
        (walker(300)[:8], 2, 8),
        (walker(300), 1, 8),
        (walker(300)[:8], 1, 8),
        (walker(300)[:8], 0, 2),
        (walker(300)[:5], 0, 8),
    ],
)
def test_what_moves_as_much_as_a_body_or_half_of_the_first_one_is_waited_for_beside_one_alone(
    moves, believed, longest
):
    search = Search()
    searched(search, learnt(), NOTHING, 10)
    looks = searched(search, learnt(), moves, 20, since=10, believed=believed)
    at = [i for i, squares in enumerate(looks) if any(abs(s.x - 300) < 5 for s in squares)]
    assert max(later - earlier for earlier, later in pairwise(at)) == longest


def test_what_moves_where_a_doubted_look_was_searched_for_is_not_searched_again():
    search = Search()
    searched(search, learnt(), NOTHING, 10)
    looks = []
    for i in range(20):
        around = [Region(320, 400, 120)] if i % 2 == 0 else []
        looks.append(search.squares(10 + 0.2 * i, SIZE, learnt(), [], walker(300), around))
        search.found(10 + 0.2 * i, NOTHING, np.zeros(0, bool))
    assert not any(abs(s.x - 300) < 5 for squares in looks for s in squares)
    both = np.vstack([walker(300), walker(700)])
    near = [s.x for s in search.squares(14.0, SIZE, learnt(), [], both, [Region(320, 400, 120)])]
    assert any(abs(x - 700) < 5 for x in near)
    assert not any(abs(x - 300) < 5 for x in near)


def test_who_is_found_where_a_doubted_look_was_searched_for_is_followed_by_more_searches():
    search = Search()
    searched(search, learnt(), NOTHING, 10)
    search.squares(10.0, SIZE, learnt(), [], walker(300), [Region(320, 400, 120)])
    search.found(10.0, np.array([(300.0, 400.0)]), np.array([True]))
    squares = search.squares(10.4, SIZE, learnt(), [], walker(300))
    assert any(abs(s.x - 300) < 5 for s in squares)


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
    square, *_ = search.squares(10.0, SIZE, learnt(), [Region(500, 400, 75, 0.4)], NOTHING)
    assert square == Region(500, 400, 120, 0.0)
