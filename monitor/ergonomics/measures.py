"""What ergonomics reads from one person's angles over time, by the names rules use."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.ergonomics import en1005_4, iso11226, owas, reba, rula
from monitor.ergonomics.context import UNKNOWN, Context
from monitor.ergonomics.counts import FORGET_S, Count, Counts, Cycle, Look, degrees, unseen
from monitor.ergonomics.en1005_4 import Frequency, Movement, Pace
from monitor.ergonomics.iso11226 import HoldingAccount, Part
from monitor.ergonomics.method import Range, interval, intervals, points, size
from monitor.ergonomics.verdict import Verdict
from monitor.posture.model import Angle
from monitor.posture.rules import OF_ERGONOMICS

SIDES = ("left", "right")
REPEATED_PER_MIN = 4.0
"""RULA and REBA: an action repeated more often is repeated."""

STATIC_S = 60.0
STATIC_DEG = 5.0
"""A trunk that stays this close for longer than a minute is static (minute: RULA and REBA, degrees
ours)."""

ARM_RAISED_DEG = 30.0
"""An arm counts as raised somewhat beyond the 20° of EN 1005-4 (ours): in walking arms swing to
25°."""

MOVED_S = 0.3
"""A movement lasts at least this long (ours); what is shorter is noise or swing."""

HELD_DEG = 10.0
"""A posture that stays this close is held (ours): twice what the readings of somebody who stands
still go up and down by."""

SCORES = {"rula": rula.from_angles, "reba": reba.from_angles, "owas": owas.from_angles}


NAMES = frozenset(OF_ERGONOMICS)

RATES = {
    "bends_per_min": Movement.TRUNK,
    "trunk_turns_per_min": Movement.TRUNK_TURNED,
    "arm_raises_per_min": Movement.UPPER_ARM,
}


class Measures:
    """The accounts of one person; make one for every slot and drop it with the slot."""

    def __init__(self, wanted: Container[str] = NAMES, *, verdicts: bool = True) -> None:
        """wanted: names of the measures to yield; the others cost nothing. verdicts: whether those
        of EN 1005-4 are told."""
        self._wanted = wanted
        self._scores = [name for name in SCORES if name in wanted]
        self._holding = {
            "holding_share.trunk": _Holding(Part.TRUNK, ("trunk_flexion",)),
            "holding_share.head": _Holding(Part.HEAD, ("head_inclination",)),
            "holding_share.upper_arm": _Holding(
                Part.UPPER_ARM, tuple(f"{side}_upper_arm_elevation" for side in SIDES)
            ),
        }
        needed = {of for name, of in RATES.items() if self._scores or name in wanted}
        movements = {
            Movement.TRUNK: _Movement(Movement.TRUNK, ("trunk_flexion",), enter=20.0, leave=15.0),
            Movement.TRUNK_TURNED: _Movement(
                Movement.TRUNK_TURNED, ("trunk_twist", "trunk_side_bend"), enter=10.0, leave=5.0
            ),
            Movement.UPPER_ARM: _Movement(
                Movement.UPPER_ARM,
                tuple(f"{side}_upper_arm_elevation" for side in SIDES),
                enter=ARM_RAISED_DEG,
                leave=20.0,
            ),
            Movement.SIGHT: _Movement(
                Movement.SIGHT, ("head_inclination",), enter=40.0, leave=30.0
            ),
        }
        self._told = verdicts
        self._movements = {of: each for of, each in movements.items() if verdicts or of in needed}
        self._still = _Still(STATIC_DEG, STATIC_S)
        self._counts = Counts()
        self.counted: list[Count] = []
        self.verdicts: dict[str, str] = {}

    def step(
        self,
        t: float,
        angles: Mapping[str, Angle | None],
        context: Context = UNKNOWN,
        hands: Look = unseen,
        zones: tuple[str, ...] = (),
    ) -> dict[str, Angle | None]:
        """The measures wanted at `t` (steady seconds, never decreasing).

        angles: degrees by the names of `monitor.posture.model.ANGLES`; none at all for somebody
        who lies. context: what is known of the zone the person is in. hands, zones: see `Counts`.
        Of each measure `deg` is the value of the readings, with everything unseen at its best case;
        `low` and `high` bound it over the bands and everything unseen. `None`: what it needs most
        is unseen. `counted` holds the movements counted at this step, `verdicts` what EN 1005-4
        says of each movement, as it is kept per minute."""
        self.counted = self._counts.step(t, angles, hands, zones)
        moves = {movement: each.step(t, angles) for movement, each in self._movements.items()}
        if self._told:
            now = ((movement, each.now) for movement, each in self._movements.items())
            self.verdicts = dict(en1005_4.kept(movement, found) for movement, found in now)
        rates = {name: moves[of] for name, of in RATES.items() if of in moves}
        if self._scores:
            still = self._still.step(t, degrees(angles, "trunk_flexion"))
            context = _over_time(context, still, rates)
        return {
            **_scores(self._scores, angles, context),
            **self._held(t, angles, context),
            **{name: rate for name, rate in rates.items() if name in self._wanted},
        }

    def finish(self) -> list[Count]:
        """What is still to be counted when the person is no longer there."""
        return self._counts.finish()

    def _held(
        self, t: float, angles: Mapping[str, Angle | None], context: Context
    ) -> dict[str, Angle | None]:
        supports = (context.trunk_supported, context.head_supported, context.arm_supported)
        return {
            name: account.step(t, angles, supported=support is True)
            for (name, account), support in zip(self._holding.items(), supports, strict=True)
            if name in self._wanted
        }


def _scores(
    names: Sequence[str], angles: Mapping[str, Angle | None], context: Context
) -> dict[str, Angle | None]:
    trunk = angles.get("trunk_flexion") is not None
    arms = any(angles.get(f"{side}_upper_arm_to_trunk") is not None for side in SIDES)
    if not (trunk and arms):
        return dict.fromkeys(names)
    named = {name: SCORES[name] for name in names}
    read, bands = points(angles), intervals(angles)
    banded = {name: of(bands, context).score for name, of in named.items()}
    if bands == read:
        return {name: _angle(score, score) for name, score in banded.items()}
    return {name: _angle(of(read, context).score, banded[name]) for name, of in named.items()}


def _angle(read: Range, banded: Range) -> Angle:
    return Angle(float(read.low), float(banded.low), float(banded.high))


def _over_time(context: Context, still: bool, rates: Mapping[str, Angle | None]) -> Context:
    """What is seen to be static or repeated, where settings do not say; not seeing it proves
    nothing, since hands and head move unseen."""
    often = any(rate is not None and rate.deg > REPEATED_PER_MIN for rate in rates.values())
    return replace(
        context,
        static=(still or None) if context.static is None else context.static,
        repeated=(often or None) if context.repeated is None else context.repeated,
    )


class _Holding:
    """Three accounts for each angle, in percent: of the reading and of both ends of its band. The
    worst of several angles counts. Support that settings do not state is none."""

    def __init__(self, part: Part, names: tuple[str, ...]) -> None:
        self._accounts = {name: tuple(HoldingAccount(part) for _ in range(3)) for name in names}

    def step(
        self, t: float, angles: Mapping[str, Angle | None], *, supported: bool
    ) -> Angle | None:
        shares = []
        for name, three in self._accounts.items():
            ends = _ends(angles.get(name))
            used = [
                100.0 * account.step(t, deg, supported=supported)
                for account, deg in zip(three, ends, strict=True)
            ]
            if ends != UNSEEN:
                shares.append(used)
        return Angle(*map(max, zip(*shares, strict=True))) if shares else None


UNSEEN = (None, None, None)


def _ends(angle: Angle | None) -> tuple[float | None, float | None, float | None]:
    """Reading, lowest and highest."""
    band = interval(angle)
    return UNSEEN if angle is None or band is None else (angle.deg, *band)


class _Movement:
    """How often the largest of some angles, whatever its sign, passes a limit: both arms raised
    together are one movement. now: how it is made, and the verdict; `None` where it is unseen."""

    def __init__(
        self, movement: Movement, names: tuple[str, ...], enter: float, leave: float
    ) -> None:
        self.now: tuple[Pace, Verdict] | None = None
        self._movement = movement
        self._names = names
        self._cycle = Cycle(enter, leave, confirm_s=MOVED_S)
        self._frequency = Frequency()
        self._still = _Still(HELD_DEG, iso11226.STATIC_S)

    def step(self, t: float, angles: Mapping[str, Angle | None]) -> Angle | None:
        """Movements a minute."""
        seen = [angle for name in self._names if (angle := angles.get(name)) is not None]
        deg = max((angle.deg for angle in seen), key=abs, default=None)
        turn = self._cycle.step(t, None if deg is None else abs(deg))
        rate = self._frequency.step(t, moved=turn is not None and turn.end is None)
        held = self._still.step(t, deg)
        if deg is None:
            self.now = None
            return None
        if self._movement is Movement.TRUNK_TURNED:
            deg = max(map(_least_turned, seen))
        self.now = en1005_4.judged(self._movement, deg, rate, held=held)
        return Angle(rate, rate, rate)


def _least_turned(angle: Angle) -> float:
    """Degrees that a trunk is turned at least, by its whole band: one camera often reads a twist
    that is none."""
    band = size(interval(angle))
    return abs(angle.deg) if band is None else band[0]


@dataclass(slots=True)
class _Still:
    """Whether an angle has stayed within `near_deg` of where it was for longer than `for_s`."""

    near_deg: float
    for_s: float
    since: float = 0.0
    seen_t: float = 0.0
    deg: float | None = None

    def step(self, t: float, deg: float | None) -> bool:
        if deg is None:
            return False
        moved = self.deg is None or abs(deg - self.deg) > self.near_deg
        if moved or t - self.seen_t > FORGET_S:
            self.deg, self.since = deg, t
        self.seen_t = t
        return t - self.since > self.for_s
