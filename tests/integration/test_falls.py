"""Films of falls as a camera shows them; what takes longer is in tests/long."""

from collections.abc import Iterator

import pytest

from monitor.pipeline import CameraPipeline, CameraPlan
from monitor.pose.engine import Engine
from monitor.posture.episodes import Kind
from monitor.posture.model import Frame
from tests.builders import a_rule
from tests.fakes import FakeClock
from tests.integration.people import AT, FPS, held
from tests.media import media

FALL = a_rule(
    measure="fallen", enter=1.0, leave=0.5, hold=((0.0, 1.5),), release_s=3.0, upright=False
)


def falls(frames: Iterator[Frame], engine: Engine) -> list[float]:
    """When falls are told."""
    plan = CameraPlan("hall", (FALL,), FPS, frozen_after_s=float("inf"))
    pipeline = CameraPipeline(plan, engine, FakeClock(AT))
    told = []
    for frame in frames:
        changes = pipeline.step(frame).changes
        told += [frame.t for change in changes if change.kind is Kind.STARTED]
    return told


@pytest.mark.media
@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("name", "falls_s"), [("bend-reach-then-fall.mp4", 14.0), ("fall-corridor-trolley.mp4", 3.5)]
)
def test_a_fall_is_told_once_and_not_before_it_happens(name, falls_s, blazepose):
    """The films end as people lie: the last picture is held for 8 s."""
    (told,) = falls(held(media(name), 8.0), blazepose)
    assert falls_s < told < falls_s + 4.0


@pytest.mark.media
@pytest.mark.timeout(120)
def test_crouching_with_a_dog_is_no_fall(blazepose):
    assert not falls(held(media("bend-crouch-with-dog.mp4"), 8.0), blazepose)
