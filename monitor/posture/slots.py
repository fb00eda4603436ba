"""Anonymous slots: who is the same body from one picture to the next."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from monitor.posture.belief import Belief, evidence
from monitor.posture.body import apart, middle, px_per_m, trunk_px
from monitor.posture.model import Floats, Pose, Region

SAME_LOOK = 0.3
"""Two answers about one picture are the same body when their big joints lie, in the median, closer
than this share of a trunk: looks at one body from different regions agree within 0.15, and of
somebody half hidden what is seen lies between the two bodies."""

STRAY, STRAY_SPEED = 0.4, 2.0
"""Trunk lengths, and trunk lengths a second, by which a body may depart from where it is expected:
the noise of a look, and 1 m/s of change of speed, as in a fall or a quick turn."""

CROWD_STRAY, CROWD_SPEED = 0.3, 0.5
"""The same where others are near: what departs more is another body, or one that the model laid
over two."""

CLEAR = 1.0
"""Log-odds of one look from which it is a clear body."""

NEAR = 1.5
"""Trunk lengths from somebody else's place within which the one may be taken for the other."""

FARTHEST = 2.0
"""Trunk lengths (1 m): nobody hidden is looked for further from where they were expected."""

SAME_SIZE, CROWD_SIZE = 0.2, 0.1
"""Difference of the logarithm of pixels per metre that is too much for one body, alone and where
others are near: from look to look it is 0.01 in the median and 0.05 in 95 of 100 drawn views, and a
body laid over two is larger than either by a sixth."""

SIZE_S = 0.5
"""Time over which pixels per metre are averaged."""

TURN_S = 0.4
"""Time in which a velocity is forgotten: people need two steps to stop or turn."""

HIDDEN_S = 3.0
"""Somebody believed and not seen for this long is given up."""

DOUBTED_S = 0.5
"""The same for whoever was never believed."""


class Slot:
    """One body. pose: as seen last. first_t, seen_t: steady seconds;
    missed: not in the newest picture; velocity: (2,) pixels a second.
    """

    def __init__(self, number: int, t: float, pose: Pose, moved: bool) -> None:
        self.number = number
        self.pose = pose
        self.first_t = self.seen_t = t
        self.missed = False
        self.velocity: Floats = np.zeros(2)
        self._looks = 1
        self._size = float(np.log(px_per_m(pose)))
        self._belief = Belief(t, pose, moved)

    @property
    def believed(self) -> bool:
        return self._belief.believed

    @property
    def hopeless(self) -> bool:
        return self._belief.hopeless

    def see(self, t: float, pose: Pose, moved: bool) -> None:
        """Take in a look at this body, later than the last."""
        seconds = t - self.seen_t
        if seconds > 0.0:
            off = middle(pose) - middle(self.pose) - self.shift(t)
            new = max(1.0 - float(np.exp(-seconds / TURN_S)), 1.0 / self._looks)
            self.velocity = self.velocity + off / seconds * new
            grown = float(np.log(px_per_m(pose))) - self._size
            self._size += grown * (1.0 - np.exp(-seconds / SIZE_S))
        self._looks += 1
        self._belief.look(t, pose, moved)
        self.pose, self.seen_t, self.missed = pose, t, False

    def shift(self, t: float) -> Floats:
        """(2,) pixels it will have gone since it was seen, if it goes on as it did."""
        return np.asarray(self.velocity * (t - self.seen_t))

    def region(self, t: float) -> Region:
        """Where to look for it."""
        x, y = self.shift(t)
        return replace(self.pose.region, x=self.pose.region.x + x, y=self.pose.region.y + y)

    def near(self, t: float, other: "Slot") -> bool:
        """Whether both are expected so close that one could be taken for the other."""
        away = middle(self.pose) + self.shift(t) - middle(other.pose) - other.shift(t)
        return float(np.linalg.norm(away)) < NEAR * max(trunk_px(self.pose), trunk_px(other.pose))

    def stands_for(self, t: float, found: "Slot") -> bool:
        """Whether a body found is this one, or may be while this one is hidden."""
        if self.missed:
            return self.near(t, found) and abs(self._size - found._size) < SAME_SIZE
        return _same(self.pose, found.pose)

    def cost(self, t: float, pose: Pose, crowded: bool) -> float:
        """How unlikely it is to be this body: 0 as expected, infinite out of reach.

        crowded: others are near, so that only what is as expected is taken; the same goes for
        what is no clear body.
        """
        strict = crowded or evidence(pose) < CLEAR
        stray, speed = (CROWD_STRAY, CROWD_SPEED) if strict else (STRAY, STRAY_SPEED)
        reach = min(stray + speed * (t - self.seen_t), FARTHEST)
        distance = apart(self.pose, pose, self.shift(t)) / reach
        grown = abs(float(np.log(px_per_m(pose))) - self._size)
        size = grown / (CROWD_SIZE if crowded else SAME_SIZE)
        cost = float(np.hypot(distance, size))
        return cost if cost <= 1.0 else float("inf")


class Slots:
    """The bodies in view of one camera. moves: whether the picture changed where a body is."""

    def __init__(self, moves: Callable[[Pose], bool]) -> None:
        self._moves = moves
        self._slots: list[Slot] = []
        self._next = 1

    @property
    def all(self) -> Sequence[Slot]:
        return self._slots

    @property
    def seen(self) -> list[Slot]:
        """The slots that are in the newest picture."""
        return [slot for slot in self._slots if not slot.missed]

    def regions(self, t: float) -> list[Region]:
        """Where to look for each slot again, in the order of `all`."""
        return [slot.region(t) for slot in self._slots]

    def see(self, t: float, looks: Sequence[Pose], finds: Sequence[Pose] = ()) -> None:
        """Take in one picture: what was seen where the slots were expected (a look may land on a
        neighbour) and what a search of the picture found, if there was one.

        Nobody new is where somebody hidden is expected: wait until it is clear who it is.
        """
        for slot in self._slots:
            slot.missed = True
        self._assign(t, _surest([*looks, *finds]))
        for pose in _surest(finds):
            slot = Slot(self._next, t, pose, self._moves(pose))
            if not any(known.stands_for(t, slot) for known in self._slots):
                self._slots.append(slot)
                self._next += 1

    def forget(self, t: float, width: int, height: int) -> None:
        """Give up whoever is no person, walked out of the picture or was not seen for too long."""
        self._slots = [
            slot
            for slot in self._slots
            if not (slot.hopeless or _lost(slot, t) or _left(slot, t, width, height))
        ]

    def lose(self, t: float) -> None:
        """Nothing could be seen: nobody is in the newest picture, and time goes on."""
        for slot in self._slots:
            slot.missed = True
        self._slots = [slot for slot in self._slots if not _lost(slot, t)]

    def _assign(self, t: float, poses: Sequence[Pose]) -> None:
        """Give bodies to slots, the likeliest pair first, each body once.

        Likeliest first, because costs near 0 are certain and only one of two that conflict is:
        the other is hidden, and the best sum would move it onto whatever else is in reach.
        """
        left = list(poses)
        waiting = list(self._slots)
        crowded = {slot.number: self._crowded(t, slot) for slot in waiting}
        while waiting and left:
            costs = [
                (slot.cost(t, pose, crowded[slot.number]), slot, pose)
                for slot in waiting
                for pose in left
            ]
            cost, slot, pose = min(costs, key=lambda pair: pair[0])
            if cost == float("inf"):
                break
            slot.see(t, pose, self._moves(pose))
            waiting.remove(slot)
            left.remove(pose)

    def _crowded(self, t: float, slot: Slot) -> bool:
        return any(other is not slot and slot.near(t, other) for other in self._slots)


def _same(one: Pose, other: Pose) -> bool:
    return apart(one, other) < SAME_LOOK


def _surest(poses: Iterable[Pose]) -> list[Pose]:
    """Each body once, as the look tells it that speaks most for a person."""
    kept: list[Pose] = []
    for pose in sorted(poses, key=evidence, reverse=True):
        if not any(_same(pose, other) for other in kept):
            kept.append(pose)
    return kept


def _lost(slot: Slot, t: float) -> bool:
    return t - slot.seen_t > (HIDDEN_S if slot.believed else DOUBTED_S)


def _left(slot: Slot, t: float, width: int, height: int) -> bool:
    x, y = middle(slot.pose) + slot.shift(t)
    return slot.missed and not (0.0 <= x < width and 0.0 <= y < height)
