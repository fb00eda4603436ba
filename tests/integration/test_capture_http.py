"""MJPEG and HLS from a small HTTP server."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from PIL import Image as Pillow

from monitor.capture.streams import StreamSource
from monitor.errors import CaptureError
from tests.integration.video import encode, number_in, numbered

Serve = Callable[[Callable[..., BaseHTTPRequestHandler]], str]


class Mjpeg(BaseHTTPRequestHandler):
    """Twenty pictures, one each 50 ms, then silence, the end, or a drip of single bytes."""

    jpegs: ClassVar[list[bytes]] = []
    over = threading.Event()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        for jpeg in self.jpegs:
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            self.wfile.write(head.encode() + jpeg + b"\r\n")
            self.over.wait(0.05)
        if self.path == "/silent":
            self.over.wait()
        while self.path == "/drip" and not self.over.wait(0.2):
            self.wfile.write(b"-")

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[ThreadingHTTPServer] = []

    def _serve(handler: Callable[..., BaseHTTPRequestHandler]) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield _serve
    Mjpeg.over.set()
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def mjpeg(serve: Serve) -> str:
    Mjpeg.jpegs = [_jpeg(number) for number in range(20)]
    Mjpeg.over = threading.Event()
    return serve(Mjpeg)


def _jpeg(number: int) -> bytes:
    data = io.BytesIO()
    Pillow.fromarray(next(numbered(1, start=number))).save(data, "JPEG")
    return data.getvalue()


def read_to_the_end(source: StreamSource) -> tuple[list[float], list[int], str]:
    """Stream times, numbers, and why it ended."""
    times, numbers = [], []
    source.open()
    try:
        while True:
            times.append(source.grab())
            numbers.append(number_in(source.retrieve().image))
    except CaptureError as e:
        return times, numbers, str(e)
    finally:
        source.close()


def test_mjpeg_is_read_and_dated_by_arrival(mjpeg: str) -> None:
    times, numbers, why = read_to_the_end(StreamSource(f"{mjpeg}/end", read_timeout_s=2))
    assert numbers == list(range(20))
    assert times[-1] - times[4] == pytest.approx(15 * 0.05, abs=0.3)
    assert why == "the camera broke the connection"


@pytest.mark.parametrize("path", ["/silent", "/drip"])
def test_mjpeg_that_dries_up_ends_in_time(mjpeg: str, path: str) -> None:
    began = time.monotonic()
    _, numbers, why = read_to_the_end(StreamSource(mjpeg + path, read_timeout_s=1))
    assert numbers[:19] == list(range(19))
    assert why == "no picture for 1 s"
    assert time.monotonic() - began < 20 * 0.05 + 1.0 + 1.0


@pytest.fixture
def segments(tmp_path: Path) -> Path:
    """A playlist of one-second segments, 3 s in all."""
    options = {"preset": "ultrafast", "g": "10", "bf": "0"}
    playlist = tmp_path / "live.m3u8"
    encode(numbered(30), playlist, 10, codec="libx264", options=options, container=HLS)
    return playlist


HLS = {"hls_time": "1", "hls_list_size": "0"}


def test_hls_comes_at_the_pace_it_was_taken(serve: Serve, segments: Path) -> None:
    url = serve(partial(Quiet, directory=str(segments.parent)))
    began = time.monotonic()
    times, numbers, why = read_to_the_end(StreamSource(f"{url}/live.m3u8", read_timeout_s=2))
    assert numbers == list(range(30))
    assert times[-1] - times[0] == pytest.approx(2.9, abs=0.01)
    assert 2.8 < time.monotonic() - began < 4.5
    assert why == "the camera ended the stream"


def test_hls_whose_playlist_stops_growing_ends_in_time(serve: Serve, segments: Path) -> None:
    segments.write_text(segments.read_text().replace("#EXT-X-ENDLIST", ""))
    url = serve(partial(Quiet, directory=str(segments.parent)))
    began = time.monotonic()
    _, numbers, why = read_to_the_end(StreamSource(f"{url}/live.m3u8", read_timeout_s=1))
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > 25
    assert why == "no picture for 1 s"
    assert time.monotonic() - began < 3.0 + 1.0 + 1.0
