"""The main stream of a camera that is watched by its substream.

Its packets are kept since the last key picture, and decoded for the pictures of events alone.
"""

import threading
from collections.abc import Callable, Sequence
from math import inf

import structlog

from monitor.capture.feed import Backoff
from monitor.capture.gather import gather_s
from monitor.capture.group import InOrder
from monitor.capture.line import Line
from monitor.capture.video import AvPacket, Video
from monitor.clock import Clock, FrameTimes
from monitor.errors import PlumblineError
from monitor.posture.model import Image
from monitor.redact import redact

OPENING = "it is being opened"

BEFORE_S = 2.0
"""The group before is kept so long after a key picture: so late a look may be judged, and the
streams of a camera do not come quite together."""

MOST_BYTES = 16_000_000
"""Packets kept: 16 s at 8 Mbit/s, more than two groups of pictures of most cameras. Of a longer
group what comes after so much cannot be shown."""

APART_S = 0.2
"""A picture so far from the moment asked for shows another one: a look's distance at five a
second."""


class Moment:
    """What the main stream shows at one moment: asked for by the thread that judges, answered by
    the one that reads.

    image: (height, width, 3) RGB, once it is `ready`; `None` where there is none, and `why` then.
    """

    def __init__(self, t: float, ask: "Callable[[Moment], None]") -> None:
        """t: steady seconds."""
        self.t = t
        self.image: Image | None = None
        self.why = ""
        self.packets: Sequence[AvPacket] | None = None
        """From a key picture to this moment; `None` as long as it has not come."""
        self.stream_s = 0.0
        """This moment by the stream's own clock, once its packets have come."""
        self._ask = ask
        self._asked = self._answered = False

    def ready(self) -> bool:
        """Whether it is known by now. It is decoded once this was asked: few moments are."""
        if not self._asked:
            self._asked = True
            self._ask(self)
        return self._answered

    def answer(self, image: Image | None, why: str = "") -> None:
        self.image, self.why = image, why
        self._answered = True


class MainStream:
    """Reads on for ever, as a `Feed` does, and shows moments that have just been.

    make: a line not opened yet, anew for every connection. `at`, `trouble` and `size` are for one
    other thread.
    """

    def __init__(self, name: str, make: Callable[[], Line], clock: Clock) -> None:
        self._make = make
        self._times = FrameTimes(clock)
        self._clock = clock
        self._backoff = Backoff()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._wanted: list[Moment] = []
        self._asked: list[Moment] = []
        self._why = OPENING
        """Why it shows nothing; empty while packets come."""
        self.size = (0, 0)
        """Width and height, once they are known."""
        self._up_from: float | None = None
        self._kept = Kept()
        self._log = structlog.get_logger().bind(camera=name)
        self._thread = threading.Thread(target=self._run, name=f"capture {name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> None:
        """Ends the thread; one that hangs is left behind after `timeout`."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    @property
    def trouble(self) -> str:
        """Why it is down, without credentials; empty while it is not, or opened for the first
        time."""
        return "" if self._why == OPENING else self._why

    def at(self, t: float) -> Moment:
        """To be called within `BEFORE_S` of the moment; it costs a reference to its packets."""
        moment = Moment(t, self._ask)
        self._put(self._wanted, moment)
        return moment

    def _ask(self, moment: Moment) -> None:
        self._put(self._asked, moment)

    def _put(self, queue: list[Moment], moment: Moment) -> None:
        """Where nobody reads, nobody would answer."""
        with self._lock:
            if self._why:
                moment.answer(None, self._why)
            else:
                queue.append(moment)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._connection()
            except PlumblineError as e:
                self._lost(redact(str(e)))
            except Exception as e:  # noqa: BLE001 - pictures of events are not lost for good
                self._log.exception("main stream failed")
                self._lost(f"reading failed ({type(e).__name__}): see the log")

    def _connection(self) -> None:
        """One connection, until it breaks."""
        line = self._make()
        video = line.open()
        in_order, stream_s = InOrder(), -inf
        try:
            while not self._stopping.is_set():
                began, before_s = self._clock.steady(), stream_s
                with line.in_words():
                    packet = line.packet()
                waited_s = self._clock.steady() - began
                stream_s = in_order.next(video.moment(packet))
                t, _ = self._times.stamp(stream_s)
                self._kept.add(t, packet)
                self._came_up(t, video)
                self._serve(t, stream_s, video)
                if line.keeps and stream_s > before_s:
                    self._stopping.wait(gather_s(self._clock.steady() - t, waited_s))
        finally:
            video.close()

    def _came_up(self, t: float, video: Video) -> None:
        if self._up_from is None:
            self._up_from, self._why, self.size = t, "", video.size
            self._log.info("main stream up")

    def _serve(self, t: float, stream_s: float, video: Video) -> None:
        """Set aside the packets of the moments that have come, and decode what was asked for."""
        with self._lock:
            come = [moment for moment in self._wanted if moment.t <= t]
            self._wanted = [moment for moment in self._wanted if moment.t > t]
        for moment in come:
            moment.packets = self._kept.until(moment.t)
            moment.stream_s = stream_s - (t - moment.t)
        with self._lock:
            asked = [moment for moment in self._asked if moment.packets is not None]
            self._asked = [moment for moment in self._asked if moment.packets is None]
        for moment in asked:
            image = shown(video, moment.packets or (), moment.stream_s)
            moment.answer(image, "" if image is not None else "it shows nothing of that moment")

    def _lost(self, why: str) -> None:
        now = self._clock.steady()
        lasted = now - self._up_from if self._up_from is not None else 0.0
        self._up_from = None
        with self._lock:
            told, self._why = self._why, why
            lost = self._wanted + self._asked
            self._wanted, self._asked = [], []
        for moment in lost:
            moment.answer(None, why)
        self._kept = Kept()
        if why != told:
            self._log.info("main stream down", reason=why)
        if not self._stopping.is_set():
            self._stopping.wait(self._backoff.failed(now, lasted))


class Kept:
    """The packets that came last, by group of pictures."""

    def __init__(self) -> None:
        self._groups: list[list[tuple[float, AvPacket]]] = []
        self._bytes = 0

    def add(self, t: float, packet: AvPacket) -> None:
        """What comes before the first key picture cannot be shown."""
        if packet.is_keyframe:
            self._groups.append([])
        if not self._groups:
            return
        self._groups[-1].append((t, packet))
        self._bytes += packet.size
        while len(self._groups) > 1 and self._groups[1][0][0] < t - BEFORE_S:
            self._drop()
        while self._bytes > MOST_BYTES:
            self._drop()

    def _drop(self) -> None:
        self._bytes -= sum(packet.size for _, packet in self._groups.pop(0))

    def until(self, t: float) -> list[AvPacket]:
        """From the last key picture before a moment to the first picture that is not before it;
        nothing where that is not kept."""
        for group in reversed(self._groups):
            if group[0][0] <= t:
                before = sum(came < t for came, _ in group)
                return [packet for _, packet in group[: before + 1]]
        return []


def shown(video: Video, packets: Sequence[AvPacket], stream_s: float) -> Image | None:
    """Of the pictures in these packets the nearest to a moment, by the stream's clock."""
    nearest, least = None, APART_S
    for frame in video.afresh(packets):
        at = video.shown_at(frame)
        if at is not None and abs(at - stream_s) <= least:
            nearest, least = frame, abs(at - stream_s)
    return None if nearest is None else video.upright(nearest)
