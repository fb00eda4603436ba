"""A part of somebody seen that is read as a whole body is nobody."""

from datetime import datetime

import numpy as np
import pytest

from monitor.pipeline import CameraPipeline, CameraPlan
from monitor.posture.model import Frame, Pose
from tests.builders import a_pose
from tests.fakes import FakeClock, ToldEngine

RANDOM = np.random.default_rng(4)


@pytest.mark.parametrize(("x", "people"), [(320, 1), (440, 2)])
def test_somebody_small_is_believed_beside_somebody_and_not_on_their_legs(x, people) -> None:
    clock = FakeClock(datetime.fromisoformat("2026-03-02T12:00:00+00:00"))
    poses: list[Pose] = [a_pose(at=(320, 160), scale=120)]
    engine = ToldEngine(lambda: poses)
    pipeline = CameraPipeline(CameraPlan("dock", ()), engine, clock)
    for i in range(20):
        clock.advance(0.2)
        if i == 10:
            poses.append(a_pose(at=(x, 240), scale=40))
        picture = RANDOM.integers(60, 180, (360, 640, 3), np.uint8)
        step = pipeline.step(Frame(picture, clock.now(), clock.steady()))
    assert sum(slot.believed for slot in step.slots) == people
