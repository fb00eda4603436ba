"""Anonymous slots: who is the same body from one picture to the next."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.posture.model import Landmark, Pose, Region

BODY = (
    Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER, Landmark.LEFT_HIP, Landmark.RIGHT_HIP,
    Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE, Landmark.LEFT_ELBOW, Landmark.RIGHT_ELBOW,
)  # fmt: skip

SAME_BODY = 0.5
"""Two poses whose big joints lie, in the median, within this share of a trunk length of each other
are one body: half a trunk is less than two people standing side by side are apart."""

MAX_SPEED = 3.0
"""Trunk lengths a second (about 1.5 m/s, brisk walking) a body may have moved between looks."""

LOST_S = 2.0
"""A slot not seen for this long is given up."""

BELIEVED_S = 0.3
"""A body is believed when it is still there this long after it was first found."""


@dataclass(slots=True, eq=False)
class Slot:
    """One body. first_t, seen_t: steady seconds; missed: not in the newest picture."""

    number: int
    pose: Pose
    first_t: float
    seen_t: float
    missed: bool = False

    @property
    def believed(self) -> bool:
        return self.seen_t - self.first_t >= BELIEVED_S


class Slots:
    """The bodies in view of one camera."""

    def __init__(self) -> None:
        self._slots: list[Slot] = []
        self._next = 1

    @property
    def all(self) -> Sequence[Slot]:
        return self._slots

    @property
    def regions(self) -> list[Region]:
        """Where to look for each slot again, in the order of `all`."""
        return [slot.pose.region for slot in self._slots]

    @property
    def seen(self) -> list[Slot]:
        """The slots that are in the newest picture."""
        return [slot for slot in self._slots if not slot.missed]

    def followed(self, t: float, poses: Sequence[Pose | None]) -> None:
        """Take in a look at every slot, in the order of `all`; `None`: not there."""
        for slot, pose in zip(self._slots, poses, strict=True):
            if pose is not None and apart(slot.pose, pose) <= _reach(t - slot.seen_t):
                slot.pose, slot.seen_t, slot.missed = pose, t, False
            else:
                slot.missed = True
        self._drop_doubles()

    def found(self, t: float, poses: Sequence[Pose]) -> None:
        """Take in a search: bodies known already stay in their slots, missed ones come back."""
        for pose in poses:
            if any(apart(slot.pose, pose) < SAME_BODY for slot in self.seen):
                continue
            back = self._missed_near(t, pose)
            if back is not None:
                back.pose, back.seen_t, back.missed = pose, t, False
            else:
                self._slots.append(Slot(self._next, pose, t, t))
                self._next += 1

    def forget(self, t: float) -> None:
        """Give up whoever was not seen for `LOST_S`."""
        self._slots = [slot for slot in self._slots if t - slot.seen_t <= LOST_S]

    def _missed_near(self, t: float, pose: Pose) -> Slot | None:
        near = {
            slot.number: distance
            for slot in self._slots
            if slot.missed and (distance := apart(slot.pose, pose)) <= _reach(t - slot.seen_t)
        }
        best = min(near, key=near.__getitem__, default=None)
        return next((slot for slot in self._slots if slot.number == best), None)

    def _drop_doubles(self) -> None:
        """Two slots on one body: the older one keeps it."""
        kept: list[Slot] = []
        for slot in self._slots:
            if slot.missed or all(
                other.missed or apart(other.pose, slot.pose) >= SAME_BODY for other in kept
            ):
                kept.append(slot)
        self._slots = kept


def _reach(seconds: float) -> float:
    return SAME_BODY + MAX_SPEED * seconds


def apart(a: Pose, b: Pose) -> float:
    """Median distance of the big joints of two poses, in trunk lengths of the larger one."""
    distance = np.linalg.norm(a.landmarks[BODY, :2] - b.landmarks[BODY, :2], axis=1)
    return float(np.median(distance)) / max(trunk_px(a), trunk_px(b))


def trunk_px(pose: Pose) -> float:
    """Size of the trunk in the picture: the longest of its sides and width, at least 1 pixel
    (a bend towards the camera shortens its height, a side view its width)."""
    corners = pose.landmarks[
        [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER, Landmark.RIGHT_HIP, Landmark.LEFT_HIP], :2
    ]
    return max(1.0, float(np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1).max()))


@dataclass(slots=True)
class SearchPlan:
    """When the costly search is due: often while nobody is there, at once when somebody is lost.

    empty_s, busy_s, lost_s: seconds between searches with nobody in view, with somebody, and with
    somebody missing.
    """

    empty_s: float = 0.5
    busy_s: float = 2.0
    lost_s: float = 0.4
    _last_t: float = float("-inf")

    def due(self, t: float, slots: Slots) -> bool:
        if any(slot.missed for slot in slots.all):
            wait = self.lost_s
        elif slots.all:
            wait = self.busy_s
        else:
            wait = self.empty_s
        if t - self._last_t < wait:
            return False
        self._last_t = t
        return True
