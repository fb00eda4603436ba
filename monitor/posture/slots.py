"""Anonymous slots: who is the same body from one picture to the next."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from monitor.posture.belief import Belief, evidence, misshapen
from monitor.posture.body import (
    PLANTED,
    SAME_BODY,
    apart,
    feet,
    middle,
    px_per_m,
    strode_px,
    surest_foot,
    trunk_px,
)
from monitor.posture.model import Floats, Pose, Region

SAME_LOOK = 0.3
"""Two answers about one picture are the same body when their big joints lie, in the median, closer
than this share of a trunk: looks at one body from different regions agree within 0.15, and of
somebody half hidden what is seen lies between the two bodies."""

STRAY, STRAY_SPEED = 0.4, 3.0
"""Trunk lengths, and trunk lengths a second, by which a body may depart from where it is expected:
the noise of a look, and 1.5 m/s of change of speed: in a bend of 90° in 0.8 s shoulders go from
rest to 1.8 m/s."""

CROWD_STRAY, CROWD_SPEED = 0.3, 0.5
"""The same where others are near: what departs more is another body, or one that the model laid
over two."""

SURE_STRAY, SURE_SPEED = 0.15, 0.5
"""Trunk lengths, and trunk lengths a second, from where it was expected within which a body is the
same beyond doubt: 0.25 from look to look at five looks a second. Of looks at drawn people walking
past each other 97 in 100 stay within, together with `CROWD_SIZE`; a slot that went to somebody else
departed by 0.3 to 1.1. Whoever was not where they were expected, as large, at the last look either
is allowed no speed: what is laid over two grows, and slides from the one to the other in steps of
0.2. After two looks nobody knows yet how evenly they walk."""

COMPANY_S = 2.0
"""So long after somebody was near, and after a slot began, a body that departs may be somebody
else: people who come in side by side are two steps apart by then."""

STOOD_S = 1.0
"""Whoever falls is seen with their feet anywhere for less; whoever walks stands on both for a tenth
of a second at most."""

SINKS = 1.0
"""Trunk lengths a second (0.5 m/s) by which a body sinks in the picture that bends or falls fast:
as whoever walks at 1.4 m/s towards a camera that looks down at them by 20°."""

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

ROOTED_SIZE = 0.35
"""The same for whoever is alone and keeps both feet where they were: in a deep bend, seen from
behind and above, pixels per metre change by up to 0.25."""

SIZE_S = 0.5
"""Time over which pixels per metre are averaged."""

TURN_S = 0.4
"""Time in which a velocity is forgotten: people need two steps to stop or turn."""

STEADY = 0.15
"""Trunk lengths from where it was expected within which a look leaves no doubt who it is."""

CLAIM = 2.0
"""A body is somebody's when it is this many times nearer to what is expected of them than to what
is expected of anybody hidden there."""

FOLLOWED_S = 1.2
"""Whoever was seen in the picture before is followed, if that is no longer ago: a busy computer
looks once a second."""

RETURN_S = 0.5
"""So long after somebody was seen nobody new is accepted where they are expected."""

HIDDEN_S = 3.0
"""Somebody believed and not seen for this long is given up."""

DOUBTED_S = 0.5
"""The same for whoever was never believed."""


class Slot:
    """One body. pose: as seen last. first_t, seen_t: steady seconds; missed: not in the newest
    picture; followed: seen in the one before it; steady: as expected at the last look; told: was
    believed under this number; velocity: (2,) pixels a second. company_t: somebody else was near,
    or might have been, for the last time.
    """

    def __init__(self, number: int, t: float, pose: Pose, moved: bool) -> None:
        self.number = number
        self.pose = pose
        self.first_t = self.seen_t = t
        self.missed = self.steady = self.followed = self.told = False
        self.company_t = t
        self.velocity: Floats = np.zeros(2)
        self._feet = feet(pose)
        self._looks, self._even, self._stood_t = 1, False, float("-inf")
        self._size = _log_size(pose)
        self._belief = Belief(t, pose, moved)

    @property
    def believed(self) -> bool:
        return self._belief.believed

    @property
    def hopeless(self) -> bool:
        return self._belief.hopeless

    def see(self, t: float, pose: Pose, moved: bool, *, found: bool = False) -> None:
        """Take in a look at this body, later than the last. found: and verified, by a search."""
        seconds = t - self.seen_t
        if seconds > 0.0:
            off = middle(pose) - middle(self.pose) - self.shift(t)
            self.steady = self._looks > 1 and apart(self.pose, pose, self.shift(t)) < STEADY
            self._even = self._looks > 1 and self.off(t, pose, STEADY, CROWD_SIZE) < 1.0
            new = max(1.0 - float(np.exp(-seconds / TURN_S)), 1.0 / self._looks)
            self.velocity = self.velocity + off / seconds * new
            grown = _log_size(pose) - self._size
            self._size += grown * max(1.0 - np.exp(-seconds / SIZE_S), 1.0 / (self._looks + 1))
        self._looks += 1
        if self._belief.look(t, pose, moved, rooted=self.stands(pose), found=found):
            self.velocity, self._looks, self.steady, self._even = np.zeros(2), 1, False, False
            self._size = _log_size(pose)
        if evidence(pose) > 0.0:
            if self.rooted(pose):
                self._stood_t = t
            self._feet = feet(pose)
        self.pose, self.seen_t, self.missed = pose, t, False
        self.told = self.told or self.believed

    def succeed(self, lost: "Slot") -> None:
        """Moving where somebody was lost: be believed and walk as they did, for it may be them."""
        self._belief = lost._belief
        self._belief.look(self.seen_t, self.pose, moved=True)
        self.velocity, self.told = lost.velocity, self.believed

    def rooted(self, pose: Pose) -> bool:
        """Whether both feet stay where they were when it last looked like a person."""
        strode = float(strode_px(self._feet, feet(pose)))
        return strode < PLANTED * max(trunk_px(self.pose), trunk_px(pose))

    def stands(self, pose: Pose) -> bool:
        """Whether both feet stay there, or the one that is seen better: in deep bends one foot is
        often hidden, and laid anywhere."""
        foot = feet(pose)[surest_foot(pose)]
        strode = float(np.linalg.norm(self._feet - foot, axis=1).min())
        size = max(trunk_px(self.pose), trunk_px(pose))
        return strode < PLANTED * size or self.rooted(pose)

    def departs(self, t: float, pose: Pose) -> bool:
        """Whether this body may be somebody else: not where it was expected, nor as large, while
        somebody was near; but whoever is where they were is the same, and whoever stood lately and
        has their feet there still."""
        stood = t - self._stood_t <= STOOD_S
        stands = self.rooted(pose) and (stood or apart(self.pose, pose) < STEADY)
        if stands or t - self.company_t >= COMPANY_S:
            return False
        even = self._even or self._looks == 2
        return self.strays(t, pose, SURE_SPEED if even else 0.0)

    def strays(self, t: float, pose: Pose, speed: float = SURE_SPEED) -> bool:
        """Whether this body is further from where it was expected, or larger or smaller, than looks
        at one body are beyond doubt. Whoever was hidden for longer is not doubted less for it."""
        reach = SURE_STRAY + speed * min(t - self.seen_t, RETURN_S)
        return self.off(t, pose, reach, CROWD_SIZE) > 1.0

    @property
    def sinks(self) -> bool:
        """Whether it bends or falls fast."""
        return self.believed and float(self.velocity[1]) > SINKS * trunk_px(self.pose)

    @property
    def bends(self) -> bool:
        """Whether it is not as expected though it stood until just now: it bends or falls."""
        return not self.steady and self.seen_t - self._stood_t <= STOOD_S

    def shift(self, t: float) -> Floats:
        """(2,) pixels it will have gone since it was seen, if it goes on as it did."""
        return np.asarray(self.velocity * (t - self.seen_t))

    def region(self, t: float) -> Region:
        """Where to look for it."""
        x, y = self.shift(t)
        return replace(self.pose.region, x=self.pose.region.x + x, y=self.pose.region.y + y)

    def expected(self, t: float) -> Pose:
        """The body as it will be seen, if it goes on as it did."""
        landmarks = self.pose.landmarks.copy()
        landmarks[:, :2] += self.shift(t)
        return replace(self.pose, landmarks=landmarks, region=self.region(t))

    def near(self, t: float, other: "Slot") -> bool:
        """Whether both are expected so close that one could be taken for the other."""
        return self.close(t, other.pose, other.shift(t))

    def close(self, t: float, pose: Pose, shift: Floats | float = 0.0) -> bool:
        """Whether a body, moved by `shift` first, is so near to where this one is expected."""
        away = middle(self.pose) + self.shift(t) - middle(pose) - shift
        return float(np.linalg.norm(away)) < NEAR * max(trunk_px(self.pose), trunk_px(pose))

    def may_be(self, t: float, found: "Slot") -> bool:
        """Whether a body found may be this one, which is hidden."""
        near = self.near(t, found) and abs(self._size - found._size) < SAME_SIZE
        return self.missed and near

    def cost(
        self, t: float, pose: Pose, crowded: bool, at_edge: bool, *, found: bool = False
    ) -> float:
        """How unlikely it is to be this body: 0 as expected, above 1 out of the question.

        crowded: known others are near; at_edge: somebody unknown may come in.

        After a while unseen, near others or at the edge, and of what is no clear body nor found by
        a search, only what is as expected is taken, but for the second look: nobody knows yet how
        fast they walk. Whoever is alone may have stopped where they were; and if they are not
        believed, whatever is there now is what they are.
        """
        clear = evidence(pose) >= CLEAR
        if crowded and not clear and self.off(t, pose, STEADY, CROWD_SIZE) > 1.0:
            return float("inf")
        rooted = not crowded and self.rooted(pose)
        wary = crowded or t - self.seen_t >= RETURN_S or not (clear or found)
        strict = (wary or at_edge) and self._looks > 1 and not rooted
        stray, speed = (CROWD_STRAY, CROWD_SPEED) if strict else (STRAY, STRAY_SPEED)
        reach = min(stray + speed * (t - self.seen_t), FARTHEST)
        grown = self._grown(pose, rooted, known=crowded or (wary and strict))
        expected = self._off(self.shift(t), pose, reach, grown)
        if not crowded and self._must_be(t, pose, found and not at_edge):
            return min(expected, 1.0)
        if crowded or t - self.seen_t >= RETURN_S:
            return expected
        return min(expected, self._off(0.0, pose, STEADY, grown))

    def _must_be(self, t: float, pose: Pose, found: bool) -> bool:
        """Whether a body is this one as nobody else can be there: of whoever is not believed nobody
        has been told; and nobody came near whoever stood alone until a moment ago, so what a search
        finds is them, falling."""
        if not self.believed:
            return self.close(t, pose)
        alone = t - self.company_t >= COMPANY_S and t - self._stood_t <= STOOD_S
        away = min(apart(self.pose, pose, shift) for shift in (0.0, self.shift(t)))
        return found and alone and away < FARTHEST

    def off(self, t: float, pose: Pose, reach: float = 1.0, size: float = SAME_SIZE) -> float:
        """How far from what is expected this body is: in units of `reach` trunk lengths and of
        `size`, a difference of the logarithm of pixels per metre."""
        grown = abs(_log_size(pose) - self._size) / size
        return self._off(self.shift(t), pose, reach, grown)

    def _off(self, shift: Floats | float, pose: Pose, reach: float, grown: float) -> float:
        return float(np.hypot(apart(self.pose, pose, shift) / reach, grown))

    def _grown(self, pose: Pose, rooted: bool, known: bool) -> float:
        """How much larger or smaller it became, 1 being too much. known: against the size it had on
        average, which others near could blur; else it may have come to be so lately: whoever comes
        in, or walks away below a camera, shrinks by up to 0.1 from look to look."""
        size = _log_size(pose)
        grown = abs(size - self._size)
        if known:
            return grown / CROWD_SIZE
        lately = abs(size - _log_size(self.pose))
        return min(grown, lately) / (ROOTED_SIZE if rooted else SAME_SIZE)


class Slots:
    """The bodies in view of one camera.

    moves: whether the picture changed where a body is. at_edge: whether somebody unknown may come
    in close to it. company: whether something as large as a body moves beside it that is nobody
    known.
    """

    def __init__(
        self,
        moves: Callable[[Pose], bool],
        at_edge: Callable[[Pose], bool] = lambda pose: False,
        company: Callable[[Pose], bool] = lambda pose: False,
    ) -> None:
        self._moves = moves
        self._company = company
        self._at_edge = at_edge
        self._slots: list[Slot] = []
        self._given_up: list[Slot] = []
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

    def sought(self, t: float) -> list[Region]:
        """Where somebody may be who is not in the newest picture, or may not be seen aright in the
        next: whoever was given up among others is still there, under whatever number, and bodies
        that go down fast are often lost by the looks that follow them."""
        wanted = [slot for slot in self._slots if slot.missed or slot.sinks]
        return [slot.region(t) for slot in wanted + self._given_up]

    def known(self, t: float, answers: Sequence[Pose | None]) -> list[Region]:
        """Where a search need not look again: clear looks at whoever is believed, was seen last
        time and is alone. Among others only what a search verifies tells who is who.

        answers: one a slot, in the order of `all`.
        """
        return [
            look.region
            for slot, look in zip(self._slots, answers, strict=True)
            if look is not None and self._sure(t, slot) and evidence(look) >= CLEAR
        ]

    def doubts(self, t: float, answers: Sequence[Pose | None]) -> list[Pose | None]:
        """The bodies that may be seen wrong, one a slot, in the order of `all`; `None` for others.

        A look with the bones of no body is one, as it is. So is whoever is believed, was seen last
        time, is alone for `RETURN_S` and now is not seen, or elsewhere than expected, as expected:
        looks are often wrong, or taken for nobody, while a body bends or falls fast. Where
        something as large as a body moves beside somebody believed, a search may find that.
        """
        return [self._doubt(t, slot, look) for slot, look in zip(self._slots, answers, strict=True)]

    def _doubt(self, t: float, slot: Slot, look: Pose | None) -> Pose | None:
        if slot.believed and self._passed(slot):
            return None
        if look is not None and misshapen(look):
            return look
        lost = look is None or slot.strays(t, look)
        alone = self._sure(t, slot) and t - slot.company_t >= RETURN_S
        return slot.expected(t) if lost and alone else None

    def _passed(self, slot: Slot) -> bool:
        """Whether somebody unknown is beside it. What moves where somebody was lost are they, and
        beside whoever bends or falls their own limbs, where none were seen."""
        return not (slot.missed or slot.bends) and self._company(slot.pose)

    def _sure(self, t: float, slot: Slot) -> bool:
        return slot.believed and not slot.missed and not self._crowded(t, slot)

    def see(
        self,
        t: float,
        looks: Sequence[Pose],
        finds: Sequence[Pose] = (),
        mended: Sequence[Pose] = (),
    ) -> None:
        """Take in one picture: what was seen where the slots were expected (a look may land on a
        neighbour), what a search of the picture found, if there was one, and which of the looks
        one found that was made for them alone: it finds nobody new.

        Where somebody hidden is expected nobody new is accepted while it may be either of two, or
        while the hidden one may come back as expected. Then whoever is there is somebody new: a new
        number is true of anybody, another's is not.
        """
        for slot in self._slots:
            slot.followed = not slot.missed and t - slot.seen_t <= FOLLOWED_S
            slot.missed = True
        self._assign(t, looks, [*finds, *mended])
        for slot in self._slots:
            if self._crowded(t, slot) or self._passed(slot):
                slot.company_t = t
        confused = [slot for slot in self._slots if self._confused(t, slot)]
        self._given_up += [slot for slot in confused if slot.believed]
        self._slots = [slot for slot in self._slots if slot not in confused]
        for pose in _surest([*finds, *self._returned(t, looks)]):
            if not any(same_body(pose, slot.pose) for slot in self.seen):
                self._meet(t, pose)
        self._given_up = [slot for slot in self._given_up if not self._back(t, slot)]

    def _returned(self, t: float, looks: Sequence[Pose]) -> list[Pose]:
        """Clear bodies where somebody told was hidden for long or given up, them or not."""
        hidden = [slot for slot in self._slots if slot.missed and slot.believed]
        lost = [slot for slot in hidden if t - slot.seen_t >= RETURN_S] + self._given_up
        return [
            look
            for look in looks
            if evidence(look) >= CLEAR and any(one.close(t, look) for one in lost)
        ]

    def _meet(self, t: float, pose: Pose) -> None:
        """Somebody found who is nobody seen: somebody new, in place of whoever is hidden there.

        Only numbers of the believed are told to anybody and must not be confused. What is no clear
        body takes nobody's place. Whoever does, or is where somebody was just given up, is
        believed as they were, unless it is half in the place of somebody seen.
        """
        moved, clear = self._moves(pose), evidence(pose) >= CLEAR
        found = Slot(self._next, t, pose, moved)
        hidden = [slot for slot in self._slots if slot.may_be(t, found)]
        told = [slot for slot in hidden if slot.believed]
        if len(told) > 1 or any(t - slot.seen_t < RETURN_S for slot in told):
            return
        if told and not clear:
            return
        lost = told + [one for one in self._given_up if one.may_be(t, found)]
        if lost and clear and moved and not self._doubled(pose):
            found.succeed(lost[0])
            self._given_up = [one for one in self._given_up if one is not lost[0]]
        self._slots = [slot for slot in self._slots if slot not in hidden] + [found]
        self._next += 1

    def _doubled(self, pose: Pose) -> bool:
        """Whether somebody seen is so near that it may be the same body."""
        return any(apart(pose, slot.pose) < SAME_BODY for slot in self.seen)

    def _confused(self, t: float, slot: Slot) -> bool:
        """Hidden among others, and it was in doubt already who it is."""
        return slot.missed and not slot.steady and self._crowded(t, slot)

    def _back(self, t: float, lost: Slot) -> bool:
        """Whether somebody given up is not to be looked for any longer: somebody came to light
        there since."""
        since = (slot for slot in self.seen if slot.first_t > lost.seen_t)
        return _lost(lost, t) or any(slot.near(t, lost) for slot in since)

    def forget(self, t: float, width: int, height: int) -> None:
        """Give up whoever is no person, walked out of the picture or was not seen for too long."""
        self._slots = [
            slot
            for slot in self._slots
            if not (slot.hopeless or _lost(slot, t) or _left(slot, t, width, height))
        ]
        self._given_up = [one for one in self._given_up if not _left(one, t, width, height)]

    def lose(self, t: float) -> None:
        """Nothing could be seen: nobody is in the newest picture, and time goes on."""
        for slot in self._slots:
            slot.missed = True
        self._slots = [slot for slot in self._slots if not _lost(slot, t)]

    def drop(self) -> None:
        """Nobody is where he was: the picture has another size."""
        self._slots, self._given_up = [], []

    def _assign(self, t: float, looks: Sequence[Pose], finds: Sequence[Pose]) -> None:
        """Give bodies to slots where it is clear who is who; where it is not, and the body is
        followed all the same, it goes on under a new number.

        What a search found and verified no look alone makes doubtful: a look always lays a body
        over something.
        """
        poses = _surest([*looks, *finds])
        found = [pose for pose in poses if any(same_body(pose, find) for find in finds)]
        pairs = self._pairs(t, poses, found)
        clear = [
            (slot, pose)
            for slot, pose in pairs
            if self._clear(t, slot, pose, pairs, found if pose in found else poses)
        ]
        for slot, pose in clear:
            if slot.told and slot.departs(t, pose):
                slot.number, slot.told = self._next, False
                self._next += 1
            slot.see(t, pose, self._moves(pose), found=pose in found)

    def _clear(
        self,
        t: float,
        slot: Slot,
        pose: Pose,
        pairs: Sequence[tuple[Slot, Pose]],
        poses: Sequence[Pose],
    ) -> bool:
        """Whether nobody hidden is nearly as likely to be this body, no other body to be this one,
        and no other pair to have changed places with this one. What is no clear body is no rival to
        one that is."""
        off = slot.off(t, pose)
        taken, given = [one for one, _ in pairs], [id(one) for _, one in pairs]
        hidden = [
            one for one in (*self._slots, *self._given_up) if one not in taken and one.near(t, slot)
        ]
        rivals = [one.off(t, pose) for one in hidden]
        least = min(evidence(pose), CLEAR)
        others = [one for one in poses if id(one) not in given and evidence(one) >= least]
        rivals += [slot.off(t, other) for other in others]
        return all(rival >= CLAIM * off for rival in rivals) and all(
            one.off(t, pose) + slot.off(t, its) >= CLAIM * (off + one.off(t, its))
            for one, its in pairs
            if one is not slot
        )

    def _pairs(
        self, t: float, poses: Sequence[Pose], found: Sequence[Pose]
    ) -> list[tuple[Slot, Pose]]:
        """Slots and bodies, the likeliest pair first, each once.

        Likeliest first, because costs near 0 are certain and only one of two that conflict is:
        the other is hidden, and the best sum would move it onto whatever else is in reach.
        Whoever was hidden for long is taken up again by what was found alone, never by a look.
        """
        likely = sorted(
            (
                (cost, slot, pose)
                for slot in self._slots
                for pose in (poses if slot.followed or t - slot.seen_t < RETURN_S else found)
                if (cost := self._cost(t, slot, pose, found)) <= 1.0
            ),
            key=lambda pair: pair[0],
        )
        pairs: list[tuple[Slot, Pose]] = []
        for _, slot, pose in likely:
            if not any(slot is one or pose is other for one, other in pairs):
                pairs.append((slot, pose))
        return pairs

    def _cost(self, t: float, slot: Slot, pose: Pose, found: Sequence[Pose]) -> float:
        crowded, at_edge = self._crowded(t, slot), self._at_edge(slot.pose)
        return slot.cost(t, pose, crowded, at_edge, found=pose in found)

    def _crowded(self, t: float, slot: Slot) -> bool:
        """Whether somebody else is near. What is no clear body is nobody, and what was never
        believed and lies over the same body may be it, seen wrong."""
        return any(
            other is not slot and slot.near(t, other) and (other.believed or _is_other(other, slot))
            for other in self._slots
        )


def _log_size(pose: Pose) -> float:
    return float(np.log(px_per_m(pose)))


def same_body(one: Pose, other: Pose) -> bool:
    """Whether two answers about one picture are one body."""
    return apart(one, other) < SAME_LOOK


def _is_other(one: Slot, slot: Slot) -> bool:
    return evidence(one.pose) >= CLEAR and apart(one.pose, slot.pose) >= SAME_BODY


def _surest(poses: Iterable[Pose]) -> list[Pose]:
    """Each body once, as the look tells it that speaks most for a person."""
    kept: list[Pose] = []
    for pose in sorted(poses, key=evidence, reverse=True):
        if not any(same_body(pose, other) for other in kept):
            kept.append(pose)
    return kept


def _lost(slot: Slot, t: float) -> bool:
    return t - slot.seen_t > (HIDDEN_S if slot.believed else DOUBTED_S)


def _left(slot: Slot, t: float, width: int, height: int) -> bool:
    x, y = middle(slot.pose) + slot.shift(t)
    return slot.missed and not (0.0 <= x < width and 0.0 <= y < height)
