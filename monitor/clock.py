"""Where time comes from. Nothing below the worker asks for it in another way."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

STEP_S = 1.0
"""A difference between the wall clock and the steady one that grew by more was a step: time servers
push a clock along by 0.5 ms a second at most."""


PROMPT_S = 60.0
"""A stream's clock is set by the picture that came promptest in so long, or in as long before: a
camera's clock that runs slow by 50 millionths would date pictures a second too early after six
hours, and a network that has become slower for good would do so at once."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The time of day, aware, UTC."""
        ...

    def steady(self) -> float:
        """Seconds on a line that never steps and counts suspends too."""
        ...

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """CLOCK_BOOTTIME for durations (plain monotonic stops while the machine sleeps)."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def steady(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds))


class FrameTimes:
    """Turns a stream's own timestamps into steady seconds and UTC.

    A stream's clock is believed while it keeps within `tolerance_s` of the arrival times; when it
    jumps, stands still or is missing, arrival time takes over and a new anchor is set. A picture
    cannot come before it was taken: one that would have sets a new anchor too, so that what was
    held up while connecting does not date everything after it too late. The anchor follows the
    promptest picture of the last minute or two. The wall clock is looked at again every
    `recheck_s`, and at once after a step, which moves the dates of later frames and no duration.
    """

    def __init__(self, clock: Clock, *, tolerance_s: float = 2.0, recheck_s: float = 60.0):
        self._clock = clock
        self._tolerance_s = tolerance_s
        self._recheck_s = recheck_s
        self._offset: float | None = None
        self._least = self._before = float("inf")
        self._least_from = float("-inf")
        self._last_t = float("-inf")
        self._wall: tuple[float, datetime] | None = None

    def stamp(self, stream_s: float | None) -> tuple[float, datetime]:
        """Steady seconds (never decreasing) and UTC of a picture with the stream time given."""
        arrived = self._clock.steady()
        t = self._steady(stream_s, arrived)
        self._last_t = t
        since_s, wall = self._wall = self._checked(arrived, self._clock.now())
        return t, wall + timedelta(seconds=t - since_s)

    def _checked(self, arrived: float, now: datetime) -> tuple[float, datetime]:
        if self._wall is None or arrived - self._wall[0] >= self._recheck_s:
            return arrived, now
        off_s = (now - self._wall[1]).total_seconds() - (arrived - self._wall[0])
        return (arrived, now) if abs(off_s) > STEP_S else self._wall

    def _steady(self, stream_s: float | None, arrived: float) -> float:
        if stream_s is None:
            return max(arrived, self._last_t)
        offset = arrived - stream_s
        if self._offset is None or not 0.0 <= offset - self._offset <= self._tolerance_s:
            self._least_from, self._least, self._before = arrived, offset, offset
        elif arrived - self._least_from >= PROMPT_S:
            self._least_from, self._least, self._before = arrived, offset, self._least
        self._least = min(self._least, offset)
        self._offset = min(self._least, self._before)
        return max(stream_s + self._offset, self._last_t)


class ClockSteps:
    """Notices when somebody sets the wall clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset_s = self._offset()

    def stepped(self) -> timedelta | None:
        """By how much the wall clock was set since the last call; `None` when it was not."""
        before, self._offset_s = self._offset_s, self._offset()
        step_s = self._offset_s - before
        return timedelta(seconds=step_s) if abs(step_s) > STEP_S else None

    def _offset(self) -> float:
        return self._clock.now().timestamp() - self._clock.steady()
