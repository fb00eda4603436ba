"""What one camera's pipeline says of time at rest, and of who keeps it awake."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pytest

from monitor.pipeline import CameraPipeline, CameraPlan
from monitor.posture.model import Frame, Pose
from tests.builders import a_pose
from tests.fakes import FakeClock, ToldEngine

BEGIN = datetime.fromisoformat("2026-03-02T12:00:00+00:00")
RANDOM = np.random.default_rng(2)
HALL = RANDOM.integers(60, 180, (360, 640, 3), np.uint8)


class Camera:
    def __init__(self) -> None:
        self.poses: Sequence[Pose] = ()
        self.clock = FakeClock(BEGIN)
        engine = ToldEngine(lambda: self.poses)
        self.pipeline = CameraPipeline(CameraPlan("dock", ()), engine, self.clock)

    def looks(self, seconds: float, *, rested: bool = False, brighter: int = 0) -> None:
        """Once, so long after the last time."""
        self.clock.advance(seconds)
        picture = HALL + RANDOM.integers(0, 3, HALL.shape, np.uint8)
        picture[100:300, 250:390] += np.uint8(brighter)
        now, t = self.clock.now(), self.clock.steady()
        self.pipeline.step(Frame(picture, now, t, rested=rested))

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
