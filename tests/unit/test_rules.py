import numpy as np
import pytest

from monitor.posture.angles import measure_angles
from monitor.posture.model import Angle, Landmark, Person
from monitor.posture.rules import MEASURES, Verdict, lies
from tests.builders import a_person, a_pose, a_rule, joints


def lying(arm: float = 90.0) -> Person:
    """The standing body tipped over backwards."""
    tipped = joints(arm=arm)[:, [0, 2, 1]] * (1, 1, -1)
    return Person(1, a_pose(tipped), tipped, {})


def test_somebody_who_lies_is_not_judged_for_arms_and_back():
    assert MEASURES["lying"].of(lying()) == pytest.approx(90, abs=12)
    assert lies(lying())
    assert not a_rule(measure="hands_above_head").applies(lying(), lying=True)
    assert a_rule(measure="lying", upright=False).applies(lying(), lying=True)


@pytest.mark.parametrize("trunk", [0, 60, 90, 120])
def test_a_stoop_is_not_lying(trunk):
    person = a_person(trunk=trunk)
    assert MEASURES["lying"].of(person) < 60
    assert not lies(person)
    assert a_rule().applies(person, lying=False)


def test_hands_are_measured_from_the_ears_in_centimetres():
    assert MEASURES["hands_above_head"].of(a_person(arm=180)) == pytest.approx(35, abs=1)
    assert MEASURES["hands_above_head"].of(a_person(arm=0)) < -50


def test_a_kneeling_shin_is_level_and_a_standing_one_is_not():
    body = joints()
    body[Landmark.LEFT_ANKLE] = body[Landmark.LEFT_KNEE] + np.array([0, 0, -0.4])
    assert MEASURES["kneeling"].of(Person(1, a_pose(body), body, {})) == pytest.approx(90)
    assert MEASURES["kneeling"].of(a_person()) == pytest.approx(0, abs=1)


def test_the_worse_side_counts_and_one_unseen_side_does_not_hide_the_other():
    body = joints(arm=100)
    seen = a_pose(body, unseen=[Landmark.LEFT_ELBOW])
    person = Person(1, seen, body, measure_angles(seen, body))
    assert MEASURES["upper_arm_elevation"].of(person) == pytest.approx(100)


@pytest.mark.parametrize("measure", sorted(MEASURES))
def test_what_cannot_be_seen_is_none(measure):
    body = joints()
    unseen = a_pose(body, unseen=range(33))
    nothing = dict.fromkeys(MEASURES)
    assert MEASURES[measure].of(Person(1, unseen, body, nothing)) is None


@pytest.mark.parametrize(
    ("sure", "angle", "verdict", "value"),
    [
        ("likely", Angle(62, 50, 70), Verdict.OVER, 62),
        ("likely", Angle(58, 50, 70), Verdict.NOT_OVER, 58),
        ("likely", Angle(62), Verdict.OVER, 62),
        ("certain", Angle(70, 61, 80), Verdict.OVER, 61),
        ("certain", Angle(70, 55, 80), Verdict.CANNOT_TELL, np.nextafter(60.0, 0.0)),
        ("certain", Angle(50, 40, 59), Verdict.NOT_OVER, 59),
        ("certain", Angle(62), Verdict.OVER, 62),
        ("likely", None, Verdict.CANNOT_TELL, None),
    ],
)
def test_a_rule_is_over_its_limit_or_not_or_cannot_tell(sure, angle, verdict, value):
    rule = a_rule(sure=sure)
    assert rule.verdict(angle) is verdict
    body = joints()
    assert rule.value(Person(1, a_pose(body), body, {"trunk_flexion": angle}), lying=False) == value
