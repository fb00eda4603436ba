"""Advice names what to change at the workplace, in both languages."""

import re

import pytest

from monitor.ergonomics.advice import OF_COUNT, OF_DOSE, OF_MEASURE, TEXTS, for_event, for_report
from monitor.ergonomics.counts import Kind
from monitor.ergonomics.dose import POSTURES
from monitor.posture.model import Angle
from monitor.posture.rules import MEASURES

BLAME = re.compile(
    r"\b(you|your|worker|operator|careless|wrong|incorrect|must|should|train\w*)\b|违规|错误|不当|粗心|您|你|员工|工人",
    re.IGNORECASE,
)


def seen(**degrees):
    return {name: Angle(deg) for name, deg in degrees.items()}


@pytest.mark.parametrize("topic", sorted(TEXTS))
def test_no_advice_blames_and_each_speaks_both_languages(topic):
    advice = TEXTS[topic]
    assert not BLAME.search(advice.en + advice.zh)
    assert advice.en.endswith(".")
    assert not re.search(r"[^\x00-\x7f]", advice.en)
    assert advice.zh.endswith("。")
    assert not re.search(r"[A-Za-z]", advice.zh)


@pytest.mark.parametrize("measure", sorted(MEASURES))
def test_every_measure_has_advice_also_with_nothing_seen(measure):
    assert for_event(measure, {}) in TEXTS.values()


def test_every_topic_is_used_and_every_name_is_known():
    assert set(OF_MEASURE) <= set(MEASURES)
    assert set(OF_COUNT) == {kind.value for kind in Kind}
    assert set(OF_DOSE) == set(POSTURES)


@pytest.mark.parametrize(
    ("measure", "angles", "topic"),
    [
        ("trunk_flexion", seen(trunk_flexion=75), "floor"),
        ("trunk_flexion", seen(trunk_flexion=40), "work_height"),
        ("neck_flexion", seen(neck_flexion=30), "head_down"),
        ("neck_flexion", seen(neck_flexion=-20), "head_up"),
        ("upper_arm_elevation", seen(left_upper_arm_elevation=70), "arm_raised"),
        ("upper_arm_elevation", seen(right_upper_arm_elevation=120), "overhead"),
        ("right_upper_arm_to_trunk", seen(right_upper_arm_elevation=120), "overhead"),
        ("holding_share.upper_arm", seen(left_upper_arm_elevation=50), "arm_raised"),
        ("kneeling", {}, "kneeling"),
        ("lying", {}, "fall"),
        ("fallen", {}, "fall"),
        ("reba", seen(trunk_flexion=70, left_knee_flexion=65), "floor"),
        ("rula", seen(trunk_flexion=20, left_upper_arm_elevation=110), "overhead"),
        ("owas", seen(trunk_flexion=30, left_knee_flexion=120), "low_work"),
        ("reba", seen(neck_flexion=40), "head_down"),
        ("reba", seen(trunk_flexion=20), "whole_body"),
        ("of another version", {}, "whole_body"),
    ],
)
def test_advice_for_an_event(measure, angles, topic):
    assert for_event(measure, angles) == TEXTS[topic]


def test_a_turned_bend_gets_both():
    advice = for_event("trunk_flexion", seen(trunk_flexion=70, trunk_twist=-25))
    assert advice == TEXTS["floor"] + TEXTS["turn"]
    assert TEXTS["turn"].zh in advice.zh


def test_a_report_names_what_is_furthest_over_its_limit_first_and_once():
    advice = for_report({"bend": 130, "stoop_lift": 48, "squat": 10}, {"back_bent": 0.4})
    assert advice == (TEXTS["stoop_lift"], TEXTS["bend_often"])
    assert for_report({"overhead_reach": 900}, {"elbows_above_shoulders": 0.9}) == (
        TEXTS["overhead"],
    )
    assert for_report({"bend": 119}, {"back_bent": 0.49}) == ()
