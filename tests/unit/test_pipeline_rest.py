"""What one camera's pipeline says of time at rest, and of who keeps it awake."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from monitor.pipeline import CameraPipeline, CameraPlan
from monitor.pose.mend import Mended
from monitor.posture.model import Frame, Pose, Region
from monitor.posture.sampling import Budget
from monitor.posture.search import Search
from tests.builders import a_pose, hips_on_knees
from tests.fakes import FakeClock, ToldEngine

BEGIN = datetime.fromisoformat("2026-03-02T12:00:00+00:00")
RANDOM = np.random.default_rng(2)
HALL = RANDOM.integers(60, 180, (360, 640, 3), np.uint8)


class Camera:
    def __init__(self) -> None:
        self.poses: Sequence[Pose] = ()
        self.clock = FakeClock(BEGIN)
        self.engine = ToldEngine(lambda: self.poses)
        self.budget = Budget()
        self.pipeline = CameraPipeline(
            CameraPlan("dock", ()), self.engine, self.clock, budget=self.budget
        )

    def looks(self, seconds: float, *, rested: bool = False, brighter: int = 0) -> None:
        """Once, so long after the last time."""
        self.clock.advance(seconds)
        self.pipeline.step(self.frame(rested=rested, brighter=brighter))

    def frame(self, *, rested: bool = False, brighter: int = 0) -> Frame:
        picture = HALL + RANDOM.integers(0, 3, HALL.shape, np.uint8)
        picture[100:300, 250:390] += np.uint8(brighter)
        return Frame(picture, self.clock.now(), self.clock.steady(), rested=rested)

    @property
    def coverage(self) -> tuple[float, float]:
        minutes = self.pipeline.minutes.flush()
        return sum(m.watched_s for m in minutes), sum(m.blind_s for m in minutes)


@pytest.mark.parametrize(
    ("seconds", "rested", "coverage"),
    [(5.0, True, (5.0, 0.0)), (5.0, False, (0.0, 5.0)), (8.0, True, (0.0, 8.0))],
)
def test_time_at_rest_is_watched_and_any_other_gap_is_not(
    seconds: float, rested: bool, coverage: tuple[float, float]
) -> None:
    camera = Camera()
    camera.looks(0.2)
    camera.pipeline.minutes.flush()
    camera.looks(seconds, rested=rested)
    assert camera.coverage == pytest.approx(coverage)


def test_a_body_in_which_nothing_moves_keeps_no_camera_awake() -> None:
    camera = Camera()
    for _ in range(20):
        camera.looks(0.2)
    camera.poses = [a_pose(at=(320, 200), scale=60)]
    camera.looks(4.0, rested=True)
    assert not camera.pipeline.there
    camera.looks(0.2, brighter=40)
    assert camera.pipeline.there


def searches(camera: Camera, seconds: float) -> int:
    """How many there are in this time, at five looks a second."""
    before = camera.engine.finds
    for _ in range(round(5 * seconds)):
        camera.looks(0.2)
    return camera.engine.finds - before


def test_a_body_in_which_nothing_moves_hastens_no_search() -> None:
    camera = Camera()
    often, later = searches(camera, 10.0), searches(camera, 50.0)
    assert later / 50.0 < often / 10.0 / 4
    camera.poses = [a_pose(at=(320, 200), scale=60)]
    assert searches(camera, 20.0) / 20.0 < often / 10.0 / 4


@pytest.mark.parametrize("body", [a_pose, hips_on_knees])
def test_a_busy_computer_follows_whom_it_knows_and_searches_less(
    body: Callable[..., Pose],
) -> None:
    """Nor for a look that is doubted."""
    camera = Camera()
    camera.poses = [body(at=(320, 200), scale=60)]
    free = searches(camera, 5.0)
    camera.budget.spent(0.0, 0.0, 0.0)
    camera.budget.spent(1.0, 1.0, 0.0)
    camera.budget.searched(camera.clock.steady(), 2.0)
    assert searches(camera, 5.0) == 0 < free
    assert camera.pipeline.step(camera.frame()).slots


def test_what_a_doubted_look_was_searched_for_is_told_the_search_and_who_is_found_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    camera = Camera()
    camera.poses = [a_pose(at=(200, 200), scale=60)]
    camera.looks(0.2)
    beside, square = a_pose(at=(450, 200), scale=60), Region(200.0, 200.0, 300.0, 0.0)
    told: list[Sequence[Region]] = []
    squares = Search.squares

    def hears(search: Search, *args: Any, **known: Any) -> list[Region]:
        told.append(args[5])
        return squares(search, *args, **known)

    monkeypatch.setattr(Search, "squares", hears)
    monkeypatch.setattr(
        "monitor.pipeline.mended",
        lambda _engine, _image, answers, *_, **__: Mended(answers, [square], [beside]),
    )
    camera.looks(0.2)
    assert told == [[square]]
    assert any(slot.pose is beside for slot in camera.pipeline.step(camera.frame()).slots)
