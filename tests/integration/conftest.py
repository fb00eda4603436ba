"""Servers and films that several tests share."""

from pathlib import Path

import pytest

from tests.integration.rtsp import rtsp
from tests.integration.video import encode_h264, numbered

__all__ = ["film", "rtsp"]


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """10 s of numbered pictures, 25 a second, a key picture each second."""
    path = tmp_path_factory.mktemp("film") / "numbered.h264"
    return encode_h264(numbered(250), path, 25, gop=25)
