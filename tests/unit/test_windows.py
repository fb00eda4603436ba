import numpy as np
import pytest

from monitor.posture.windows import FEWEST, LEAST_BODY_PX, MANY, MOST_SQUARES, Sizes, thorough
from tests.builders import a_pose


@pytest.mark.parametrize("size", [(640, 427), (427, 640), (1280, 720), (4000, 3000), (135, 290)])
def test_a_thorough_search_leaves_no_pixel_out_at_any_size_of_square(size):
    width, height = size
    for side in {square.size for square in thorough(width, height)}:
        seen = np.zeros((height, width), bool)
        for square in thorough(width, height):
            if square.size == side:
                left, top = square.x - side / 2, square.y - side / 2
                right, bottom = round(left + side), round(top + side)
                seen[max(0, round(top)) : bottom, max(0, round(left)) : right] = True
        assert seen.all()


@pytest.mark.parametrize("share", [0.35, 0.5, 0.8])
def test_whoever_is_sought_is_whole_and_large_enough_in_some_square(share):
    body = share * 427
    for x in np.linspace(body / 2, 640 - body / 2, 9):
        for y in np.linspace(body / 2, 427 - body / 2, 9):
            assert any(
                abs(x - s.x) + body / 2 <= s.size / 2 + 1
                and abs(y - s.y) + body / 2 <= s.size / 2 + 1
                and body >= 0.3 * s.size
                for s in thorough(640, 427)
            )


def test_squares_are_no_smaller_than_the_smallest_people_need():
    assert min(s.size for s in thorough(1280, 720)) >= 2 * LEAST_BODY_PX


@pytest.mark.parametrize("size", [(1, 1), (32000, 200), (8000, 7500), (30, 4000)])
def test_no_picture_takes_more_squares_than_allowed(size):
    assert 1 <= len(thorough(*size)) <= MOST_SQUARES


FAR, BETWEEN, NEAR = 202.5, 300.0, 500.0
"""Rows of hips."""


def learnt(*bodies: tuple[float, float, int]) -> Sizes:
    """Row of the hips, pixels a metre and how often such a body was seen, in this order."""
    sizes = Sizes()
    for row, scale, times in bodies:
        for _ in range(times):
            sizes.learn(a_pose(at=(600, row), scale=scale), 720)
    return sizes


def test_the_first_body_seen_tells_how_high_people_are():
    alone = learnt((NEAR, 100.0, 1))
    assert alone.at(FAR, 720) == alone.at(NEAR, 720) > 100


def test_a_body_laid_over_two_now_and_then_does_not_tell_how_high_people_are_there():
    true = learnt((FAR, 50.0, 100), (NEAR, 100.0, 100))
    seen = learnt((BETWEEN, 100.0, 1), (FAR, 50.0, 100), (NEAR, 100.0, 100))
    assert seen.at(BETWEEN, 720) == true.at(BETWEEN, 720)
    first = learnt((150.0, 100.0, 1), (FAR, 50.0, 100), (NEAR, 100.0, 100))
    assert first.rows(720) == true.rows(720)


def test_neither_does_it_in_months():
    seen = learnt(*[(BETWEEN, 100.0, 1), (FAR, 50.0, 300), (NEAR, 100.0, 300)] * 20)
    true = learnt((FAR, 50.0, 100), (NEAR, 100.0, 100))
    assert seen.at(BETWEEN, 720) == true.at(BETWEEN, 720)


def test_where_people_begin_to_work_their_height_is_learnt_in_seconds_after_months():
    seen = learnt((NEAR, 100.0, 3 * MANY), (FAR, 50.0, FEWEST))
    assert seen.at(FAR, 720) == pytest.approx(learnt((FAR, 50.0, 1)).at(FAR, 720))
