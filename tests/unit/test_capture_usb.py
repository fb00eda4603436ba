"""USB cameras, with a device of our own in place of the driver."""

import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from monitor.capture.usb import UsbSource
from monitor.errors import CaptureError
from tests.unit.capture_fakes import FakeClock


class FakeDevice:
    def __init__(self, *, opened: bool = True, grabs: bool = True, hangs: bool = False):
        self.opened, self.grabs = opened, grabs
        self.props: dict[int, float] = {}
        self.released = 0
        self.hang = threading.Event()
        if not hangs:
            self.hang.set()

    def isOpened(self) -> bool:  # noqa: N802
        return self.opened

    def set(self, prop: int, value: float) -> bool:
        self.props[prop] = value
        return True

    def grab(self) -> bool:
        self.hang.wait(30)
        return self.grabs

    def retrieve(self) -> tuple[bool, Any]:
        return True, np.full((4, 6, 3), (255, 0, 10), np.uint8)

    def release(self) -> None:
        self.released += 1


@pytest.fixture
def node(tmp_path: Path) -> str:
    """Something at the device's path."""
    path = tmp_path / "video0"
    path.touch()
    return str(path)


def source(node: str, device: FakeDevice, **more: Any) -> UsbSource:
    return UsbSource(node, opener=lambda _: device, clock=FakeClock(5.0), **more)


def test_pictures_are_rgb_and_stamped_at_arrival(node: str) -> None:
    camera = source(node, FakeDevice())
    camera.open()
    assert camera.grab() == 5.0
    assert camera.retrieve().image[0, 0].tolist() == [10, 0, 255]


def test_the_camera_is_asked_for_its_mode(node: str) -> None:
    device = FakeDevice()
    source(node, device, fps=10, width=1280, height=720).open()
    assert device.props[cv2.CAP_PROP_FRAME_WIDTH] == 1280
    assert device.props[cv2.CAP_PROP_FRAME_HEIGHT] == 720
    assert device.props[cv2.CAP_PROP_FPS] == 10


def test_a_missing_device_is_named() -> None:
    with pytest.raises(CaptureError, match=r"no camera at /dev/video9417: is it plugged in\?"):
        UsbSource(9417).open()


def test_what_is_no_camera_is_named(node: str) -> None:
    with pytest.raises(CaptureError, match="is no camera, or another program uses it"):
        UsbSource(node).open()


def test_a_camera_pulled_out_is_an_error(node: str) -> None:
    camera = source(node, FakeDevice(grabs=False))
    camera.open()
    with pytest.raises(CaptureError, match="still plugged in"):
        camera.grab()


def test_a_hung_read_ends_and_the_device_is_let_go_of(node: str) -> None:
    device = FakeDevice(hangs=True)
    camera = source(node, device, read_timeout_s=0.05)
    camera.open()
    with pytest.raises(CaptureError, match=r"hangs, no answer within 0.05 s"):
        camera.grab()
    camera.close()
    assert device.released == 0
    device.hang.set()


def test_closing_twice_releases_once(node: str) -> None:
    device = FakeDevice()
    camera = source(node, device)
    camera.open()
    camera.close()
    camera.close()
    assert device.released == 1
