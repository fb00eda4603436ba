"""A clock that is moved by hand, and a camera that does as it is told."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from queue import Queue

import numpy as np

from monitor.capture.source import Packet, Picture

BEGIN = datetime(2025, 3, 30, 0, 59, tzinfo=UTC)


class FakeClock:
    """Moves only when told to, or when somebody sleeps."""

    def __init__(self, steady: float = 1000.0):
        self.t = steady
        self.step = timedelta()

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.t) + self.step

    def steady(self) -> float:
        return self.t

    def sleep(self, seconds: float) -> None:
        self.t += max(0.0, seconds)


Told = float | Exception | None


class ToldSource:
    """Gives the stream times it is told, none before it has come, raises the errors, ends at
    `None`; shared by all connections to the camera, of which it counts the open and the closed.
    takes_s: to decode pictures of these numbers. comes_s: each takes at least as long to come."""

    def __init__(self, told: Iterable[Told] = (), *, live: bool = True, clock: FakeClock):
        self.live = live
        self.opened = 0
        self.closed = 0
        self.retrieved: list[int] = []
        self.takes_s: dict[int, float] = {}
        self.comes_s = 0.0
        self.size = (4, 6)
        self.opening: Queue[Exception] = Queue()
        self.packet: Packet | None = None
        self._told: Queue[tuple[Told, Packet | None]] = Queue()
        self._clock = clock
        self._grabbed = -1
        self._began: float | None = None
        for item in told:
            self.tell(item)

    def tell(self, item: Told, packet: Packet | None = None) -> None:
        self._told.put((item, packet))

    def open(self) -> None:
        self.opened += 1
        self._began = None
        if not self.opening.empty():
            raise self.opening.get()

    def grab(self) -> float | None:
        told, self.packet = self._told.get(timeout=10)
        if isinstance(told, Exception):
            raise told
        if told is not None:
            self._grabbed += 1
            if self._began is None:
                self._began = self._clock.t - told
            self._clock.sleep(max(self.comes_s, self._began + told - self._clock.t))
        return told

    def retrieve(self) -> Picture:
        self.retrieved.append(self._grabbed)
        self._clock.sleep(self.takes_s.get(self._grabbed, 0.0))
        return Picture(np.full((*self.size, 3), self._grabbed % 256, np.uint8))

    def close(self) -> None:
        self.closed += 1
