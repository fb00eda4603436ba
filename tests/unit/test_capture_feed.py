"""One camera's thread: newest picture, its rate, its way back. With a camera that is told."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from itertools import islice

import pytest

from monitor.capture.feed import Backoff, Feed, FeedState, Sampler
from monitor.capture.source import Packet
from monitor.errors import CaptureError
from tests.unit.capture_fakes import FakeClock, Told, ToldSource

Begin = Callable[..., tuple[Feed, ToldSource]]


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Starts a feed on a told camera; ends it after the test."""
    feeds: list[Feed] = []

    def _begin(*told: Told, live: bool = True, fps: float = 5.0) -> tuple[Feed, ToldSource]:
        clock = FakeClock()
        source = ToldSource(told, live=live, clock=clock)
        feed = Feed("hall", lambda: source, fps=fps, clock=clock, backoff=Backoff(first_s=0.0))
        feeds.append(feed)
        feed.start()
        return feed, source

    yield _begin
    for feed in feeds:
        feed.stop(timeout=0.0)


def when(feed: Feed, is_so: Callable[[FeedState], bool]) -> FeedState:
    """The state once `is_so`; waits on the feed's own signal."""
    for _ in range(200):
        state = feed.state
        if is_so(state):
            return state
        feed.wakeup.wait(0.05)
        feed.wakeup.clear()
    raise AssertionError(f"never came: {feed.state}")


def all_of(feed: Feed) -> list[float]:
    times = []
    while (frame := feed.take(5.0)) is not None:
        times.append(frame.t)
    return times


def stream(source_fps: float, seconds: float, jitter_s: float = 0.0) -> list[float]:
    chance = random.Random(3)
    count = round(source_fps * seconds)
    return [n / source_fps + chance.uniform(-jitter_s, jitter_s) for n in range(count)]


@pytest.mark.parametrize(
    ("source_fps", "asked", "expected"),
    [(25.0, 5.0, 5.0), (30.0, 5.0, 5.0), (29.97, 5.0, 5.0), (12.5, 5.0, 5.0), (7.0, 5.0, 5.0),
     (25.0, 0.2, 0.2), (25.0, 1 / 7, 1 / 7), (5.0, 5.0, 5.0), (4.0, 5.0, 4.0), (25.0, 25.0, 25.0)],
)  # fmt: skip
@pytest.mark.parametrize("jitter_share", [0.0, 0.2])
def test_the_rate_asked_for_is_the_rate_got(
    source_fps: float, asked: float, expected: float, jitter_share: float
) -> None:
    sampler = Sampler(asked)
    times = stream(source_fps, 280.0, jitter_share / source_fps)
    looks = sum(sampler.due(t) for t in times)
    assert looks / 280.0 == pytest.approx(expected, rel=0.01, abs=1 / 280)


def test_a_gap_is_not_made_up_for() -> None:
    sampler = Sampler(5.0)
    assert [t for t in (0.0, 0.1, 0.2, 60.0, 60.04, 60.08, 60.12) if sampler.due(t)] == [
        0.0, 0.2, 60.0, 60.12,
    ]  # fmt: skip


def test_pictures_that_are_not_due_are_never_converted(begin: Begin) -> None:
    feed, source = begin(*stream(25.0, 2.0), None, live=False)
    assert len(all_of(feed)) == 10
    assert source.retrieved == list(range(0, 50, 5))
    assert feed.state.frames_in == 50
    assert feed.state.sampled == 10


def test_a_source_that_is_not_live_drops_nothing_and_keeps_its_own_time(begin: Begin) -> None:
    feed, _ = begin(*[n * 3600.0 for n in range(6)], None, live=False)
    first = feed.take(5.0)
    assert first is not None
    when(feed, lambda state: state.sampled == 2)
    assert feed.state.sampled == 2
    assert [t - first.t for t in all_of(feed)] == [n * 3600.0 for n in range(1, 6)]
    assert feed.state.state == "ended"


def test_the_newest_picture_wins(begin: Begin) -> None:
    feed, _ = begin(*[n * 0.2 for n in range(10)])
    when(feed, lambda state: state.sampled == 10)
    frame = feed.take()
    assert frame is not None
    assert frame.index == 9
    assert frame.image[0, 0, 0] == 9
    assert feed.take() is None


def test_a_picture_that_waited_too_long_is_let_go_for_a_fresher_one() -> None:
    clock = FakeClock()
    source = ToldSource([0.0], clock=clock)
    feed = Feed("hall", lambda: source, fps=5.0, clock=clock)
    feed.start()
    assert feed.take(5.0) is not None
    taken = []
    for t in (1.0, 3.0):
        source.tell(t)
        when(feed, lambda state, t=t: state.last_t == 1000.0 + t)
        clock.sleep(0.9)
        taken.append(feed.take(5.0))
    source.tell(6.0)
    when(feed, lambda state: state.last_t == 1006.0)
    clock.sleep(0.9)
    taken.append(feed.take(5.0))
    assert [frame and frame.t for frame in taken] == [None, None, 1006.0]
    source.tell(8.0)
    when(feed, lambda state: state.last_t == 1008.0)
    clock.sleep(60.0)
    assert feed.take(0.1) is None
    feed.stop()


@pytest.mark.parametrize(
    ("kept", "each_s", "behind_s", "gathered"),
    [(True, 0.04, 0.0, True), (False, 0.04, 0.0, False), (True, 0.0, 0.0, False),
     (True, 0.04, 1.5, False)],
    ids=["kept", "lost when left", "its clock stands", "behind"],
)  # fmt: skip
def test_what_is_kept_and_dated_by_the_stream_is_read_by_the_tenth_of_a_second(
    kept: bool, each_s: float, behind_s: float, gathered: bool
) -> None:
    clock = FakeClock()
    source = ToldSource([], clock=clock)
    source.comes_s, source.takes_s = 0.01, {0: behind_s}
    for n in range(6):
        source.tell(each_s * n, Packet(1000, n == 0, kept))
    source.tell(None)
    feed = Feed("hall", lambda: source, fps=5.0, clock=clock)
    began = time.monotonic()
    feed.start()
    when(feed, lambda state: state.state == "ended")
    assert (time.monotonic() - began >= 0.3) == gathered


@pytest.mark.parametrize(("takes_s", "then"), [(0.0, 34.0), (0.9, 36.0)])
def test_at_rest_a_picture_that_waited_too_long_is_left_for_the_next_key_picture_however_late(
    takes_s: float, then: float
) -> None:
    clock = FakeClock()
    source = ToldSource([], clock=clock)
    feed = Feed("hall", lambda: source, fps=5.0, clock=clock)
    feed.rest(there=False, sought=False)
    feed.start()
    pictures = iter(range(1000))

    def sends(seconds: float, handed_on: float) -> None:
        """Five pictures a second, each tenth of them a key picture."""
        for n in islice(pictures, round(5 * seconds)):
            source.tell(0.2 * n, Packet(1000, n % 10 == 0))
        when(feed, lambda state: state.last_t == pytest.approx(1000.0 + handed_on))

    def taken() -> float | None:
        frame = feed.take()
        return frame and round(frame.t - 1000.0, 1)

    sends(24.2, handed_on=24.0)
    assert taken() == 24.0
    sends(4.0, handed_on=28.0)
    clock.sleep(1.0)
    assert taken() is None
    source.takes_s = dict.fromkeys(range(1000), takes_s)
    sends(2.0, handed_on=30.0)
    assert taken() == 30.0
    sends(then - 30.0, handed_on=then)
    feed.stop()


def test_tells_how_long_the_picture_waits_that_nobody_took() -> None:
    clock = FakeClock()
    source = ToldSource([0.0], clock=clock)
    feed = Feed("hall", lambda: source, fps=5.0, clock=clock)
    assert feed.waiting_s == 0.0
    feed.start()
    when(feed, lambda state: state.sampled == 1)
    clock.sleep(0.7)
    assert feed.waiting_s == pytest.approx(0.7)
    feed.take()
    assert feed.waiting_s == 0.0
    feed.stop()


def decoded(pictures: int, *, keys: int, takes_s: dict[int, float]) -> tuple[list[int], int]:
    """Of a stream with a key picture each `keys`, the pictures that were decoded and how many of
    them were looked at. takes_s: to decode them."""
    clock = FakeClock()
    source = ToldSource([], clock=clock)
    source.takes_s = takes_s
    for n in range(pictures):
        source.tell(0.2 * n, Packet(1000, n % keys == 0))
    source.tell(None)
    feed = Feed("hall", lambda: source, fps=5.0, clock=clock)
    feed.start()
    return source.retrieved, when(feed, lambda state: state.state == "ended").sampled


def test_of_a_stream_read_too_late_none_is_decoded_until_it_is_caught_up_with() -> None:
    pictures, looked = decoded(12, keys=4, takes_s={0: 1.9})
    assert pictures == [0, 6, 7, 8, 9, 10, 11]
    assert looked == 7


def test_what_was_decoded_too_slowly_is_not_looked_at() -> None:
    pictures, looked = decoded(12, keys=12, takes_s={2: 0.9})
    assert pictures == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert looked == 11


def test_where_decoding_does_not_catch_up_the_next_key_picture_is_waited_for() -> None:
    pictures, looked = decoded(14, keys=12, takes_s={2: 0.9, 3: 0.9})
    assert pictures == [0, 1, 2, 3, 12, 13]
    assert looked == 4


def test_a_stream_without_key_pictures_is_looked_at_however_late() -> None:
    slow = {2: 0.9, 3: 0.9} | dict.fromkeys(range(20, 60), 0.9)
    pictures, looked = decoded(60, keys=60, takes_s=slow)
    assert pictures[:5] == [0, 1, 2, 3, 26]
    assert looked == 4


def test_a_frame_says_when(begin: Begin) -> None:
    feed, _ = begin(7.0)
    frame = feed.take(5.0)
    assert frame is not None
    assert (frame.t, frame.at) == (1000.0, FakeClock().now())
    state = feed.state
    assert (state.state, state.last_t, state.last_at) == ("up", frame.t, frame.at)
    assert (state.width, state.height) == (6, 4)


def test_a_stream_whose_clock_stands_still_is_dated_by_arrival(begin: Begin) -> None:
    feed, source = begin(0.0, 0.0, 0.0)
    when(feed, lambda state: state.frames_in == 3)
    source.tell(0.0)
    when(feed, lambda state: state.frames_in == 4)
    assert feed.state.last_t == 1000.0


def test_a_broken_stream_is_down_with_the_reason_and_comes_back(begin: Begin) -> None:
    feed, source = begin(0.0)
    when(feed, lambda state: state.state == "up")
    source.opening.put(CaptureError("wrong user or password (401)"))
    source.tell(CaptureError("no picture for 10 s"))
    source.tell(1.0)
    state = when(feed, lambda state: state.reconnects == 1)
    assert (state.state, state.reason) == ("up", "")
    assert (source.opened, source.closed) == (3, 2)


def test_the_reason_hides_credentials_and_names_surprises(begin: Begin) -> None:
    feed, source = begin()
    source.tell(CaptureError("rtsp://bob:s3cret@cam/1 refused"))
    state = when(feed, lambda state: state.state == "down")
    assert state.reason == "rtsp://***@cam/1 refused"
    source.tell(ZeroDivisionError("a bug"))
    when(feed, lambda state: "ZeroDivisionError" in state.reason)
    source.tell(5.0)
    when(feed, lambda state: state.state == "up")


def test_time_never_goes_back_across_connections(begin: Begin) -> None:
    feed, source = begin(500.0, 500.2)
    when(feed, lambda state: state.sampled == 2)
    before = feed.state.last_t
    source.tell(CaptureError("gone"))
    source.tell(0.0)
    source.tell(0.2)
    after = when(feed, lambda state: state.sampled == 3).last_t
    assert before is not None
    assert after is not None
    assert after >= before


def test_fps_can_be_changed_while_it_runs(begin: Begin) -> None:
    feed, source = begin(*[n * 0.2 for n in range(5)], fps=1.0)
    when(feed, lambda state: state.frames_in == 5)
    feed.set_fps(5.0)
    for n in range(5, 10):
        source.tell(n * 0.2)
    when(feed, lambda state: state.frames_in == 10)
    assert feed.state.sampled == 6


def test_fps_reached_is_what_the_worker_took(begin: Begin) -> None:
    feed, source = begin(fps=5.0)
    for n in range(40):
        source.tell(n * 0.5)
        assert feed.take(5.0) is not None
    assert feed.state.fps_reached == pytest.approx(2.0)


def test_one_signal_for_many_feeds() -> None:
    signal, clock = threading.Event(), FakeClock()
    sources = [ToldSource(clock=clock) for _ in range(3)]
    feeds = [
        Feed(str(n), lambda source=source: source, fps=5.0, clock=clock, wakeup=signal)
        for n, source in enumerate(sources)
    ]
    for feed in feeds:
        feed.start()
    sources[2].tell(0.0)
    while feeds[2].state.sampled == 0:
        assert signal.wait(5.0)
        signal.clear()
    assert [feed.take() is not None for feed in feeds] == [False, False, True]
    for feed in feeds:
        feed.stop(timeout=0.0)


def test_stop_does_not_wait_for_a_camera_that_hangs(begin: Begin) -> None:
    feed, _ = begin()
    feed.stop(timeout=0.05)
    assert feed.take(5.0) is None


def test_stop_frees_a_picture_nobody_takes(begin: Begin) -> None:
    feed, source = begin(0.0, 1.0, 2.0, live=False)
    when(feed, lambda state: state.sampled == 1)
    feed.stop(timeout=5.0)
    assert source.closed == 1
    assert feed.state.sampled == 1


def longest(chance: float, times: list[float]) -> list[float]:
    backoff = Backoff(chance=lambda: chance)
    return [backoff.failed(t, 0.0) for t in times]


def test_waits_double_and_stay_short_in_the_first_minute() -> None:
    assert longest(0.0, [0, 1, 2, 5, 30, 59]) == [0.5, 1.0, 2.0, 3.0, 3.0, 3.0]
    assert longest(0.0, [0, 59, 60, 61, 62, 63, 64, 65])[2:] == [2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    assert longest(1.0, [0])[0] == 0.375


def test_waits_are_forgotten_only_after_half_a_minute_of_pictures() -> None:
    backoff = Backoff(chance=lambda: 0.0)
    assert [backoff.failed(t, lasted) for t, lasted in [(0, 0), (9, 8), (50, 40), (51, 0)]] == [
        0.5, 1.0, 0.5, 1.0,
    ]  # fmt: skip
