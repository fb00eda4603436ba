"""Servers that stay silent, drip, refuse or talk nonsense: each ends in time, in words."""

import contextlib
import socket
import threading
import time
import traceback

import pytest

from monitor.capture.streams import StreamSource
from monitor.errors import CaptureError
from tests.integration.rude import Manners, dripping, rude_server, saying, silent

TIMEOUT_S = 1.0
SECRET = "hunter2"
OK = b"HTTP/1.0 200 OK\r\n"
PARTS = OK + b"Content-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n"
PART = b"--b\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff\xe0"
PLAYLIST = (
    OK + b"Content-Type: application/vnd.apple.mpegurl\r\n\r\n"
    b"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na.ts\n#EXTINF:2,\nb.ts\n"
)


def hangs_up(connection: socket.socket, _: threading.Event) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def opened(scheme: str, manners: Manners) -> tuple[str, float]:
    """The reason given, and how long it took; nothing in the error's chain shows the password."""
    with rude_server(manners) as port:
        url = f"{scheme}://bob:{SECRET}@127.0.0.1:{port}/video"
        source = StreamSource(url, open_timeout_s=TIMEOUT_S, read_timeout_s=TIMEOUT_S)
        began = time.monotonic()
        with pytest.raises(CaptureError) as caught:
            source.open()
        took = time.monotonic() - began
        source.close()
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    return str(caught.value), took


@pytest.mark.parametrize(
    ("scheme", "manners"),
    [
        ("rtsp", silent),
        ("rtsp", dripping(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n")),
        ("http", silent),
        ("http", dripping(OK)),
        ("http", saying(PARTS)),
        ("http", saying(PARTS, dripping(PART))),
        ("http", saying(PARTS, dripping(PART, 0.05))),
        ("http", saying(OK + b"\r\n", dripping(b"\0"))),
        ("http", saying(PLAYLIST)),
    ],
    ids=[
        "rtsp silent", "rtsp drips", "http silent", "http drips headers",
        "http silent after headers", "mjpeg drips", "mjpeg trickles", "http drips data",
        "hls without segments",
    ],
)  # fmt: skip
def test_opening_ends_in_time(scheme: str, manners: Manners) -> None:
    reason, took = opened(scheme, manners)
    assert reason == "no answer within 1 s: is it on and reachable?"
    assert TIMEOUT_S - 0.1 <= took < TIMEOUT_S + 1.0


@pytest.mark.parametrize(
    ("scheme", "said", "reason"),
    [
        ("http", b"HTTP/1.0 401 No\r\n\r\n", "wrong user or password (401)"),
        ("http", b"HTTP/1.0 403 No\r\n\r\n", "access refused (403): check user and password"),
        ("http", b"HTTP/1.0 404 No\r\n\r\n", "no such path on the camera (404)"),
        ("http", b"HTTP/1.0 503 No\r\n\r\n", "an error of its own"),
        ("http", OK + b"Content-Type: text/html\r\n\r\n<html>" + b"hello " * 900, "no video"),
        ("rtsp", b"RTSP/1.0 401 No\r\nCSeq: 1\r\n\r\n", "wrong user or password (401)"),
        ("rtsp", b"RTSP/1.0 403 No\r\nCSeq: 1\r\n\r\n", "access refused (403)"),
        ("rtsp", b"RTSP/1.0 404 No\r\nCSeq: 1\r\n\r\n", "no such path on the camera (404)"),
        ("rtsp", b"HTTP/1.0 200 OK\r\n\r\nhello", "no video there: check port and path"),
    ],
)
def test_a_refusal_is_said_in_words(scheme: str, said: bytes, reason: str) -> None:
    given, took = opened(scheme, saying(said, hangs_up))
    assert reason in given
    assert took < TIMEOUT_S + 1.0


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(CaptureError, match=r"^connection refused: is the camera on"):
        StreamSource(f"rtsp://bob:{SECRET}@127.0.0.1:{port}/1").open()


def test_an_unknown_host_is_named() -> None:
    with pytest.raises(CaptureError, match=r"host no-such-camera\.invalid unknown") as caught:
        StreamSource(f"rtsp://bob:{SECRET}@no-such-camera.invalid/1", open_timeout_s=5).open()
    assert SECRET not in "".join(traceback.format_exception(caught.value))
