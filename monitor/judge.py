"""One camera's looks → people → angles and measures → episodes → changes: live and replayed alike.

It sees nothing but looks as they are kept (`monitor.posture.landmarks`), so that judging them
again gives the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from types import MappingProxyType
from typing import NamedTuple

from monitor.ergonomics.context import UNKNOWN, Context
from monitor.ergonomics.counts import Count
from monitor.ergonomics.measures import Measures
from monitor.posture.course import Course
from monitor.posture.episodes import Change, Episode, Episodes
from monitor.posture.falls import Fall, off_floor
from monitor.posture.fit import fitted_angles
from monitor.posture.gravity import Sight, sight, to_gravity
from monitor.posture.hands import hands_of
from monitor.posture.landmarks import Body, Look, View
from monitor.posture.model import Angle, Person, Pose
from monitor.posture.rules import FALLEN, Rule, lies
from monitor.posture.smoothing import Smoothing
from monitor.posture.stance import STANCE_S, Stance
from monitor.posture.zones import zones_of

LOST_S = 10.0
"""Whoever is not seen for so long is let go of."""

Contexts = Mapping[str, Context]
"""What settings know of each zone, by its name."""

NOTHING_KNOWN: Contexts = MappingProxyType({})


FITTED_TOGETHER = 64
"""Bodies fitted side by side: more save no more time, and take room."""


class Judged(NamedTuple):
    """Everybody measured in one look, what changed, and the movements counted in it."""

    people: Sequence[Person]
    changes: Sequence[Change]
    counted: Sequence[Count] = ()


class Judge:
    """Judges one camera's looks in their order, each later than the last."""

    def __init__(
        self,
        rules: Sequence[Rule],
        contexts: Contexts = NOTHING_KNOWN,
        left: Sequence[Episode] = (),
        *,
        for_minutes: bool = True,
    ) -> None:
        """left: episodes that ran when watching was broken off: see `Episodes`. for_minutes:
        whether what only the accounts of minutes tell is judged too: verdicts of EN 1005-4, and
        where the hands are in lifts."""
        self._episodes = Episodes(rules, left)
        self._for_minutes = for_minutes
        self._wanted = frozenset(rule.measure for rule in rules)
        self._contexts = contexts
        self._watched: dict[int, _Watched] = {}
        self._memories: dict[int, _Memory] = {}

    @property
    def running(self) -> Iterable[Episode]:
        return self._episodes.running

    def over(self, looks: Sequence[Look]) -> Iterator[Judged]:
        """Take in the next looks, one after the other."""
        for look, bodies in zip(looks, _fitted(looks, self._aimed(looks)), strict=True):
            yield self._take(look, bodies)

    def step(self, look: Look) -> Judged:
        """Take in the next look."""
        return next(self.over([look]))

    def _aimed(self, looks: Sequence[Look]) -> list["_Aimed"]:
        """Every body of these looks as its camera has it, facing and as far away as it was."""
        return [
            self._aim(look.t, body, look.view)
            for look in looks
            if look.view is not None
            for body in look.bodies
        ]

    def _aim(self, t: float, body: Body, view: View) -> "_Aimed":
        seen = sight(body.pose, view.calibration, view.width, view.height)
        if body.doubted:
            return _Aimed(body, seen, None)
        late = t - STANCE_S
        self._memories = {s: one for s, one in self._memories.items() if one.stance.seen_t > late}
        memory = self._memories.setdefault(body.slot, _Memory(Stance(), Course()))
        return _Aimed(body, memory.stance.see(t, body.pose, seen), memory.course)

    def _take(self, look: Look, bodies: Sequence["_Seen"]) -> Judged:
        people: list[Person] = []
        lost: list[Person] = []
        counted: list[Count] = []
        if look.view is not None:
            for seen in bodies:
                if seen.body.doubted:
                    self._doubt(look.t, seen)
                    continue
                if seen.body.slot not in self._watched:
                    self._watched[seen.body.slot] = self._met(look, seen.body)
                watched = self._watched[seen.body.slot]
                people.append(watched.see(look.t, seen, look.view, self._contexts))
                counted += watched.counted
            lost = list(self._lost(look, look.view))
        for slot in [s for s, w in self._watched.items() if look.t - w.seen_t > LOST_S]:
            counted += self._watched.pop(slot).finish()
        return Judged(people, self._episodes.step(look.t, [*people, *lost]), counted)

    def finish(self) -> Sequence[Change]:
        """End what runs where it was last seen: nothing more comes."""
        return self._episodes.finish()

    def _met(self, look: Look, found: Body) -> "_Watched":
        """Somebody new: perhaps whoever was lost there last, or lay there before watching broke
        off."""
        here = {body.slot for body in look.bodies}
        gone = [watched for slot, watched in self._watched.items() if slot not in here]
        near = min(gone, key=lambda watched: watched.off(found), default=None)
        met = _Watched(self._wanted, self._for_minutes)
        if near is not None and near.off(found) <= 1.0:
            near.found_as(look, met)
        left = self._episodes.left
        if any(e.rule.measure == FALLEN and e.is_of(look.t, found.pose) for e in left):
            met.lay()
        return met

    def _doubt(self, t: float, seen: "_Seen") -> None:
        """Nothing is judged on a doubted body but whether it falls."""
        if seen.body.slot in self._watched:
            self._watched[seen.body.slot].doubt(t, seen)

    def _lost(self, look: Look, view: View) -> Iterable[Person]:
        """Whoever vanished as they fell."""
        seen = {body.slot: body.doubted for body in look.bodies}
        for slot, watched in self._watched.items():
            if seen.get(slot, True) and watched.lose(view, doubted=slot in seen):
                yield watched.gone()


class _Watched:
    """What is remembered of one slot. seen_t: when it was seen last; person: as measured then."""

    def __init__(self, wanted: frozenset[str], for_minutes: bool) -> None:
        self.counted: Sequence[Count] = ()
        self._for_minutes = for_minutes
        self._measures = Measures(wanted, verdicts=for_minutes)
        self._fall = Fall()
        self._former: _Watched | None = None
        self._up_again = False
        self._smoothing: Smoothing | None = None

    def see(self, t: float, seen: "_Seen", view: View, contexts: Contexts) -> Person:
        self.person = self._measured(t, seen, view, contexts)
        self.seen_t = t
        self._up_again = False
        if self._former is not None and off_floor(self.person):
            self._former._up_again, self._former = True, None
        return self.person

    def doubt(self, t: float, seen: "_Seen") -> None:
        """Take in the newest picture of somebody no longer believed: they are still there."""
        self._up_again = False
        self._fall.doubt(t, Person(seen.body.slot, seen.body.pose, seen.sight.joints))

    def lose(self, view: View, *, doubted: bool = False) -> bool:
        """Not believed in the newest picture: whether they fell and, for all that is seen, are
        still down."""
        self._fall.lose(view.width, view.height, doubted=doubted)
        return self._down

    def lay(self) -> None:
        """Fallen, while nobody watched: down for as long as they lie."""
        self._fall.fallen = True

    def off(self, found: Body) -> float:
        """How far a body found is from where this one was lost: over 1, it is not the same."""
        return self._fall.off(found.pose)

    def found_as(self, look: Look, heir: "_Watched") -> None:
        """Lost, and found again under another number. A fall that is told goes on under the old
        one alone, until they stand."""
        assert look.view is not None
        heir._former = self
        self.lose(look.view)
        heir._fall.take_over(look.t, self._fall)

    @property
    def _down(self) -> bool:
        """Fallen, which is not told under the number they had before."""
        told = self._former is not None and self._former._fall.fallen
        return self._fall.fallen and not told and not self._up_again

    def gone(self) -> Person:
        """The person as lost: nothing of them is seen, only that they fell."""
        unseen = self.person.pose.landmarks * (1.0, 1.0, 1.0, 0.0)
        pose = replace(self.person.pose, landmarks=unseen)
        return replace(self.person, pose=pose, angles={}, measures={FALLEN: Angle(1.0)})

    def finish(self) -> Sequence[Count]:
        return self._measures.finish()

    def _measured(self, t: float, found: "_Seen", view: View, contexts: Contexts) -> Person:
        """Angles are fitted to the look itself, whose bands say how sure it is; what is read off
        the body alone is smoothed."""
        (slot, seen, _), as_seen, angles = found
        pose = self._smoothed(t, seen)
        size = (view.width, view.height)
        gravity = to_gravity(pose, view.calibration, *size)
        zones = zones_of(pose, view.zones, *size)
        person = Person(slot, pose, gravity, angles, zones=zones)
        self._fall.see(t, replace(person, pose=seen, gravity=as_seen.joints))
        context = next((contexts[zone] for zone in zones if zone in contexts), UNKNOWN)
        measures = self._measures.step(
            t,
            {} if lies(person) else angles,
            context,
            lambda: hands_of(person) if zones and self._for_minutes else None,
            zones,
        )
        self.counted = self._measures.counted
        return replace(
            person,
            measures={**measures, FALLEN: Angle(float(self._down))},
            verdicts=self._measures.verdicts,
        )

    def _smoothed(self, t: float, pose: Pose) -> Pose:
        if self._smoothing is None:
            self._smoothing = Smoothing(t, pose)
        else:
            self._smoothing.see(t, pose)
        return self._smoothing.shown


class _Seen(NamedTuple):
    """A body as it was seen, and its angles: none of one that is doubted."""

    body: Body
    sight: Sight
    angles: Mapping[str, Angle | None]


class _Memory(NamedTuple):
    """What looks at one body told of the next."""

    stance: Stance
    course: Course


class _Aimed(NamedTuple):
    """A body to be fitted; `None`: it is doubted, and is not."""

    body: Body
    sight: Sight
    course: Course | None


def _fitted(looks: Sequence[Look], bodies: Sequence[_Aimed]) -> Iterator[list[_Seen]]:
    """The bodies of each look; many are fitted together."""
    some = (bodies[i : i + FITTED_TOGETHER] for i in range(0, len(bodies), FITTED_TOGETHER))
    seen = chain.from_iterable(map(_fit, some))
    for look in looks:
        yield list(islice(seen, len(look.bodies) if look.view is not None else 0))


def _fit(bodies: Sequence[_Aimed]) -> Iterator[_Seen]:
    judged = [(body.pose, seen, course) for body, seen, course in bodies if course is not None]
    poses, sights, courses = zip(*judged, strict=True) if judged else ((), (), ())
    angles = iter(fitted_angles(poses, sights, courses))
    for body, seen, course in bodies:
        yield _Seen(body, seen, {} if course is None else next(angles))
