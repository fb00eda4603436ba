"""The main stream of a camera that is watched by its substream, against a real server."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.capture.feed import Feed
from monitor.capture.line import Line
from monitor.capture.main_stream import APART_S, MainStream, Moment
from monitor.capture.streams import StreamSource
from monitor.clock import SystemClock
from monitor.pulse import Heart, Pulse
from tests.integration.relay import Relay
from tests.integration.rtsp import RtspServer
from tests.integration.video import encode_h264, number_in, numbered

pytestmark = pytest.mark.alone

FPS = 25.0
MANY = 1500
GROUP = 50


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same numbers in two sizes, key pictures apart."""
    folder = tmp_path_factory.mktemp("streams")
    return {
        "/sub": encode_h264(numbered(MANY), folder / "sub.h264", FPS, gop=30),
        "/main": encode_h264(numbered(MANY, 640, 384), folder / "main.h264", FPS, gop=GROUP),
    }


@pytest.fixture
def server(rtsp: RtspServer, films: dict[str, Path]) -> RtspServer:
    for path, film in films.items():
        rtsp.add(path, film, FPS, "live")
    rtsp.start()
    return rtsp


@pytest.fixture
def main(way: Relay) -> Iterator[MainStream]:
    url = f"rtsp://127.0.0.1:{way.port}/main"
    line = lambda: Line(url, open_timeout_s=5, read_timeout_s=2)  # noqa: E731
    stream = MainStream("hall", line, SystemClock())
    stream.start()
    yield stream
    stream.stop()


@pytest.fixture
def watched(server: RtspServer, main: MainStream) -> Iterator[Feed]:
    """The substream, once both are up and hold a group of pictures."""
    feed = Feed("hall", lambda: StreamSource(server.address("/sub")), fps=4.7, clock=SystemClock())
    feed.start()
    assert feed.take(10.0) is not None
    until(lambda: main.size == (640, 384), 10.0)
    time.sleep(GROUP / FPS)
    yield feed
    feed.stop()


def until(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def shown(moment: Moment) -> int | None:
    """The number of the picture, waiting until it is known."""
    until(moment.ready, 5.0)
    return None if moment.image is None else number_in(moment.image)


def moments(feed: Feed, main: MainStream, many: int) -> Iterator[tuple[int, Moment]]:
    """Looks at the substream by number, each with what the main stream shows then."""
    for _ in range(many):
        frame = feed.take(5.0)
        assert frame is not None
        yield number_in(frame.image), main.at(frame.t)


def test_a_crash_while_it_is_read_is_the_cameras(main: MainStream) -> None:
    ear, mouth = os.pipe()
    Heart(mouth).beat("dock")
    pulse = Pulse()
    pulse.hear(os.read(ear, 1000))
    (native,) = pulse.captures
    assert native != threading.main_thread().native_id
    pulse.hear(b"Current thread 0x%x (most recent call first):\n" % ident_of(native))
    assert pulse.culprit == "hall"
    os.close(ear)
    os.close(mouth)


def ident_of(native: int) -> int:
    (ident,) = [one.ident for one in threading.enumerate() if one.native_id == native]
    assert ident is not None
    return ident


def test_it_shows_the_moment_of_a_look_to_a_picture(watched: Feed, main: MainStream) -> None:
    """Asked for at once, wherever in its group of pictures the look falls. A busy computer may read
    one of the streams late now and then."""
    told = [(number, shown(moment)) for number, moment in moments(watched, main, 20)]
    assert len({number % GROUP for number, _ in told}) > 10
    off = sorted(abs(number - (main or -99)) for number, main in told)
    assert off[15] <= 1
    assert off[-1] <= APART_S * FPS


def test_it_shows_a_moment_long_gone(watched: Feed, main: MainStream) -> None:
    """A rule holds for a while before anybody asks for a picture of its worst moment."""
    seen = list(moments(watched, main, 5))
    time.sleep(2.5 * GROUP / FPS)
    assert max(abs(number - (shown(moment) or -99)) for number, moment in seen) <= 1


def test_nobody_waits_for_a_main_stream_that_is_gone(
    watched: Feed, main: MainStream, way: Relay
) -> None:
    ((_, unasked),) = moments(watched, main, 1)
    way.how = "cut"
    until(lambda: main.trouble != "", 5.0)
    ((_, late),) = moments(watched, main, 1)
    for moment in (unasked, late):
        assert moment.ready()
        assert moment.image is None
        assert "camera" in moment.why
    way.how = "well"
    until(lambda: main.trouble == "", 15.0)
    time.sleep(GROUP / FPS)
    ((number, moment),) = moments(watched, main, 1)
    assert abs(number - (shown(moment) or -99)) <= 1


def test_a_main_stream_that_falls_silent_answers_in_time(
    watched: Feed, main: MainStream, way: Relay
) -> None:
    way.how = "held"
    time.sleep(0.3)
    ((_, moment),) = moments(watched, main, 1)
    assert shown(moment) is None
    assert moment.why == "no picture for 2 s"
