"""What a camera is found able to judge, from drawn people it saw."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from monitor.capture.mannequin.camera import Camera, aimed
from monitor.posture.coach import LEAST_S, MEMORY_S, Coach, Finding, Support
from monitor.posture.fit import fitted_angles
from monitor.posture.gravity import Calibration, sight, to_gravity
from monitor.posture.landmarks import View
from monitor.posture.model import Landmark, Person
from tests.builders import a_rule, drawn_pose

SIZE = (1280, 720)
ROUND = tuple(range(0, 360, 30))
LEGS = tuple(range(Landmark.LEFT_KNEE, 33))


def view_of(camera: Camera) -> View:
    return View(*SIZE, Calibration(camera.pitch, origin="settings"), {})


def people(camera: Camera, headings: Sequence[int], unseen: Sequence[int] = ()) -> Iterator[Person]:
    """Somebody who bends now and then, all over the floor, without end."""
    random, view = np.random.default_rng(5), view_of(camera)
    while True:
        for posture in ("stand", "stand", "bend"):
            for heading in headings:
                place = (float(random.uniform(-1.0, 1.0)), float(random.uniform(-0.5, 0.5)))
                pose = drawn_pose(camera, posture, place, heading)
                pose.landmarks[list(unseen), 3] = 0.1
                (fitted,) = fitted_angles([pose], [sight(pose, view.calibration, *SIZE)])
                yield Person(1, pose, to_gravity(pose, view.calibration, *SIZE), fitted)


def coached(
    *,
    headings: Sequence[int] = ROUND,
    pitch: float = 15.0,
    metres: float = 5.0,
    unseen: Sequence[int] = (),
    seconds: float = LEAST_S + 10,
) -> Coach:
    """A coach who saw one person at a time for so long."""
    coach, camera = Coach(), aimed(metres, pitch=pitch, width=SIZE[0], height=SIZE[1])
    everybody = people(camera, headings, unseen)
    for t, person in zip(np.arange(0.0, seconds), everybody, strict=False):
        coach.see(float(t), [person], view_of(camera))
    return coach


def found(coach: Coach) -> dict[str, Finding]:
    return {finding.title: finding for finding in coach.verdicts()}


def test_seen_from_all_sides_bends_can_be_judged_and_twists_cannot() -> None:
    findings = found(coached())
    assert findings["deep bends of the trunk"] == Finding("deep bends of the trunk", Support.YES)
    assert findings["raised arms"].verdict is Support.YES
    assert findings["twists of the trunk"].verdict is Support.NO
    assert "telling 20° from upright takes ±10°" in findings["twists of the trunk"].reason


def test_a_camera_that_hangs_well_has_nothing_to_change() -> None:
    assert coached(headings=(60, 90, 270, 300)).advice() == []


def test_too_little_seen_says_nothing() -> None:
    coach = coached(seconds=LEAST_S - 5)
    assert {finding.verdict for finding in coach.verdicts()} == {Support.UNTOLD}
    told = coach.told([a_rule(measure="trunk_twist", enter=20.0)])
    assert told["advice"] == told["unsupported"] == []


def test_from_behind_says_so() -> None:
    coach = coached(headings=(170, 180, 190))
    assert found(coach)["bent heads"].reason == "people are seen from behind 100 % of the time"
    (advice,) = coach.advice()
    assert advice.startswith("People are seen from behind 100 % of the time")


@pytest.mark.parametrize(
    ("headings", "verdict"),
    [((0, 10, 350), Support.NO), ((170, 180, 190), Support.NO), (ROUND, Support.PARTLY),
     ((80, 90, 260, 270), Support.YES)],
    ids=["from the front", "from behind", "from all sides", "from the side"],
)  # fmt: skip
def test_kneeling_shows_from_the_side_alone(headings: Sequence[int], verdict: Support) -> None:
    coach = coached(headings=headings)
    kneeling = coach.on(a_rule(title="Kneeling", measure="kneeling", enter=65.0))
    assert kneeling.verdict is verdict
    assert ("from the side" in kneeling.reason) == (verdict is not Support.YES)


def test_from_high_above_nobody_knows_from_which_side_kneeling_is_seen() -> None:
    kneeling = found(coached(headings=(0, 10, 350), pitch=60))["kneeling"]
    assert kneeling.verdict is Support.PARTLY
    assert kneeling.reason.startswith("the camera looks down on people at ")


def test_from_high_above_nothing_is_judged_well() -> None:
    coach = coached(pitch=60)
    assert Support.YES not in {finding.verdict for finding in coach.verdicts()}
    (advice,) = coach.advice()
    assert advice.startswith("The camera looks down on people at ")


def test_small_people_are_judged_partly_at_most() -> None:
    coach = coached(metres=25)
    assert found(coach)["deep bends of the trunk"].verdict is Support.PARTLY
    (advice,) = coach.advice()
    assert advice.startswith("People are 7")


def test_hidden_feet_take_a_rule_away() -> None:
    coach = coached(unseen=LEGS)
    kneeling = a_rule(title="Kneeling", measure="kneeling", enter=65.0)
    (unsupported,) = coach.told([kneeling, a_rule()])["unsupported"]
    assert unsupported["title"] == "Kneeling"
    assert unsupported["reason"] == "feet are hidden 100 % of the time"
    (advice,) = coach.advice()
    assert "Hang the camera higher" in advice


def test_feet_below_the_picture_need_another_aim() -> None:
    camera = aimed(5.0, pitch=0.0, width=SIZE[0], height=SIZE[1])
    coach, view = Coach(), view_of(camera)
    for t, person in zip(np.arange(0.0, 150.0), people(camera, ROUND), strict=False):
        person.pose.landmarks[list(LEGS), 1] = SIZE[1] + 50
        coach.see(float(t), [person], view)
    assert found(coach)["deep knee bends"].verdict is Support.NO
    (advice,) = coach.advice()
    assert advice.startswith("Feet are outside the picture 100 % of the time")
    assert "Turn the camera" in advice


@pytest.mark.parametrize(
    ("measure", "verdict"),
    [("bends_per_min", Support.YES), ("trunk_turns_per_min", Support.NO), ("fallen", "yes")],
)
def test_measures_over_time_are_as_good_as_their_angle(measure: str, verdict: str) -> None:
    assert coached().on(a_rule(measure=measure, enter=1.0)).verdict == verdict


def test_it_is_the_same_at_any_sampling_rate() -> None:
    camera = aimed(5.0, pitch=15.0, width=SIZE[0], height=SIZE[1])
    person, view = next(people(camera, (90,))), view_of(camera)
    coaches = []
    for fps in (2, 20):
        coaches.append(Coach())
        for n in range(150 * fps):
            coaches[-1].see(n / fps, [person] if n / fps < 100 else [], view)
    slow, fast = coaches
    assert slow.seen_s == pytest.approx(fast.seen_s, abs=1.1)
    assert slow.seen_s == pytest.approx(100, abs=2)


def test_what_changes_shows_while_the_past_fades() -> None:
    coach = coached(unseen=LEGS)
    camera = aimed(5.0, pitch=15.0, width=SIZE[0], height=SIZE[1])
    person, view = next(people(camera, (90,))), view_of(camera)
    for n in range(int(MEMORY_S)):
        coach.see(1000.0 + n, [person], view)
    assert found(coach)["kneeling"].verdict is Support.YES
    assert coach.seen_s <= MEMORY_S


def test_it_goes_on_from_what_was_kept_and_begins_anew_when_moved() -> None:
    coach, again = coached(), Coach()
    again.restore(coach.kept())
    assert again.verdicts() == coach.verdicts()
    again.forget()
    assert {finding.verdict for finding in again.verdicts()} == {Support.UNTOLD}


@pytest.mark.parametrize("kept", [[], {"seen": "long"}, {"seen": float("nan")}])
def test_what_no_coach_kept_is_refused(kept: object) -> None:
    with pytest.raises(ValueError, match="sums of seconds"):
        Coach().restore(kept)
