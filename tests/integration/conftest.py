import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.errors import ModelError
from monitor.pose.engine import Engine
from monitor.pose.mediapipe_engine import MediaPipeEngine
from monitor.pose.models import pose_task

DATA = Path(os.environ.get("PLUMBLINE_DATA") or Path(__file__).parents[2] / "var").resolve()


@pytest.fixture(scope="session")
def task() -> Path:
    """The bundle for PoseLandmarker; skips the test, saying why, where it was never brought."""
    try:
        return pose_task(DATA)
    except ModelError as e:
        pytest.skip(str(e))


@pytest.fixture(scope="session")
def engine(task: Path) -> Iterator[Engine]:
    engine = MediaPipeEngine(task)
    yield engine
    engine.close()
