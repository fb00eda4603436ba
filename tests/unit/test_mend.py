"""Doubted looks are taken again."""

from collections.abc import Sequence

import numpy as np
import pytest

from monitor.pose.mend import mended
from monitor.posture.belief import misshapen
from monitor.posture.model import Image, Landmark, Pose, Region
from tests.builders import a_pose, hips_on_knees, joints

L = Landmark
PICTURE = np.zeros((480, 640, 3), np.uint8)


class Finder:
    """An engine whose searches find these bodies."""

    name = "finder"

    def __init__(self, *bodies: Pose) -> None:
        self.bodies = list(bodies)
        self.searched: list[Region] = []
        self.told: list[Pose] = []

    def find(
        self,
        image: Image,
        windows: Sequence[Region] = (),
        *,
        still: bool = False,
        known: Sequence[Region] = (),
        seen: Sequence[Pose] = (),
    ) -> list[Pose]:
        self.searched += windows
        self.told += seen
        return self.bodies

    def follow(self, image: Image, regions: Sequence[Region]) -> list[Pose | None]:
        return [None for _ in regions]

    def close(self) -> None:
        pass


def standing(x: float = 320.0) -> Pose:
    return a_pose(joints(), at=(x, 240.0))


def test_the_bones_tell_a_body_from_a_look_that_went_wrong() -> None:
    assert not misshapen(standing())
    assert misshapen(hips_on_knees())


def test_a_look_that_went_wrong_is_replaced_by_what_is_found_there() -> None:
    engine, wrong = Finder(standing()), hips_on_knees()
    assert mended(engine, PICTURE, [wrong], [wrong], most=1).looks == engine.bodies
    (square,) = engine.searched
    assert abs(square.x - wrong.region.x) < square.size / 2


def test_whoever_was_not_seen_is_found_where_they_were_expected() -> None:
    engine = Finder(standing(330.0))
    assert mended(engine, PICTURE, [None], [standing()], most=1).looks == engine.bodies


@pytest.mark.parametrize("look", [hips_on_knees(), None])
@pytest.mark.parametrize("found", [(), (standing(900.0),)])
def test_it_stays_when_nobody_is_found_there(look: Pose | None, found: tuple[Pose, ...]) -> None:
    assert mended(Finder(*found), PICTURE, [look], [hips_on_knees()], most=1).looks == [look]


def test_who_else_is_found_there_is_told_with_the_square_that_was_searched() -> None:
    other = standing(900.0)
    engine, look = Finder(standing(), other), hips_on_knees()
    again = mended(engine, PICTURE, [look], [look], most=1)
    assert again.besides == [other]
    assert again.squares == engine.searched


def test_what_is_not_doubted_is_not_searched_again_nor_more_than_asked() -> None:
    engine, looks = (
        Finder(),
        [standing(), hips_on_knees((2000.0, 240.0)), hips_on_knees((4000.0, 240.0))],
    )
    assert mended(engine, PICTURE, looks, [None, *looks[1:]], most=1).looks == looks
    assert len(engine.searched) == 1


def test_where_others_are_near_nothing_is_replaced() -> None:
    engine, looks = Finder(standing()), [hips_on_knees(), standing(360.0)]
    assert mended(engine, PICTURE, looks, [looks[0], None], most=2).looks == looks
    assert engine.searched == []


@pytest.mark.parametrize(
    ("looks", "told"),
    [([standing()], 1), ([hips_on_knees()], 0), ([None], 0), ([standing(), standing(2000.0)], 0)],
    ids=["alone", "bones of no body", "not seen", "among others"],
)
def test_a_look_at_somebody_alone_may_be_agreed_with(looks: list[Pose | None], told: int) -> None:
    engine = Finder()
    mended(engine, PICTURE, looks, [standing(330.0), None][: len(looks)], most=1)
    assert [id(look) for look in engine.told] == [id(look) for look in looks[:told]]
