"""ISO 11226: static working postures, judged one by one and by how long they are held."""

from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from monitor.ergonomics.method import Classes, Evidence, Interval, Method
from monitor.ergonomics.verdict import Verdict, verdicts

METHOD = Method(
    name="ISO 11226",
    version="2000",
    source="zones: table 2 of doi 10.1186/s12995-020-00286-9; holding times: a public "
    "implementation (ErgoCapture)",
    evidence=Evidence.READ,
    ours=(
        "a hold is made good by as long a time in an acceptable posture",
        "beyond the last angle of its line the holding time stays what it is there; the posture "
        "is not recommended for any time",
        "a part that leans backward uses up no holding time",
    ),
)

STATIC_S = 4.0
"""A posture held for at least this long is static."""


class Part(Enum):
    """The parts of the body with limits of their own. NECK is the head against the trunk,
    TRUNK_TURNED a twist or side bend of the trunk."""

    TRUNK = "trunk"
    TRUNK_TURNED = "trunk_turned"
    HEAD = "head"
    NECK = "neck"
    UPPER_ARM = "upper_arm"


ZONES = {
    Part.TRUNK: Classes((0, 20, 60), (2, 0, 1, 2)),
    Part.TRUNK_TURNED: Classes((-10, 10), (2, 0, 2)),
    Part.HEAD: Classes((0, 25, 85), (2, 0, 1, 2)),
    Part.NECK: Classes((0, 25), (2, 0, 2)),
    Part.UPPER_ARM: Classes((20, 60), (0, 1, 2)),
}
"""Degrees to verdict: acceptable; conditional: for as long as `allowed_s`; not recommended."""

HOLDING = {
    Part.TRUNK: ((20.0, 240.0), (60.0, 60.0)),
    Part.HEAD: ((25.0, 480.0), (85.0, 60.0)),
    Part.UPPER_ARM: ((20.0, 180.0), (60.0, 60.0)),
}
"""Longest holding time in seconds by degrees, straight between the two points."""


def verdict(
    part: Part, band: Interval | None, supported: bool | None = False
) -> tuple[Verdict, Verdict]:
    """The best and the worst verdict on a static posture whose angle lies in the band, degrees.

    `None`: unseen. supported: the part rests fully on something (`None`: unknown), which makes
    the conditional zone acceptable, and leaning back for trunk and head."""
    free = ZONES[part].over(band)
    if supported is False or part not in HOLDING:
        return verdicts(free)
    rested = _rested(ZONES[part]).over(band)
    return Verdict(rested.low), Verdict((rested if supported else free).high)


def _rested(zones: Classes) -> Classes:
    """The same zones with full support: only what lies beyond the conditional one stays."""
    return Classes(zones.edges, (*(0 for _ in zones.scores[:-1]), zones.scores[-1]))


def allowed_s(part: Part, deg: float, *, supported: bool = False) -> float:
    """Longest holding time in seconds; infinite in the acceptable zone, backward of it, and with
    full support in the conditional zone. Raises ValueError for a part without holding times."""
    if part not in HOLDING:
        raise ValueError(f"ISO 11226 gives no holding time for the {part.value}")
    angles, seconds = zip(*HOLDING[part], strict=True)
    free = deg <= angles[-1] if supported else deg <= angles[0]
    return float("inf") if free else float(np.interp(deg, angles, seconds))


@dataclass(slots=True)
class HoldingAccount:
    """How much of the holding time of one part of one body is used up.

    An angle stands until the next sample. While it is held, each second uses up 1/allowed(angle);
    in the acceptable zone the account is made good evenly, in as long a time as the hold took
    (ours). A stretch that ends or begins unseen, or longer than `bridge_s`, changes nothing.

    share: 0 fresh, 1 used up; it may go beyond. held_s: seconds still to be made good.
    """

    part: Part
    bridge_s: float = 10.0
    share: float = field(default=0.0, init=False)
    held_s: float = field(default=0.0, init=False)
    _last: tuple[float, float | None] | None = field(default=None, init=False)

    def step(self, t: float, deg: float | None, *, supported: bool = False) -> float:
        """The share used up at `t` (steady seconds, never decreasing); deg: the angle from now
        on, `None` when unseen; supported: fully, from now on. Raises ValueError when time runs
        backward."""
        allowed = None if deg is None else allowed_s(self.part, deg, supported=supported)
        if self._last is not None:
            before, held = self._last
            if t < before:
                raise ValueError(f"time runs backward: {t:g} s after {before:g} s")
            if held is not None and allowed is not None and t - before <= self.bridge_s:
                self._pass(t - before, held)
        self._last = t, allowed
        return self.share

    def _pass(self, seconds: float, allowed: float) -> None:
        if allowed != float("inf"):
            self.share += seconds / allowed
            self.held_s += seconds
        elif seconds < self.held_s:
            left = self.held_s - seconds
            self.share *= left / self.held_s
            self.held_s = left
        else:
            self.share = self.held_s = 0.0
