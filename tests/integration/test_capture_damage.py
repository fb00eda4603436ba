"""Flipped bits and a flood of pictures: the camera goes on, and the others do not suffer."""

import contextlib
import io
import socket
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image as Pictures

from monitor.capture.feed import Feed
from monitor.capture.open import make_source
from monitor.capture.rate import BURST, MOST
from monitor.clock import SystemClock
from tests.integration.damage import with_flipped_bits
from tests.integration.rtsp import RtspServer
from tests.integration.rude import rude_server
from tests.integration.video import numbered

CLOCK = SystemClock()


@contextlib.contextmanager
def watching(url: str, fps: float = 5.0) -> Iterator[Feed]:
    feed = Feed(
        "dock", lambda: make_source(url, clock=CLOCK, read_timeout_s=3), fps=fps, clock=CLOCK
    )
    feed.start()
    yield feed
    feed.stop()


def looks(feed: Feed, until: Callable[[], bool]) -> list[float]:
    """When the pictures taken came."""
    times: list[float] = []
    while not until():
        frame = feed.take(timeout=0.5)
        if frame is not None:
            times.append(frame.t)
    return times


@pytest.mark.parametrize("one_in", [300, 10_000])
def test_flipped_bits_cost_pictures_and_never_the_camera(
    rtsp: RtspServer, film: Path, one_in: int
) -> None:
    rtsp.add("/film", with_flipped_bits(film, one_in), 25, "loop")
    rtsp.start()
    with watching(rtsp.address("/film"), fps=25.0) as feed:
        end = time.monotonic() + 6.0
        times = looks(feed, lambda: time.monotonic() >= end)
        assert feed.state.state == "up"
        assert feed.state.reconnects == 0
    assert times == sorted(times)
    assert max(b - a for a, b in pairwise(times)) < 2.0
    assert len(times) > 50


def jpeg() -> bytes:
    file = io.BytesIO()
    Pictures.fromarray(next(numbered(1))).save(file, "JPEG")
    return file.getvalue()


def flooding(connection: socket.socket, over: threading.Event) -> None:
    """Sends one picture after the other, as fast as they are taken."""
    connection.recv(4096)
    connection.sendall(
        b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n"
    )
    picture = jpeg()
    head = f"--b\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n".encode()
    while not over.is_set():
        connection.sendall(head + picture + b"\r\n")


def test_a_flood_of_pictures_is_held_back_and_starves_nobody(film: Path) -> None:
    with rude_server(flooding) as port, watching(f"http://127.0.0.1:{port}/") as flood:
        assert flood.take(timeout=10) is not None
        with watching(f"file:{film}?loop=true") as other:
            began = time.monotonic()
            seen = len(looks(other, lambda: time.monotonic() - began >= 8.0))
            looked = time.monotonic() - began
        state = flood.state
        assert state.state == "up"
        assert state.frames_in <= BURST + MOST * (looked + 4.0)
        assert state.frames_in > BURST
        assert seen >= 20
