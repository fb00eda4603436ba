"""What every camera does alike, whatever is behind it."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from monitor.capture.mannequin import MannequinSource
from monitor.capture.source import Source
from monitor.capture.streams import FileSource, StreamSource
from monitor.capture.usb import UsbSource
from monitor.clock import SystemClock
from monitor.colour import rgb
from monitor.errors import CaptureError
from tests.integration.rtsp import RtspServer
from tests.integration.video import encode_h264, numbered
from tests.unit.test_capture_usb import FakeDevice

Make = Callable[[], Source]


@pytest.fixture(params=["file in real time", "file at once", "rtsp", "usb", "mannequin"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    if request.param == "rtsp":
        server: RtspServer = request.getfixturevalue("rtsp")
        server.add("/film", request.getfixturevalue("film"), 25)
        server.start()
        return lambda: StreamSource(server.address("/film"))
    if request.param == "usb":
        return lambda: UsbSource(str(tmp_path), opener=lambda _: FakeDevice())
    if request.param == "mannequin":
        return lambda: MannequinSource.from_url("mannequin:", clock=SystemClock())
    film = encode_h264(numbered(20), tmp_path / "a.mp4", 50)
    return lambda: FileSource(film, realtime=request.param == "file in real time")


def test_pictures_are_whole_and_time_goes_on(make: Make) -> None:
    source = make()
    source.open()
    times, shapes = [], set()
    for _ in range(10):
        times.append(source.grab())
        shown = source.retrieve().image
        image = rgb(shown)
        assert image.shape == shown.shape
        assert image.dtype == np.uint8
        assert image.flags.c_contiguous
        shapes.add(image.shape)
    source.close()
    assert len(shapes) == 1
    assert shapes.pop()[2] == 3
    assert all(later > earlier for earlier, later in pairwise(times))


def test_it_can_be_closed_twice_and_opened_again(make: Make) -> None:
    source = make()
    for _ in range(2):
        source.open()
        assert source.grab() is not None
        source.close()
        source.close()


def test_a_closed_camera_gives_nothing(make: Make) -> None:
    source = make()
    with pytest.raises(CaptureError):
        source.grab()
