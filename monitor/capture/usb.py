"""USB cameras, by OpenCV's Video4Linux."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import cv2

from monitor.capture.deadline import within
from monitor.capture.source import Picture
from monitor.clock import Clock, SystemClock
from monitor.errors import CaptureError

T = TypeVar("T")


class Device(Protocol):
    """The part of `cv2.VideoCapture` used here."""

    def isOpened(self) -> bool: ...  # noqa: N802 - OpenCV's name
    def set(self, prop: int, value: float, /) -> bool: ...
    def grab(self) -> bool: ...
    def retrieve(self) -> tuple[bool, Any]: ...
    def release(self) -> None: ...


def _open_v4l2(path: str) -> Device:
    device: Device = cv2.VideoCapture(path, cv2.CAP_V4L2)
    return device


class UsbSource:
    """A camera at `/dev/video…` or `/dev/v4l/by-id/…`, or the number of one.

    fps, width, height: asked of the camera, which gives what it can; `None` leaves its default.
    A driver may hang for ever: every call ends within `read_timeout_s`, the hung one is left
    behind. MJPG is asked for, as most cameras reach full rate and size in it alone.
    """

    live = True
    packet = None

    def __init__(
        self,
        device: int | str,
        *,
        fps: float | None = None,
        width: int | None = None,
        height: int | None = None,
        read_timeout_s: float = 10.0,
        clock: Clock | None = None,
        opener: Callable[[str], Device] = _open_v4l2,
    ):
        self._path = f"/dev/video{device}" if isinstance(device, int) else device
        self._wishes = {
            cv2.CAP_PROP_FOURCC: float(cv2.VideoWriter.fourcc(*"MJPG")),
            cv2.CAP_PROP_FRAME_WIDTH: width,
            cv2.CAP_PROP_FRAME_HEIGHT: height,
            cv2.CAP_PROP_FPS: fps,
            cv2.CAP_PROP_BUFFERSIZE: 1.0,
        }
        self._read_timeout_s = read_timeout_s
        self._clock = clock or SystemClock()
        self._opener = opener
        self._device: Device | None = None

    def open(self) -> None:
        if not Path(self._path).exists():
            raise CaptureError(f"no camera at {self._path}: is it plugged in?")
        if not os.access(self._path, os.R_OK | os.W_OK):
            raise CaptureError(f"{self._path} may not be read: add this user to the group video")
        device = self._timed(lambda: self._opener(self._path))
        if not device.isOpened():
            raise CaptureError(f"{self._path} is no camera, or another program uses it")
        self._device = device
        self._timed(lambda: self._ask(device))

    def _ask(self, device: Device) -> None:
        for prop, value in self._wishes.items():
            if value is not None:
                device.set(prop, value)

    def grab(self) -> float:
        """When the picture came, in steady seconds: a USB camera has no stream time."""
        device = self._opened()
        if not self._timed(device.grab):
            raise CaptureError(f"{self._path} gives no picture: is it still plugged in?")
        return self._clock.steady()

    def retrieve(self) -> Picture:
        device = self._opened()
        came, image = self._timed(device.retrieve)
        if not came or image is None:
            raise CaptureError(f"{self._path} gave a damaged picture")
        return Picture(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))

    def close(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            self._timed(device.release)

    def _opened(self) -> Device:
        if self._device is None:
            raise CaptureError(f"{self._path} is not open")
        return self._device

    def _timed(self, work: Callable[[], T]) -> T:
        """What `work` returns; a device that hangs is let go of, as touching it would hang too."""
        try:
            return within(self._read_timeout_s, work)
        except TimeoutError as e:
            self._device = None
            raise CaptureError(
                f"{self._path} hangs, no answer within {self._read_timeout_s:g} s: plug it in again"
            ) from e
