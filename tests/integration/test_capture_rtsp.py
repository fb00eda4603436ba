"""RTSP against a real server: reading, refusals, silence, and coming back."""

import signal
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.capture.feed import Feed, FeedState
from monitor.capture.line import Transport
from monitor.capture.streams import StreamSource
from monitor.clock import SystemClock
from monitor.errors import CaptureError
from tests.integration.rtsp import RtspServer
from tests.integration.video import number_in

SECRET = "p@ss:w/rd"


@pytest.fixture
def server(rtsp: RtspServer, film: Path) -> RtspServer:
    rtsp.add("/film", film, 25)
    rtsp.add("/live", film, 25, "loop")
    rtsp.start()
    return rtsp


def pictures(source: StreamSource, many: int) -> list[tuple[float, int]]:
    """Stream time and number of the first pictures."""
    source.open()
    try:
        return [(source.grab(), number_in(source.retrieve().image)) for _ in range(many)]
    finally:
        source.close()


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_every_picture_comes_with_the_servers_own_time(
    server: RtspServer, transport: Transport
) -> None:
    source = StreamSource(server.address("/film"), rtsp_transport=transport, open_timeout_s=5)
    seen = pictures(source, 50)
    assert [number for _, number in seen] == list(range(50))
    assert [t - seen[0][0] for t, _ in seen] == pytest.approx([n / 25 for n in range(50)], abs=2e-3)


def test_a_stream_joined_midway_begins_with_a_whole_picture(server: RtspServer) -> None:
    first = StreamSource(server.address("/live"), open_timeout_s=5)
    first.open()
    while number_in_next(first) < 30:
        pass
    seen = pictures(StreamSource(server.address("/live"), open_timeout_s=5), 5)
    first.close()
    assert seen[0][1] >= 25
    assert seen[0][1] % 25 == 0


def number_in_next(source: StreamSource) -> int:
    source.grab()
    return number_in(source.retrieve().image)


def test_refusals_say_what_to_check(rtsp: RtspServer, film: Path) -> None:
    rtsp.add("/film", film, 25)
    rtsp.protect("bob", SECRET)
    rtsp.start()
    right = f"bob:{SECRET.replace('@', '%40').replace('/', '%2F').replace(':', '%3A')}"
    assert len(pictures(StreamSource(rtsp.address("/film", right)), 3)) == 3
    for user in ("", "bob:hunter2"):
        with pytest.raises(CaptureError, match=r"^wrong user or password \(401\)$"):
            StreamSource(rtsp.address("/film", user)).open()
    with pytest.raises(CaptureError, match=r"no such path on the camera \(404\)") as caught:
        StreamSource(rtsp.address("/fillm", right)).open()
    assert "ss:w" not in "".join(traceback.format_exception(caught.value))
    assert "ss%3Aw" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_a_server_that_falls_silent_is_noticed_in_time(
    server: RtspServer, transport: Transport
) -> None:
    source = StreamSource(server.address("/live"), rtsp_transport=transport, read_timeout_s=1)
    source.open()
    source.grab()
    server.signal(signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(CaptureError, match="no picture for 1 s"):
        grab_on(source)
    source.close()
    server.signal(signal.SIGCONT)
    assert time.monotonic() - began < 2.0


def grab_on(source: StreamSource) -> None:
    while True:
        source.grab()


@pytest.fixture
def feed(server: RtspServer) -> Iterator[Feed]:
    feed = Feed(
        "hall",
        lambda: StreamSource(server.address("/live"), open_timeout_s=3, read_timeout_s=2),
        fps=5.0,
        clock=SystemClock(),
    )
    feed.start()
    yield feed
    feed.stop()


def until(feed: Feed, is_so: Callable[[FeedState], bool], seconds: float) -> float:
    """How long it took until `is_so`."""
    began = time.monotonic()
    while not is_so(feed.state):
        assert time.monotonic() - began < seconds, feed.state
        feed.wakeup.wait(0.1)
        feed.wakeup.clear()
    return time.monotonic() - began


def test_a_feed_samples_at_its_rate_and_is_never_dated_ahead(feed: Feed) -> None:
    clock = SystemClock()
    frames = []
    while len(frames) < 16:
        frame = feed.take(5.0)
        assert frame is not None
        assert frame.t <= clock.steady()
        frames.append(frame)
    assert (len(frames) - 2) / (frames[-1].t - frames[1].t) == pytest.approx(5.0, abs=0.1)


def test_a_feed_is_back_within_5_s_of_the_servers_return(server: RtspServer, feed: Feed) -> None:
    until(feed, lambda state: state.state == "up", 5.0)
    server.kill()
    until(feed, lambda state: state.state == "down", 3.0)
    until(feed, lambda state: "refused" in state.reason, 5.0)
    before = feed.state.last_t
    server.start()
    took = until(feed, lambda state: state.state == "up", 6.0)
    assert took < 5.0
    assert feed.state.reconnects == 1
    until(feed, lambda state: state.last_t != before, 1.0)
    assert before is not None
    assert feed.state.last_t is not None
    assert feed.state.last_t > before
