"""Every kind of address leads to its source."""

from pathlib import Path

import pytest

from monitor.capture.mannequin import MannequinSource
from monitor.capture.open import make_source
from monitor.capture.streams import FileSource, StreamSource
from monitor.capture.usb import UsbSource
from monitor.errors import CaptureError, SettingsError
from tests.unit.capture_fakes import FakeClock


@pytest.mark.parametrize(
    ("url", "kind", "live"),
    [
        ("mannequin:", MannequinSource, True),
        ("rtsp://cam/1", StreamSource, True),
        ("https://cam/v.m3u8", StreamSource, True),
        ("file:/a.mp4", FileSource, True),
        ("file:/a.mp4?pace=asap", FileSource, False),
        ("usb:0", UsbSource, True),
    ],
)
def test_each_kind(url: str, kind: type, live: bool) -> None:
    source = make_source(url, clock=FakeClock())
    assert isinstance(source, kind)
    assert source.live is live


def test_the_path_of_a_file_is_unquoted(tmp_path: Path) -> None:
    (tmp_path / "night shift.mp4").touch()
    source = make_source(f"file:{tmp_path}/night%20shift.mp4", clock=FakeClock())
    with pytest.raises(CaptureError, match=r"night shift\.mp4 is empty"):
        source.open()


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(SettingsError, match="rtsp:"):
        make_source("rstp://cam/1", clock=FakeClock())
