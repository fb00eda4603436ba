"""What one camera's pipeline has learnt of its view goes when it shows another."""

from datetime import datetime

import numpy as np
import pytest

from monitor.pipeline import CameraPipeline, CameraPlan
from monitor.posture.model import Frame
from monitor.posture.windows import SHARE
from tests.builders import a_pose
from tests.fakes import FakeClock, ToldEngine

RANDOM = np.random.default_rng(3)


@pytest.mark.parametrize(("shape", "forgotten"), [((360, 640), False), ((480, 640), True)])
def test_in_a_picture_of_another_shape_people_may_have_any_size(shape, forgotten) -> None:
    """Until anybody was seen squares are as large as most of the picture, then twice a body."""
    clock, poses = FakeClock(datetime.fromisoformat("2026-03-02T12:00:00+00:00")), []
    engine = ToldEngine(lambda: poses)
    pipeline = CameraPipeline(CameraPlan("dock", ()), engine, clock)

    def sides(height: int, width: int) -> set[float]:
        """Of the squares searched in five seconds."""
        found = set()
        for _ in range(25):
            clock.advance(0.2)
            picture = RANDOM.integers(60, 180, (height, width, 3), np.uint8)
            pipeline.step(Frame(picture, clock.now(), clock.steady()))
            found |= {square.size for square in engine.windows}
        return found

    poses.append(a_pose(at=(320, 200), scale=40))
    sides(360, 640)
    poses.clear()
    assert (SHARE * min(shape) in sides(*shape)) is forgotten
