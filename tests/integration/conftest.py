"""What several tests of real parts share: the model, an RTSP server, a film."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.errors import ModelError
from monitor.pose.blazepose.engine import BlazePoseEngine
from monitor.pose.engine import Engine
from monitor.pose.mediapipe_engine import MediaPipeEngine
from monitor.pose.models import Graphs, pose_graphs, pose_task
from tests.integration.relay import Relay, relay
from tests.integration.rtsp import RtspServer, rtsp
from tests.integration.video import encode_h264, numbered

__all__ = ["film", "rtsp"]

DATA = Path(os.environ.get("PLUMBLINE_DATA") or Path(__file__).parents[2] / "var").resolve()


@pytest.fixture(scope="session")
def task() -> Path:
    """The bundle for PoseLandmarker; skips the test, saying why, where it was never brought."""
    try:
        return pose_task(DATA)
    except ModelError as e:
        pytest.skip(str(e))


@pytest.fixture(scope="session")
def graphs(task: Path) -> Graphs:
    """BlazePose's bare graphs; skips where they were never brought."""
    try:
        return pose_graphs(DATA)
    except ModelError as e:
        pytest.skip(str(e))


@pytest.fixture(scope="session")
def mediapipe(task: Path) -> Iterator[Engine]:
    engine = MediaPipeEngine(task)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def blazepose(graphs: Graphs) -> Iterator[Engine]:
    engine = BlazePoseEngine(graphs)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """10 s of numbered pictures, 25 a second, a key picture each second."""
    path = tmp_path_factory.mktemp("film") / "numbered.h264"
    return encode_h264(numbered(250), path, 25, gop=25)


@pytest.fixture
def way(server: RtspServer) -> Iterator[Relay]:
    """To the module's own RTSP server, and open to faults."""
    with relay(server.port) as made:
        yield made
