"""Stand-ins that are small and real enough: a clock that is told, an engine that is told."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from monitor.posture.model import Image, Pose, Region


class FakeClock:
    """Time goes on when it is told to, and when somebody sleeps."""

    def __init__(self, now: datetime = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)) -> None:
        self._now = now
        self._steady = 1000.0

    def now(self) -> datetime:
        return self._now

    def steady(self) -> float:
        return self._steady

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def set_by(self, seconds: float) -> None:
        """Somebody sets the wall clock."""
        self._now += timedelta(seconds=seconds)

    def advance(self, seconds: float) -> None:
        self._steady += seconds
        self._now += timedelta(seconds=seconds)


class ToldEngine:
    """Sees what `sees` says at the moment it is asked. finds: how often it searched; windows: the
    squares of the last time."""

    name = "told"

    def __init__(self, sees: Callable[[], Sequence[Pose]]) -> None:
        self._sees = sees
        self.finds = 0
        self.windows: Sequence[Region] = ()

    def find(
        self,
        image: Image,
        windows: Sequence[Region] = (),
        *,
        still: bool = False,
        known: Sequence[Region] = (),
        seen: Sequence[Pose] = (),
    ) -> list[Pose]:
        self.finds += 1
        self.windows = windows
        return list(self._sees())

    def follow(self, image: Image, regions: Sequence[Region]) -> list[Pose | None]:
        seen = self._sees()
        return [
            min(
                seen,
                key=lambda pose: abs(pose.region.x - r.x) + abs(pose.region.y - r.y),
                default=None,
            )
            for r in regions
        ]

    def close(self) -> None:
        pass
