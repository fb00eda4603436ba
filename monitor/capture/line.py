"""A connection to a camera on the network, by PyAV: opened in time, packets in time."""

import socket
import time
from contextlib import AbstractContextManager
from typing import Literal

from monitor.capture.deadline import within
from monitor.capture.urls import camera_kind, host_and_port, is_metadata
from monitor.capture.video import AvPacket, Video
from monitor.capture.words import in_words
from monitor.errors import CaptureError

Transport = Literal["tcp", "udp"]


class Line:
    """RTSP goes over `rtsp_transport`. Opening ends within `open_timeout_s`, waiting for a packet
    within `read_timeout_s`, whatever the other side does."""

    def __init__(
        self,
        url: str,
        *,
        rtsp_transport: Transport = "tcp",
        open_timeout_s: float = 10.0,
        read_timeout_s: float = 10.0,
    ):
        self._url = url
        self._transport = rtsp_transport
        self._open_timeout_s = open_timeout_s
        self.read_timeout_s = read_timeout_s

    def open(self) -> Video:
        """Raises CaptureError if there is nothing to see."""
        with in_words(
            self._url,
            silence=f"no answer within {self._open_timeout_s:g} s: is it on and reachable?",
            broken="the connection broke, or there is no video: check the address",
        ):
            video = within(self._open_timeout_s, self._connect)
        self._packets = video.packets()
        return video

    def _connect(self) -> Video:
        """FFmpeg does not tell an unknown host from other failures, so it is looked up first.

        It reports its own timeout as damaged data, so it gets a little longer than `open` waits.
        """
        host, port = host_and_port(self._url)
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        if any(is_metadata(str(address[0])) for *_, address in found):
            raise CaptureError(f"{host} is no camera: a cloud tells a machine its secrets there")
        timeout = (self._open_timeout_s + 0.5, self.read_timeout_s)
        return Video(self._url, self._options(), timeout, quick=True)

    def _options(self) -> dict[str, str]:
        """`timeout` and `rw_timeout` are microseconds of silence on a socket.

        FFmpeg is not to measure the picture rate: it would hold the first second back for it.
        """
        silence = str(int(self.read_timeout_s * 1e6))
        quick = {"fpsprobesize": "0", "analyzeduration": "2000000"}
        if camera_kind(self._url) == "rtsp":
            transport = {"rtsp_transport": self._transport, "allowed_media_types": "video"}
            return quick | transport | {"timeout": silence}
        return quick | {"rw_timeout": silence}

    @property
    def keeps(self) -> bool:
        """Whether what comes waits until it is read; by UDP it is soon lost."""
        return self._transport == "tcp" or camera_kind(self._url) != "rtsp"

    def packet(self) -> AvPacket:
        """The next of the opened video; to be called within `in_words`.

        A picture that comes after the timeout is only what FFmpeg still held: it is too late.
        """
        deadline = time.monotonic() + self.read_timeout_s
        for packet in self._packets:
            if time.monotonic() >= deadline:
                raise TimeoutError
            if packet is not None:
                return packet
        raise EOFError

    def in_words(self) -> AbstractContextManager[None]:
        """Turns what reading raises into CaptureError."""
        return in_words(
            self._url,
            silence=f"no picture for {self.read_timeout_s:g} s",
            broken="the camera broke the connection",
        )
