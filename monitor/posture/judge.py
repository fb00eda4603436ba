"""One camera's looks → people → angles → episodes → changes: live and replayed alike.

It sees nothing but looks as they are kept (`monitor.posture.landmarks`), so that judging them
again gives the same.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from monitor.posture.angles import measure_angles
from monitor.posture.episodes import Change, Episode, Episodes
from monitor.posture.gravity import to_gravity
from monitor.posture.landmarks import Body, Look, View
from monitor.posture.model import Person
from monitor.posture.rules import Rule
from monitor.posture.zones import zones_of


class Judged(NamedTuple):
    """Everybody measured in one look, and what changed."""

    people: Sequence[Person]
    changes: Sequence[Change]


class Judge:
    """Judges one camera's looks in their order, each later than the last."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._episodes = Episodes(rules)

    @property
    def running(self) -> Iterable[Episode]:
        return self._episodes.running

    def step(self, look: Look) -> Judged:
        """Take in the next look."""
        people = [_measured(body, look.view) for body in look.bodies if look.view is not None]
        return Judged(people, self._episodes.step(look.t, people))

    def finish(self) -> Sequence[Change]:
        """End what runs where it was last seen: nothing more comes."""
        return self._episodes.finish()


def _measured(body: Body, view: View) -> Person:
    slot, pose = body
    gravity = to_gravity(pose, view.calibration, view.width, view.height)
    zones = zones_of(pose, view.zones, view.width, view.height)
    return Person(slot, pose, gravity, measure_angles(pose, gravity), zones=zones)
