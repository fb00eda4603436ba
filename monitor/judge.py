"""One camera's looks → people → angles and measures → episodes → changes: live and replayed alike.

It sees nothing but looks as they are kept (`monitor.posture.landmarks`), so that judging them
again gives the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from monitor.ergonomics.context import UNKNOWN, Context
from monitor.ergonomics.counts import Count
from monitor.ergonomics.measures import Measures
from monitor.posture.episodes import Change, Episode, Episodes
from monitor.posture.falls import Fall, stands
from monitor.posture.fit import fitted_angles
from monitor.posture.gravity import sight, to_gravity
from monitor.posture.landmarks import Body, Look, View
from monitor.posture.model import Angle, Person, Pose
from monitor.posture.rules import FALLEN, Rule, lies
from monitor.posture.smoothing import Smoothing
from monitor.posture.zones import zones_of

LOST_S = 10.0
"""Whoever is not seen for so long is let go of."""

Contexts = Mapping[str, Context]
"""What settings know of each zone, by its name."""

NOTHING_KNOWN: Contexts = MappingProxyType({})


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
    ) -> None:
        """left: episodes that ran when watching was broken off: see `Episodes`."""
        self._episodes = Episodes(rules, left)
        self._wanted = frozenset(rule.measure for rule in rules)
        self._contexts = contexts
        self._watched: dict[int, _Watched] = {}

    @property
    def running(self) -> Iterable[Episode]:
        return self._episodes.running

    def step(self, look: Look) -> Judged:
        """Take in the next look."""
        people: list[Person] = []
        lost: list[Person] = []
        counted: list[Count] = []
        if look.view is not None:
            for body in look.bodies:
                if body.doubted:
                    self._doubt(look.t, body, look.view)
                    continue
                if body.slot not in self._watched:
                    self._watched[body.slot] = self._met(look, body)
                watched = self._watched[body.slot]
                people.append(watched.see(look.t, body, look.view, self._contexts))
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
        met = _Watched(self._wanted)
        if near is not None and near.off(found) <= 1.0:
            near.found_as(look.t, met)
        left = self._episodes.left
        if any(e.rule.measure == FALLEN and e.is_of(look.t, found.pose) for e in left):
            met.lay()
        return met

    def _doubt(self, t: float, body: Body, view: View) -> None:
        """Nothing is judged on a doubted body but whether it falls."""
        if body.slot in self._watched:
            self._watched[body.slot].doubt(t, body, view)

    def _lost(self, look: Look, view: View) -> Iterable[Person]:
        """Whoever vanished as they fell."""
        seen = {body.slot for body in look.bodies if not body.doubted}
        for slot, watched in self._watched.items():
            if slot not in seen and watched.lose(view):
                yield watched.gone()


class _Watched:
    """What is remembered of one slot. seen_t: when it was seen last; person: as measured then."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self.counted: Sequence[Count] = ()
        self._measures = Measures(wanted)
        self._fall = Fall()
        self._heir: _Watched | None = None
        self._smoothing: Smoothing | None = None

    def see(self, t: float, body: Body, view: View, contexts: Contexts) -> Person:
        self.person = self._measured(t, body, view, contexts)
        self.seen_t = t
        self._heir = None
        return self.person

    def doubt(self, t: float, body: Body, view: View) -> None:
        """Take in the newest picture of somebody no longer believed."""
        as_seen = sight(body.pose, view.calibration, view.width, view.height)
        self._fall.doubt(t, Person(body.slot, body.pose, as_seen.joints))

    def lose(self, view: View) -> bool:
        """Not believed in the newest picture: whether they fell and, for all that is seen, are
        still down."""
        if self._heir is not None and stands(self._heir.person):
            return False
        self._fall.lose(view.width, view.height)
        return self._fall.fallen

    def lay(self) -> None:
        """Fallen, while nobody watched: down for as long as they lie."""
        self._fall.fallen = True

    def off(self, found: Body) -> float:
        """How far a body found is from where this one was lost: over 1, it is not the same."""
        return self._fall.off(found.pose)

    def found_as(self, t: float, heir: "_Watched") -> None:
        """Lost, and found again under another number. A fall that is told goes on under the old
        one, until they stand."""
        self._heir = heir
        if not self._fall.fallen:
            heir._fall.take_over(t, self._fall)

    def gone(self) -> Person:
        """The person as lost: nothing of them is seen, only that they fell."""
        unseen = self.person.pose.landmarks * (1.0, 1.0, 1.0, 0.0)
        pose = replace(self.person.pose, landmarks=unseen)
        return replace(self.person, pose=pose, angles={}, measures={FALLEN: Angle(1.0)})

    def finish(self) -> Sequence[Count]:
        return self._measures.finish()

    def _measured(self, t: float, body: Body, view: View, contexts: Contexts) -> Person:
        """Angles are fitted to the look itself, whose bands say how sure it is; what is read off
        the body alone is smoothed."""
        slot, seen, _ = body
        pose = self._smoothed(t, seen)
        size = (view.width, view.height)
        as_seen = sight(seen, view.calibration, *size)
        angles = fitted_angles(seen, as_seen)
        gravity = to_gravity(pose, view.calibration, *size)
        zones = zones_of(pose, view.zones, *size)
        person = Person(slot, pose, gravity, angles, zones=zones)
        self._fall.see(t, replace(person, pose=seen, gravity=as_seen.joints))
        context = next((contexts[zone] for zone in zones if zone in contexts), UNKNOWN)
        measures = self._measures.step(t, {} if lies(person) else angles, context)
        self.counted = self._measures.counted
        return replace(person, measures={**measures, FALLEN: Angle(float(self._fall.fallen))})

    def _smoothed(self, t: float, pose: Pose) -> Pose:
        if self._smoothing is None:
            self._smoothing = Smoothing(t, pose)
        else:
            self._smoothing.see(t, pose)
        return self._smoothing.shown
