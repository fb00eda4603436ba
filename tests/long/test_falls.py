"""Drawn falls of all kinds, and what looks like one; what was seen is in docs/ergonomics.md."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import cycle

import pytest

from monitor.capture.mannequin import BUILDS, Figure, Posture, aimed, both, draw, stand_up
from monitor.capture.mannequin.figure import CLOTHES
from monitor.capture.mannequin.script import POSTURES, Key, Part
from monitor.pose.engine import Engine
from monitor.posture.model import Frame
from tests.integration.people import FPS, a_frame, held, looks
from tests.integration.test_falls import falls
from tests.media import media

LIE = POSTURES["lie"]
ON_THE_WAY = {
    "tripped": Posture(
        tilt=35, trunk=20, neck=-10, **both(arm=70, plane=20, elbow=30, thigh=30, knee=45)
    ),
    "toppled": Posture(
        roll=38, side_bend=10, neck=5, **both(arm=50, plane=60, elbow=40, thigh=15, knee=30)
    ),
    "fainting": Posture(
        trunk=30, neck=25, **both(arm=10, plane=40, elbow=10, thigh=75, knee=125, splay=15)
    ),
    "prone": replace(LIE, tilt=88, neck=-10),
    "on the side": replace(LIE, tilt=0, roll=88, neck=5, left_arm=50, right_arm=30),
    "on the floor": Posture(
        trunk=8, neck=4, **both(arm=25, plane=30, elbow=10, thigh=88, knee=25, splay=8)
    ),
    "on all fours": Posture(tilt=80, neck=-30, **both(arm=80, elbow=5, thigh=75, knee=80, foot=50)),
}
DRAWN = {**POSTURES, **ON_THE_WAY}
"""Postures by name."""

Steps = Sequence[tuple[str, float]]
"""A posture and the seconds in which it is reached."""

FALLS: dict[str, Steps] = {
    "backwards": [("stumble", 0.5), ("lie", 0.6)],
    "forwards": [("tripped", 0.45), ("prone", 0.55)],
    "sideways": [("toppled", 0.5), ("on the side", 0.5)],
    "in a faint": [("fainting", 0.5), ("on the side", 0.6)],
}
NONE: dict[str, Steps] = {
    "sits down fast": [("rise", 0.45), ("sit", 0.45), ("sit", 3.0), ("stand", 1.2)],
    "squats fast": [("squat", 0.7), ("squat", 1.0), ("stand", 0.8)],
    "stoops fast": [("stoop", 0.7), ("stoop", 1.5), ("stand", 0.8)],
    "ties a shoe": [("crouch", 0.8), ("crouch", 4.0), ("stand", 0.9)],
    "kneels fast": [("kneel", 0.8), ("kneel", 4.0), ("stand", 0.9)],
    "sits down on the floor": [("crouch", 0.9), ("on the floor", 0.9), ("on the floor", 3.0)],
    "gets down on all fours": [("kneel", 1.5), ("on all fours", 1.5), ("on all fours", 3.0)],
}


PLACES = ((4.5, 20.0), (6.0, 30.0))
"""How far away the camera is, metres, and how far it looks down, degrees."""

HEADINGS = range(10, 370, 45)


def drawn(
    steps: Steps, heading: float, place: tuple[float, float] = PLACES[0], build: str = "average"
) -> Iterator[Frame]:
    """Somebody stands for 3 s, does this, and stays so for 4 s."""
    away, pitch = place
    camera = aimed(away, pitch=pitch, width=1280, height=720)
    every = [("stand", 0.01), ("stand", 3.0), *steps, (steps[-1][0], 4.0)]
    keys = [Key("work", seconds, DRAWN[name], (0.0, 0.0), heading) for name, seconds in every]
    part = Part(tuple(keys), seed=1)
    for i in range(int(part.seconds * FPS)):
        moment = part.at(i / FPS)
        assert moment.posture is not None
        body = stand_up(moment.posture, BUILDS[build], moment.place, moment.heading)
        yield a_frame(i / FPS, draw(camera, [Figure(body, CLOTHES[0], "work")], [], i))


def all_told(every: Iterable[Steps], engine: Engine) -> list[list[float]]:
    """When falls are told in each of these, of all builds in turn."""
    builds = cycle(BUILDS)
    return [
        falls(drawn(steps, heading, place, next(builds)), engine)
        for place in PLACES
        for steps in every
        for heading in HEADINGS
    ]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("how", FALLS)
def test_who_falls_towards_the_camera_away_or_across_has_fallen(how: str, blazepose: Engine):
    told = [falls(drawn(FALLS[how], heading), blazepose) for heading in (20, 110, 200, 290)]
    assert [len(each) for each in told] == [1, 1, 1, 1]
    assert all(3.0 < each[0] < 7.0 for each in told)


@pytest.mark.timeout(1800)
def test_most_who_fall_have_fallen_and_nobody_twice(blazepose: Engine):
    clips = all_told(FALLS.values(), blazepose)
    assert len(clips) == 64
    assert max(len(each) for each in clips) == 1
    times = [each[0] for each in clips if each]
    assert len(times) >= 0.85 * len(clips)
    assert all(3.0 < t < 7.0 for t in times)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("how", FALLS)
def test_who_falls_alone_keeps_their_number(how: str, blazepose: Engine):
    for heading in (20, 110, 200, 290):
        found = looks(drawn(FALLS[how], heading), blazepose)
        assert len({person.slot for look in found for person in look.people}) == 1


@pytest.mark.timeout(900)
@pytest.mark.parametrize("how", NONE)
def test_who_gets_down_otherwise_has_not(how: str, blazepose: Engine):
    for heading in (20, 140, 260):
        assert not falls(drawn(NONE[how], heading), blazepose)


@pytest.mark.timeout(1800)
def test_of_those_who_get_down_otherwise_not_one_in_fifty_has_fallen(blazepose: Engine):
    clips = all_told(NONE.values(), blazepose)
    assert len(clips) == 112
    assert sum(map(bool, clips)) <= 0.02 * len(clips)


@pytest.mark.media
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["squat-side-gym.mp4", "three-people-aerobics.avi"])
def test_squats_and_aerobics_are_no_fall(name: str, blazepose: Engine):
    assert not falls(held(media(name), 8.0), blazepose)
