"""Measures of ergonomics: from angles over time to what rules read."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from monitor.ergonomics.context import Context, Coupling
from monitor.ergonomics.measures import Measures
from monitor.posture.episodes import Episodes, Kind
from monitor.posture.model import ANGLES, Angle
from monitor.posture.rules import MEASURES, OF_ERGONOMICS
from monitor.settings import PackRule
from tests.builders import a_person, a_rule

UPRIGHT = {name: Angle(0.0) for name in ANGLES} | {
    "left_elbow_flexion": Angle(80.0),
    "right_elbow_flexion": Angle(80.0),
}
KNOWN = Context(load_kg=0, shock=False, coupling=Coupling.GOOD, balanced=True)


def bent(deg, low=None, high=None, **others):
    return UPRIGHT | {"trunk_flexion": Angle(deg, low, high), **others}


def test_rules_can_read_every_measure_by_the_name_it_is_given():
    given = Measures().step(0.0, UPRIGHT)
    assert set(given) == set(OF_ERGONOMICS)
    person = replace(a_person(), measures=given)
    assert {name: MEASURES[name].of(person) for name in given} == {
        name: angle.deg for name, angle in given.items()
    }


def test_a_measure_lies_in_its_own_range():
    measures = Measures()
    for i in range(300):
        deg = i * 7 % 100 - 10
        found = measures.step(i / 2, bent(deg, deg - 10, deg + 15), KNOWN)
        for name, angle in found.items():
            assert angle.low <= angle.deg <= angle.high, name


def walked(seconds, *degs, hz=5):
    """Measures of a trunk that goes from one angle to the next every second."""
    measures = Measures()
    told = []
    for i in range(int(seconds * hz)):
        measures.step(i / hz, bent(float(degs[i // hz % len(degs)])))
        told.append(measures.verdicts["en1005_4.trunk"])
    return told


def test_a_posture_held_for_4_s_is_judged_as_static():
    told = walked(10, 40)
    assert told[:20] == ["acceptable"] * 20
    assert told[21:] == ["static conditional"] * 29
    assert walked(10, 70)[-1] == "static not acceptable"


def test_movements_are_split_at_two_a_minute():
    rare = walked(110, *[0] * 54, 40)
    assert rare[54 * 5] == "acceptable"
    often = walked(110, *[0] * 10, 40)
    assert often[10 * 5] == "acceptable", "one movement in the first minute"
    assert often[98 * 5 + 2] == "high not acceptable"


def test_the_error_of_a_reading_is_no_leaning_back():
    assert walked(10, -4)[-1] == "acceptable"
    assert walked(10, -8)[-1] == "static not acceptable"


@pytest.mark.parametrize(("low", "verdict"), [(-6, "acceptable"), (11, "static not acceptable")])
def test_a_twist_is_judged_by_what_its_whole_band_says(low, verdict):
    measures = Measures()
    for i in range(50):
        measures.step(i / 5, UPRIGHT | {"trunk_twist": Angle(25.0, low, 40.0)})
    assert measures.verdicts["en1005_4.trunk_turned"] == verdict


def test_what_is_not_told_changes_no_measure():
    told, untold = Measures(), Measures(verdicts=False)
    for i in range(600):
        seen = bent(float(i * 7 % 60), 0.0, 60.0)
        assert told.step(i / 5, seen, KNOWN) == untold.step(i / 5, seen, KNOWN)
    assert untold.verdicts == {}


def test_what_is_unseen_has_no_verdict():
    measures = Measures()
    measures.step(0.0, {})
    assert set(measures.verdicts.values()) == {"unseen"}
    assert len(measures.verdicts) == 4


def test_unseen_is_none_and_never_0():
    assert set(Measures().step(0.0, dict.fromkeys(ANGLES)).values()) == {None}
    assert set(Measures().step(0.0, {}).values()) == {None}


def test_scores_need_the_trunk_and_one_arm():
    arms = {f"{side}_upper_arm_to_trunk": None for side in ("left", "right")}
    one = UPRIGHT | {"left_upper_arm_to_trunk": None}
    assert Measures().step(0.0, UPRIGHT | arms)["rula"] is None
    assert Measures().step(0.0, UPRIGHT | {"trunk_flexion": None})["owas"] is None
    assert Measures().step(0.0, one)["reba"].deg == 1


def test_the_score_of_a_reading_takes_the_unseen_at_its_best():
    found = Measures().step(0.0, bent(70.0, 55.0, 80.0), KNOWN)["reba"]
    known = Measures().step(0.0, bent(70.0), Context())["reba"]
    assert (found.deg, found.low) == (2, 1)
    assert known.deg == 2
    assert known.high > found.high


def test_a_load_told_for_the_zone_raises_the_score():
    light = Measures().step(0.0, bent(70.0), KNOWN)["rula"]
    heavy = Measures().step(0.0, bent(70.0), replace(KNOWN, load_kg=15))["rula"]
    assert heavy.deg > light.deg


@pytest.mark.parametrize("hz", [1, 5, 25])
def test_the_share_of_holding_time_at_any_rate(hz):
    measures = Measures()
    found = [measures.step(i / hz, bent(40.0, 30.0, 50.0)) for i in range(75 * hz + 1)][-1]
    share = found["holding_share.trunk"]
    assert share.deg == pytest.approx(100 * 75 / 150, abs=1e-9)
    assert (share.low, share.high) == pytest.approx((7500 / 195, 7500 / 105), abs=1e-9)


def test_the_worse_arm_counts_and_an_unseen_arm_keeps_its_account():
    measures = Measures()
    raised = {"left_upper_arm_elevation": Angle(60.0)}
    for t in range(7):
        measures.step(float(t), UPRIGHT | raised)
    hidden = measures.step(7.0, UPRIGHT | {"left_upper_arm_elevation": None})
    shown = measures.step(8.0, UPRIGHT | raised)
    assert hidden["holding_share.upper_arm"].deg == 0
    assert shown["holding_share.upper_arm"].deg == pytest.approx(10)


def test_a_part_that_rests_on_something_uses_up_no_holding_time():
    measures, resting = Measures(), Context(trunk_supported=True)
    for t in range(11):
        rested = measures.step(float(t), bent(50.0, 45.0, 65.0), resting)
    assert rested["holding_share.trunk"].deg == 0
    assert rested["holding_share.trunk"].high == pytest.approx(1000 / 60), "beyond 60° all the same"


def bending(measures, every_s, until_s):
    for i in range(until_s * 5):
        found = measures.step(i / 5, bent(40.0 if i / 5 % every_s >= every_s - 2 else 0.0))
    return found


def test_bends_a_minute_split_at_two():
    assert bending(Measures(), 40, 300)["bends_per_min"].deg < 2
    assert bending(Measures(), 20, 300)["bends_per_min"].deg >= 2


def test_both_arms_together_are_one_raise_and_a_swing_is_none():
    both, swing = Measures(), Measures()
    for i in range(300):
        up = i / 5 % 10 > 7
        arms = (40.0 if up else 0.0, 50.0 if (i + 1) / 5 % 10 > 7 else 0.0)
        raised = both.step(i / 5, UPRIGHT | arms_at(*arms))["arm_raises_per_min"]
        step = 25.0 if i % 5 < 3 else 5.0
        walking = swing.step(i / 5, UPRIGHT | arms_at(step, 30.0 - step))["arm_raises_per_min"]
    assert raised.deg == pytest.approx(6)
    assert walking.deg == 0


def arms_at(left, right):
    return {
        "left_upper_arm_elevation": Angle(left),
        "right_upper_arm_elevation": Angle(right),
    }


def test_what_is_repeated_or_static_raises_the_scores():
    often, seldom = bending(Measures(), 10, 120), bending(Measures(), 60, 120)
    assert often["bends_per_min"].deg > 4
    assert often["reba"].deg == seldom["reba"].deg + 1
    held = Measures()
    first = held.step(0.0, bent(30.0))["reba"]
    for t in range(1, 62):
        last = held.step(float(t), bent(30.0))["reba"]
    assert last.deg == first.deg + 1


def test_what_settings_say_stands():
    measures = Measures()
    for t in range(70):
        found = measures.step(float(t), bent(30.0), replace(KNOWN, static=False))
    assert found["reba"] == Measures().step(0.0, bent(30.0), replace(KNOWN, static=False))["reba"]


def test_a_rule_alerts_at_a_share_of_the_holding_time_before_it_is_over():
    rule = a_rule(measure="holding_share.trunk", enter=80.0, leave=50.0, hold=((0.0, 0.0),))
    episodes, measures, person = Episodes([rule]), Measures(), a_person(trunk=40)
    told = [
        (t / 5, change.kind)
        for t in range(0, 200 * 5)
        for change in episodes.step(
            t / 5, [replace(person, measures=measures.step(t / 5, bent(40.0)))]
        )
    ]
    assert told[0][1] is Kind.STARTED
    assert told[0][0] == pytest.approx(0.8 * 150, abs=0.5)


def test_the_rule_shown_in_the_papers_can_be_used():
    page = (Path(__file__).parents[2] / "docs" / "ergonomics.md").read_text(encoding="utf-8")
    written = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])
    rules = [PackRule.model_validate(rule) for rule in written.values()]
    assert [rule.measure for rule in rules] == ["holding_share.trunk"]


def test_movements_are_counted_along():
    measures, counted = Measures(), []
    for i in range(100):
        measures.step(i / 5, bent(60.0 if 5 < i / 5 < 7 else 0.0))
        counted += [count.kind.value for count in measures.counted]
    assert counted == ["bend"]
