"""Movements counted from a stream of angles: bends, squats, overhead reaches, lifts.

Seconds everywhere: the same movement is counted whether it is sampled five or twenty-five times a
second.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from monitor.ergonomics.method import Evidence, Method
from monitor.posture.hands import Hands
from monitor.posture.model import Angle

METHOD = Method(
    name="Plumbline's counts",
    version="1",
    source="none: no standard says how to count movements from angles",
    evidence=Evidence.OURS,
    ours=("all limits",),
)

SIDES = ("left", "right")

BEND_DEG = 45.0
SQUAT_DEG = 80.0
"""Of both knees, of which one alone may be seen: a step bends one."""

REACH_DEG = 90.0
"""The elbow is as high as the shoulder."""

REACH_S = 0.3
"""Reaching up and taking hold of something lasts longer; a wrong look does not."""

UPRIGHT = 0.4
"""Of the way to a bend or squat: below it the arms tell whether they carry."""

CONFIRM_S = 0.1
"""One sample over a limit is never a movement, nor one under it the end; two this far apart are."""

UNSURE_S = 0.5
"""Unseen for longer, what had hardly begun says nothing."""

FORGET_S = 3.0
"""Unseen for longer, a movement under way is forgotten: what happened meanwhile is not known."""

HELD_S = 8.0
"""A squat longer than this is sitting or kneeling down, and a reach to the floor longer than this
is work there: neither is a repetition."""

CARRY_DEG = 45.0
"""Elbows bent this far on rising carry something; hands that hang come back empty."""

EMPTY_DEG = 30.0
"""Arms that carried do so until their elbows are straighter than this: they open while the load
goes down. Those of who stands with empty hands read 15° to 25° (drawn body)."""

HANGING_DEG = 60.0
"""Hands reach down while the upper arm is raised less than this and the elbow bent less."""

SETTLE_S = 1.0
"""So soon after rising the arms show whether they carry."""


class Kind(Enum):
    BEND = "bend"
    SQUAT = "squat"
    OVERHEAD_REACH = "overhead_reach"
    STOOP_LIFT = "stoop_lift"
    SQUAT_LIFT = "squat_lift"
    LOWERING = "lowering"

    @property
    def title(self) -> str:
        """For people, in the plural."""
        return TITLES[self]


TITLES = {
    Kind.BEND: "bends",
    Kind.SQUAT: "squats",
    Kind.OVERHEAD_REACH: "overhead reaches",
    Kind.STOOP_LIFT: "lifts by stooping",
    Kind.SQUAT_LIFT: "lifts by squatting",
    Kind.LOWERING: "lowerings",
}


LIFTS = (Kind.STOOP_LIFT, Kind.SQUAT_LIFT, Kind.LOWERING)

Look = Callable[[], Hands | None]
"""Where the hands are now, asked for only when a lift may be under way."""


def unseen() -> None:
    """Hands that nobody can tell of."""


@dataclass(frozen=True, slots=True)
class Count:
    """One movement counted; t: when it began, steady seconds. Of lifts and lowerings: the zones in
    which it began, and where the hands took the load and where they brought it; `None`: unseen."""

    kind: Kind
    t: float
    zones: tuple[str, ...] = ()
    origin: Hands | None = None
    destination: Hands | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A cycle that has begun (`end` is `None`) or that is over. Steady seconds."""

    begin: float
    end: float | None

    @property
    def brief(self) -> bool:
        return self.end is not None and self.end - self.begin <= HELD_S


@dataclass(slots=True)
class Cycle:
    """A number that goes to `enter` and back under `leave`.

    It begins only from under `leave`: a body first seen bent has not bent yet."""

    enter: float
    leave: float
    confirm_s: float = CONFIRM_S
    ready: bool = field(default=False, init=False)
    since: float | None = field(default=None, init=False)
    confirmed: bool = field(default=False, init=False)
    _seen_t: float | None = field(default=None, init=False)
    _below_t: float | None = field(default=None, init=False)

    def step(self, t: float, value: float | None) -> Turn | None:
        """What happened at `t`; value `None`: unseen."""
        if value is None:
            return None
        unseen = 0.0 if self._seen_t is None else t - self._seen_t
        if unseen > FORGET_S or (unseen > UNSURE_S and not self.confirmed):
            self._forget()
        self._seen_t = t
        return self._below(t) if value < self.leave else self._above(t, value)

    def finish(self) -> Turn | None:
        """What was under way when the body was last seen."""
        if self.since is None or self._seen_t is None or not self.confirmed:
            return None
        return Turn(self.since, self._seen_t)

    def _below(self, t: float) -> Turn | None:
        if self.since is None:
            self.ready = True
        elif self._below_t is None:
            self._below_t = t
        elif t - self._below_t >= CONFIRM_S:
            turn = Turn(self.since, self._below_t) if self.confirmed else None
            self._forget()
            self.ready = True
            return turn
        return None

    def _above(self, t: float, value: float) -> Turn | None:
        self._below_t = None
        if self.since is None:
            self.since = t if self.ready and value >= self.enter else None
        elif not self.confirmed and t - self.since >= self.confirm_s:
            self.confirmed = True
            return Turn(self.since, None)
        return None

    def _forget(self) -> None:
        self.ready, self.confirmed = False, False
        self.since = self._below_t = None


class Counts:
    """The movements of one person. Hand in no angles of somebody who lies."""

    def __init__(self) -> None:
        self._bend = Cycle(enter=BEND_DEG, leave=30.0)
        self._squat = Cycle(enter=SQUAT_DEG, leave=50.0)
        self._reaches = {side: Cycle(REACH_DEG, 75.0, REACH_S) for side in SIDES}
        self._lift = _Lift()

    def step(
        self,
        t: float,
        angles: Mapping[str, Angle | None],
        hands: Look = unseen,
        zones: tuple[str, ...] = (),
    ) -> list[Count]:
        """What is counted at `t`: bends and reaches as they begin, squats as they end, lifts and
        lowerings when the arms have shown which they are. zones: in which the person stands."""
        trunk = degrees(angles, "trunk_flexion")
        knees = _least(angles, "knee_flexion")
        bend, squat = self._bend.step(t, trunk), self._squat.step(t, knees)
        reach = self._reached(t, angles)
        counted = [
            Count(kind, turn.begin)
            for kind, turn in ((Kind.BEND, bend), (Kind.OVERHEAD_REACH, reach))
            if turn is not None and turn.end is None
        ]
        return counted + _squatted(squat) + self._lift.step(t, trunk, knees, angles, hands, zones)

    def _reached(self, t: float, angles: Mapping[str, Angle | None]) -> Turn | None:
        """Both arms raised together are one reach."""
        up = any(arm.confirmed for arm in self._reaches.values())
        turns = [
            arm.step(t, degrees(angles, f"{side}_upper_arm_elevation"))
            for side, arm in self._reaches.items()
        ]
        begun = [turn for turn in turns if turn is not None and turn.end is None]
        return begun[0] if begun and not up else None

    def finish(self) -> list[Count]:
        """What is still to be counted when the person is no longer there: a squat under way."""
        return _squatted(self._squat.finish())


def _squatted(turn: Turn | None) -> list[Count]:
    return [Count(Kind.SQUAT, turn.begin)] if turn is not None and turn.brief else []


@dataclass(slots=True)
class _Lift:
    """Down with hanging arms and up again: a lift when the arms carry afterwards, a lowering when
    they carried before and no longer do."""

    low: Cycle = field(default_factory=lambda: Cycle(enter=1.0, leave=0.6))
    carries: bool | None = None
    carried: bool | None = None
    hung: bool = False
    knees: float = 0.0
    risen: Turn | None = None
    zones: tuple[str, ...] = ()
    before: Hands | None = None
    lowest: Hands | None = None
    carrying: Hands | None = None

    def step(
        self,
        t: float,
        trunk: float | None,
        knees: float | None,
        angles: Mapping[str, Angle | None],
        hands: Look,
        zones: tuple[str, ...],
    ) -> list[Count]:
        elbow = _least(angles, "elbow_flexion")
        lowness = _lowness(trunk, knees)
        if lowness is not None and lowness < UPRIGHT and elbow is not None:
            self.carries = elbow >= (EMPTY_DEG if self.carries else CARRY_DEG)
            self.carrying = hands() if self.carries else None
        turn = self.low.step(t, lowness)
        counted = self._judge(t)
        if self.low.since == t:
            self.carried, self.hung, self.knees = self.carries, False, 0.0
            self.zones, self.before, self.lowest = zones, self.carrying, None
        if self.low.since is not None:
            self.lowest = _lower(self.lowest, hands())
            self.knees = max(self.knees, knees or 0.0)
            self.hung = self.hung or _hangs(angles)
        elif turn is not None and turn.brief and self.hung:
            self.risen, self.carries, self.carrying = turn, None, None
        return counted

    def _judge(self, t: float) -> list[Count]:
        """Who has risen is judged when the arms have settled, or on going down again."""
        risen = self.risen
        if risen is None or risen.end is None:
            return []
        if t - risen.end < SETTLE_S and self.low.since is None:
            return []
        self.risen = None
        if self.carries:
            kind = Kind.SQUAT_LIFT if self.knees >= SQUAT_DEG else Kind.STOOP_LIFT
            return [Count(kind, risen.begin, self.zones, self.lowest, self.carrying)]
        if self.carried and self.carries is False:
            return [Count(Kind.LOWERING, risen.begin, self.zones, self.before, self.lowest)]
        return []


def _lower(a: Hands | None, b: Hands | None) -> Hands | None:
    if a is None or b is None:
        return a or b
    return min(a, b, key=lambda hands: hands.height_cm)


def _hangs(angles: Mapping[str, Angle | None]) -> bool:
    """Whether a whole arm hangs, upper and lower."""
    return any(
        arm is not None and elbow is not None and max(arm, elbow) < HANGING_DEG
        for side in SIDES
        for arm, elbow in [
            [degrees(angles, f"{side}_{part}") for part in ("upper_arm_elevation", "elbow_flexion")]
        ]
    )


def _lowness(trunk: float | None, knees: float | None) -> float | None:
    """1 where a bend or a squat begins; `None` when the trunk is unseen."""
    if trunk is None:
        return None
    return max(trunk / BEND_DEG, (knees or 0.0) / SQUAT_DEG)


def degrees(angles: Mapping[str, Angle | None], name: str) -> float | None:
    angle = angles.get(name)
    return None if angle is None else angle.deg


def _sides(angles: Mapping[str, Angle | None], name: str) -> list[float]:
    both = (degrees(angles, f"{side}_{name}") for side in SIDES)
    return [deg for deg in both if deg is not None]


def _least(angles: Mapping[str, Angle | None], name: str) -> float | None:
    return min(_sides(angles, name), default=None)
