"""Five minutes of the drawn shift teach a camera where down is."""

import pytest

from monitor.pipeline import CameraPipeline, CameraPlan
from monitor.pose.engine import Engine
from tests.fakes import FakeClock
from tests.integration.people import AT, FPS, drawn


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("fov", [60, 90])
@pytest.mark.parametrize("pitch", [0, 15, 30, 45])
def test_pitch_is_learnt_whatever_the_lens(pitch: int, fov: int, blazepose: Engine) -> None:
    plan = CameraPlan("shift", (), FPS, frozen_after_s=float("inf"))
    pipeline = CameraPipeline(plan, blazepose, FakeClock(AT))
    for frame in drawn(f"mannequin:shift?pitch={pitch}&fov={fov}&pace=asap", 300):
        learnt = pipeline.step(frame).calibration
        pipeline.minutes.flush()
    assert learnt.origin == "learnt"
    assert learnt.pitch_deg == pytest.approx(pitch, abs=4)
    assert learnt.fov_deg == pytest.approx(fov, rel=0.25)
