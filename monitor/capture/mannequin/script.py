"""The shift: who does what at which second. The same time always gives the same picture.

A section is one activity as a list of keys; the shift is its sections in a row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import cos, pi, sin

import numpy as np

from monitor.capture.mannequin.body import Build, Posture, both, middle, mixed, stand_up
from monitor.capture.mannequin.canvas import Box
from monitor.posture.model import Floats, Landmark

STAND = Posture(**both(arm=4, plane=60, elbow=12, splay=2))
WOOD = (176, 138, 92)
LOAD, SEAT = (0.19, 0.14, 0.15), (0.24, 0.20, 0.22)
"""Half sizes of the crate that is lifted and of the one to sit on, metres."""


def bent(trunk: float, knee: float = 0.0) -> Posture:
    """Bent forward by `trunk` degrees with the arms hanging and the hips moved back over the
    heels; knee: degrees by which the knees are bent besides, the hips staying over the feet."""
    return Posture(
        trunk=trunk,
        neck=4 - 0.12 * trunk,
        **both(
            arm=7 + 0.95 * trunk,
            plane=60 - 0.6 * trunk,
            elbow=14,
            splay=3,
            thigh=0.17 * trunk + 0.6 * knee,
            knee=0.06 * trunk + knee,
        ),
    )


POSTURES = {
    "stand": STAND,
    "bend": bent(80),
    "stoop": replace(bent(86), **both(arm=92, plane=-4, elbow=4, thigh=22, knee=16, splay=6)),
    "squat": Posture(
        trunk=34, neck=-8, **both(arm=56, plane=-2, elbow=4, thigh=104, knee=132, splay=22)
    ),
    "carry": Posture(
        trunk=-4, neck=8, **both(arm=8, plane=0, elbow=72, splay=3)
    ),
    "reach": Posture(neck=-22, **both(arm=158, plane=12, elbow=16, splay=4)),
    "twist": Posture(
        twist=42, turn=24, trunk=12, neck=4,
        **both(arm=38, plane=10, elbow=38, splay=8, thigh=3, knee=3),
    ),
    "kneel": Posture(
        trunk=24, neck=12, left_thigh=4, left_knee=112, left_foot=60,
        right_thigh=92, right_knee=90, right_splay=6, **both(arm=42, plane=4, elbow=32),
    ),
    "sit": Posture(
        trunk=6, neck=4, **both(arm=24, plane=14, elbow=44, thigh=86, knee=84, splay=10)
    ),
    "rise": Posture(
        trunk=42, neck=-16, **both(arm=34, plane=10, elbow=20, thigh=62, knee=76, splay=8)
    ),
    "lie": Posture(
        tilt=-90, neck=6, left_arm=34, right_arm=58, left_plane=86, right_plane=80,
        left_elbow=28, right_elbow=40, left_thigh=6, left_knee=12, right_thigh=34, right_knee=58,
        left_splay=10, right_splay=14, turn=18, left_foot=40, right_foot=34,
    ),
    "stumble": Posture(
        tilt=-30, trunk=26, neck=16, **both(arm=44, plane=60, elbow=40, thigh=52, knee=50, splay=10)
    ),
    "crouch": Posture(
        trunk=46, neck=-6, left_thigh=70, left_knee=118, left_foot=30,
        right_thigh=100, right_knee=104, right_splay=8, **both(arm=40, plane=20, elbow=30),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Key:
    """Reached after `seconds`: a posture, the place of the ankles and the heading.

    walks: the way there is walked. holds: the crate is in the hands.
    """

    activity: str
    seconds: float
    posture: Posture | None
    place: tuple[float, float] = (0.0, 0.0)
    heading: float = 0.0
    walks: bool = False
    holds: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """One figure at one time; posture `None`: not in the hall."""

    activity: str
    posture: Posture | None
    place: tuple[float, float]
    heading: float
    holds: bool


@dataclass(frozen=True)
class Part:
    """What one figure does: keys in turn, for ever or once, `offset` seconds ahead of the others.

    seed: of the small movements while a posture is held. crate, seat: where they stand.
    """

    keys: tuple[Key, ...]
    offset: float = 0.0
    seed: int = 0
    crate: Box | None = None
    seat: Box | None = None

    @cached_property
    def ends(self) -> Floats:
        return np.cumsum([key.seconds for key in self.keys])

    @property
    def seconds(self) -> float:
        return float(self.ends[-1])

    def at(self, t: float) -> Moment:
        """What the figure does `t` seconds into the script."""
        t = (t + self.offset) % self.seconds
        number = min(int(np.searchsorted(self.ends, t, side="right")), len(self.keys) - 1)
        key, before = self.keys[number], self.keys[number - 1]
        share = 1 - (float(self.ends[number]) - t) / key.seconds
        if key.posture is None:
            return Moment(key.activity, None, key.place, key.heading, False)
        eased = _cruise(share) if key.walks else _minimum_jerk(share)
        posture = mixed(before.posture or key.posture, key.posture, eased)
        start, way = np.array(before.place), np.array(key.place) - np.array(before.place)
        if key.walks:
            posture = _stride(posture, float(np.linalg.norm(way)), eased)
        elif key.activity != "lie":
            posture = posture.plus(**self._sway(t))
        x, z = start + way * eased
        heading = before.heading + _turn(before.heading, key.heading) * _turned(share, key.walks)
        return Moment(key.activity, posture, (float(x), float(z)), heading, key.holds)

    def _sway(self, t: float) -> dict[str, float]:
        """Nobody stands like a post: slow small movements."""
        phase = 1.7 * self.seed
        return {
            "trunk": 0.7 * sin(1.1 * t + phase),
            "turn": 5.0 * sin(0.53 * t + phase),
            "neck": 2.0 * sin(0.8 * t + 2 * phase),
            "left_arm": 1.2 * sin(0.9 * t + phase),
            "right_arm": 1.2 * sin(0.9 * t + 1.0 + phase),
        }

    def boxes(self, moment: Moment, build: Build) -> list[Box]:
        """The crate, where it is now, and the one to sit on."""
        found = [] if self.seat is None else [self.seat]
        if self.crate is not None:
            found.append(_held(self.crate, moment, build) if moment.holds else self.crate)
        return found


def _held(crate: Box, moment: Moment, build: Build) -> Box:
    assert moment.posture is not None
    x, y, z = hands(moment.posture, build, moment.place, moment.heading)
    return replace(crate, at=(x, max(y, crate.half[1]), z), heading=moment.heading)


def hands(
    posture: Posture, build: Build, place: tuple[float, float], heading: float
) -> tuple[float, float, float]:
    """Between the hands of a figure."""
    joints = stand_up(posture, build, place, heading).joints
    x, y, z = middle(joints, Landmark.LEFT_INDEX, Landmark.RIGHT_INDEX)
    return float(x), float(y), float(z)


def _minimum_jerk(share: float) -> float:
    """Flash & Hogan (1985): how a hand, and here a body, moves from rest to rest."""
    return share**3 * (10 - 15 * share + 6 * share**2)


def _cruise(share: float) -> float:
    """Even speed but for the first and last eighth."""
    ramp = 0.125
    if share > 0.5:
        return 1 - _cruise(1 - share)
    done = share**2 / (2 * ramp) if share < ramp else share - ramp / 2
    return done / (1 - ramp)


def _turned(share: float, walks: bool) -> float:
    """A walker turns first and then goes; others turn all along."""
    return _minimum_jerk(min(1.0, share * 3) if walks else share)


def _turn(start: float, end: float) -> float:
    """The shorter way round, degrees."""
    return (end - start + 180.0) % 360.0 - 180.0


STEP = 0.68
"""Metres from one heel to the other."""


def _stride(posture: Posture, way: float, share: float) -> Posture:
    """Swing arms and legs as far as the ground covered asks; `way` metres in all."""
    steps = max(1.0, round(way / STEP))
    phase = pi * steps * share
    strength = min(1.0, 6 * share, 6 * (1 - share))
    swing = strength * sin(phase)
    lift = strength * cos(phase)
    return posture.plus(
        left_thigh=22 * swing + 14 * max(0.0, lift),
        right_thigh=-22 * swing + 14 * max(0.0, -lift),
        left_knee=8 * strength + 46 * max(0.0, lift),
        right_knee=8 * strength + 46 * max(0.0, -lift),
        left_foot=-12 * swing + 14 * max(0.0, lift),
        right_foot=12 * swing + 14 * max(0.0, -lift),
        left_arm=-20 * swing - 4 * strength,
        right_arm=20 * swing - 4 * strength,
        left_plane=-60 * strength,
        right_plane=-60 * strength,
        left_elbow=10 * strength,
        right_elbow=10 * strength,
        twist=-5 * swing,
        trunk=3 * strength,
    )


@dataclass(frozen=True, slots=True)
class Stage:
    """Where one figure works. spot: place of the feet; heading: the way it faces there;
    edge: x beyond which the picture ends; side: 1 enters from the left, -1 from the right."""

    spot: tuple[float, float] = (0.0, 0.0)
    heading: float = 0.0
    edge: float = 3.5
    side: int = 1

    @property
    def door(self) -> tuple[float, float]:
        return (-self.side * self.edge, self.spot[1])

    @property
    def seat(self) -> tuple[float, float]:
        """Where the feet stand in front of the seat."""
        return (self.spot[0] + self.side * 1.15, self.spot[1] - 0.6)

    def key(
        self, activity: str, seconds: float, posture: str, turn: float = 0.0, holds: bool = False
    ) -> Key:
        """At the spot; turn: degrees turned inward from the heading there."""
        heading = self.heading + self.side * turn
        return Key(activity, seconds, self.posture(posture), self.spot, heading, holds=holds)

    def seated(self, activity: str, seconds: float, posture: str) -> Key:
        """In front of the seat."""
        return Key(activity, seconds, self.posture(posture), self.seat, self.heading)

    def posture(self, name: str) -> Posture:
        return POSTURES[name] if self.side == 1 else POSTURES[name].mirrored()


def sections(stage: Stage) -> dict[str, list[Key]]:
    """Every activity, each from standing at the spot to standing at the spot."""
    key, inward = stage.key, 90.0 * stage.side
    return {
        "walk-in": [
            Key("walk", 0.01, STAND, stage.door, inward),
            Key("walk", stage.edge / 0.95, STAND, stage.spot, inward, walks=True),
            key("stand", 0.7, "stand"),
        ],
        "stand": [key("stand", 3.0, "stand")],
        "bend": [key("bend", 1.5, "bend"), key("bend", 7.5, "bend"), key("stand", 1.3, "stand")],
        "stoop-lift": _lift(stage, "stoop-lift", "stoop"),
        "squat-lift": _lift(stage, "squat-lift", "squat"),
        "reach": [
            key("reach", 1.2, "reach"),
            key("reach", 7.0, "reach"),
            key("stand", 1.2, "stand"),
        ],
        "twist": [
            key("twist", 1.1, "twist"),
            key("twist", 4.0, "twist"),
            key("stand", 1.1, "stand"),
        ],
        "kneel": [
            key("stand", 0.9, "stand", -75.0),
            key("kneel", 1.6, "kneel", -75.0),
            key("kneel", 9.0, "kneel", -75.0),
            key("stand", 1.5, "stand", -75.0),
            key("stand", 0.9, "stand"),
        ],
        "sit": [
            Key("walk", 1.9, STAND, stage.seat, inward, walks=True),
            stage.seated("stand", 0.8, "stand"),
            stage.seated("sit", 0.8, "rise"),
            stage.seated("sit", 0.9, "sit"),
            stage.seated("sit", 8.0, "sit"),
            stage.seated("sit", 0.8, "rise"),
            stage.seated("stand", 0.9, "stand"),
            Key("walk", 2.1, STAND, stage.spot, -inward, walks=True),
        ],
        "fall": [
            key("stand", 0.8, "stand", 60.0),
            key("fall", 0.5, "stumble", 60.0),
            key("fall", 0.6, "lie", 60.0),
        ],
        "lie": [key("lie", 9.0, "lie", 60.0)],
        "get-up": [
            key("get-up", 1.8, "crouch", 60.0),
            key("get-up", 1.4, "stand", 60.0),
        ],
        "walk-out": [
            Key("walk", stage.edge / 0.95 + 0.6, STAND, stage.door, -inward, walks=True),
        ],
        "empty": [Key("empty", 4.0, None, stage.door, inward)],
    }


def _lift(stage: Stage, activity: str, how: str) -> list[Key]:
    """Take the crate up, hold it, put it down again."""
    key = stage.key
    return [
        key(activity, 1.3, how),
        key(activity, 0.4, how),
        key(activity, 1.4, "carry", holds=True),
        key(activity, 1.2, "carry", holds=True),
        key(activity, 1.4, how, holds=True),
        key(activity, 0.4, how),
        key("stand", 1.2, "stand"),
    ]


SHIFT = (
    "walk-in", "stand", "bend", "stoop-lift", "squat-lift", "reach", "twist", "kneel", "sit",
    "fall", "lie", "get-up", "stand", "walk-out", "empty",
)  # fmt: skip
HELD = {name: name for name in ("stand", "bend", "reach", "twist", "kneel", "sit", "lie")}
MOVED = {
    "stoop-lift": ("stoop-lift", "stand"),
    "squat-lift": ("squat-lift", "stand"),
    "walk": ("walk-in", "walk-out"),
    "fall": ("stand", "fall", "lie", "get-up"),
}


def shift(stage: Stage) -> tuple[Key, ...]:
    """The whole shift."""
    return _joined(stage, SHIFT)


def one(stage: Stage, activity: str) -> tuple[Key, ...]:
    """One activity: held for ever, or over and over when it is a movement."""
    if activity in HELD:
        turn = 60.0 if activity == "lie" else 0.0
        held = stage.seated(activity, 60.0, "sit") if activity == "sit" else None
        return (held or stage.key(activity, 60.0, activity, turn),)
    return _joined(stage, MOVED[activity])


def crossing(stage: Stage) -> tuple[Key, ...]:
    """From one edge to the other and back, over and over."""
    far = (-stage.door[0], stage.spot[1])
    seconds, inward = 2 * stage.edge / 1.05, 90.0 * stage.side
    return (
        Key("walk", seconds, STAND, far, inward, walks=True),
        Key("walk", seconds, STAND, stage.door, -inward, walks=True),
    )


def _joined(stage: Stage, names: Iterable[str]) -> tuple[Key, ...]:
    known: dict[str, Sequence[Key]] = dict(sections(stage))
    return tuple(key for name in names for key in known[name])


def furniture(stage: Stage, build: Build) -> tuple[Box, Box]:
    """The crate to lift, in reach of who stoops at the spot, and the crate to sit on."""
    x, _, z = hands(POSTURES["stoop"], build, stage.spot, stage.heading)
    crate = Box((x, LOAD[1], z), LOAD, stage.heading, WOOD, 0.094)
    hips = stand_up(POSTURES["sit"], build, stage.seat, stage.heading).hips
    height = (float(hips[1]) - 0.055 * build.stature * build.girth) / 2
    half = (SEAT[0], height, SEAT[2])
    seat = Box((float(hips[0]), height, float(hips[2])), half, stage.heading, (96, 110, 128))
    return crate, seat
