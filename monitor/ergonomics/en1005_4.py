"""EN 1005-4: postures and movements at machines, split at two movements a minute."""

from collections import deque
from dataclasses import dataclass, field
from enum import Enum

from monitor.ergonomics.method import Classes, Evidence, Interval, Method, size
from monitor.ergonomics.verdict import Verdict, verdicts

METHOD = Method(
    name="EN 1005-4",
    version="A1:2008",
    source="help pages of Dassault DELMIA (arm, neck, trunk to the side)",
    evidence=Evidence.READ,
    ours=(
        "the rows for bending the trunk forward and back were not read: a default of our own",
        "looking up is judged as looking far down",
        "movements are counted over five minutes",
    ),
)

SPLIT_PER_MIN = 2.0
"""Movements a minute from which the frequency is high."""


class Movement(Enum):
    """TRUNK_TURNED: side bend or twist. SIGHT: line of sight below level."""

    TRUNK = "trunk"
    TRUNK_TURNED = "trunk_turned"
    UPPER_ARM = "upper_arm"
    SIGHT = "sight"


RARE = {
    Movement.TRUNK: Classes((0, 20, 60), (1, 0, 0, 1)),
    Movement.TRUNK_TURNED: Classes((10,), (0, 1)),
    Movement.UPPER_ARM: Classes((20, 60), (0, 0, 2)),
    Movement.SIGHT: Classes((0, 40), (1, 0, 1)),
}
"""Degrees to verdict below two movements a minute."""

FREQUENT = {
    Movement.TRUNK: Classes((0, 20, 60), (2, 0, 2, 2)),
    Movement.TRUNK_TURNED: Classes((10,), (0, 2)),
    Movement.UPPER_ARM: Classes((20, 60), (0, 1, 2)),
    Movement.SIGHT: Classes((0, 40), (2, 0, 2)),
}
"""The same at two a minute or more."""

STATIC = {
    Movement.TRUNK: Classes((0, 20, 60), (2, 0, 1, 2)),
    Movement.SIGHT: Classes((0, 40), (2, 0, 2)),
}
"""The same for a posture that is held; conditional: for as long as ISO 11226 allows."""


def verdict(movement: Movement, band: Interval | None, per_min: float) -> tuple[Verdict, Verdict]:
    """The best and the worst verdict on a movement whose angle lies in the band, degrees (`None`:
    unseen), made `per_min` times a minute. Raises ValueError for a negative frequency."""
    if not per_min >= 0:
        raise ValueError(f"per_min is {per_min:g}; a frequency is 0 or more a minute")
    return _judge(RARE if per_min < SPLIT_PER_MIN else FREQUENT, movement, band)


def static_verdict(movement: Movement, band: Interval | None) -> tuple[Verdict, Verdict]:
    """The best and the worst verdict on a posture that is held.

    Raises ValueError for a movement whose static row was not read: ISO 11226 judges it."""
    if movement not in STATIC:
        raise ValueError(f"no static row of EN 1005-4 is known for {movement.value}; use ISO 11226")
    return _judge(STATIC, movement, band)


def _judge(
    rows: dict[Movement, Classes], movement: Movement, band: Interval | None
) -> tuple[Verdict, Verdict]:
    if movement is Movement.TRUNK_TURNED:
        band = size(band)
    return verdicts(rows[movement].over(band))


@dataclass(slots=True)
class Frequency:
    """Movements a minute over the last `window_s` seconds; time before the first sample does not
    dilute it, but under a minute is taken for a minute."""

    window_s: float = 300.0
    _since: float | None = field(default=None, init=False)
    _times: deque[float] = field(default_factory=deque, init=False)

    def step(self, t: float, moved: bool) -> float:
        """Movements a minute at `t` (steady seconds); moved: one has just begun."""
        self._since = t if self._since is None else self._since
        if moved:
            self._times.append(t)
        while self._times and t - self._times[0] > self.window_s:
            self._times.popleft()
        return len(self._times) * 60.0 / min(max(t - self._since, 60.0), self.window_s)
