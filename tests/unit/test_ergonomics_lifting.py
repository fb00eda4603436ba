"""The lifting equation, the daily dose and the counts."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from monitor.capture.mannequin import BUILDS, MannequinSource, angles, stand_up
from monitor.capture.mannequin.body import Posture
from monitor.capture.mannequin.script import POSTURES
from monitor.capture.mannequin.source import cast
from monitor.ergonomics import dose, lifting, niosh
from monitor.ergonomics.context import Coupling
from monitor.ergonomics.counts import LIFTS, Counts, Cycle, Kind
from monitor.ergonomics.lifting import DayLifting, Lifted, index_range, told
from monitor.posture.hands import Hands, hands_of
from monitor.posture.model import Angle, Landmark, Person
from monitor.posture.rules import BANDS
from tests.builders import a_pose

IDEAL = niosh.Lift(
    load_kg=23.0, horizontal_cm=25, vertical_cm=75, distance_cm=25, asymmetry_deg=0,
    per_min=0.2, hours=1, coupling=Coupling.GOOD,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "limit_kg"),
    [
        ({}, 23.0),
        ({"horizontal_cm": 10}, 23.0),
        ({"horizontal_cm": 50}, 11.5),
        ({"vertical_cm": 0}, 23 * 0.775),
        ({"vertical_cm": 175}, 23 * 0.7),
        ({"distance_cm": 100}, 23 * 0.865),
        ({"asymmetry_deg": 90}, 23 * 0.712),
        ({"per_min": 5, "hours": 8}, 23 * 0.35),
        ({"per_min": 4.5, "hours": 8}, 23 * 0.35),
        ({"per_min": 15, "vertical_cm": 75}, 23 * 0.28),
        ({"coupling": Coupling.FAIR}, 23.0),
        ({"coupling": Coupling.POOR}, 23 * 0.9),
        ({"coupling": Coupling.FAIR, "vertical_cm": 65}, 23 * 0.97 * 0.95),
        (
            {"horizontal_cm": 40, "vertical_cm": 35, "distance_cm": 50, "asymmetry_deg": 45,
             "per_min": 3, "hours": 2, "coupling": Coupling.FAIR},
            23 * 0.625 * 0.88 * 0.91 * 0.856 * 0.79 * 0.95,
        ),
    ],
)  # fmt: skip
def test_the_weight_limit(changes, limit_kg):
    found = niosh.assess(replace(IDEAL, **changes))
    assert found.limit_kg == pytest.approx(limit_kg)
    assert found.index == pytest.approx(23.0 / limit_kg)


@pytest.mark.parametrize(
    ("multiplier", "at", "value"),
    [
        (niosh.horizontal_multiplier, 63, 25 / 63), (niosh.horizontal_multiplier, 64, 0),
        (niosh.vertical_multiplier, 176, 0), (niosh.vertical_multiplier, -1, 0),
        (niosh.distance_multiplier, 175, 0.82 + 4.5 / 175), (niosh.distance_multiplier, 176, 0),
        (niosh.asymmetry_multiplier, 135, 0.568), (niosh.asymmetry_multiplier, 136, 0),
    ],
)  # fmt: skip
def test_multipliers_are_0_beyond_their_limits(multiplier, at, value):
    assert multiplier(at) == pytest.approx(value)


def test_frequency_multipliers_never_rise_with_frequency_or_hours():
    table = np.array(niosh.FREQUENCY_MULTIPLIERS)
    assert table.shape == (3, 2, 17)
    assert (np.diff(table, axis=2) <= 0).all()
    assert (np.diff(table, axis=0) <= 0).all()
    assert (np.diff(table, axis=1) >= 0).all()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"horizontal_cm": 64}, "horizontal_cm is 64; beyond 63 cm"),
        ({"vertical_cm": 176}, "vertical_cm is 176; beyond 175 cm"),
        ({"vertical_cm": -1}, "vertical_cm is -1; it must be a number from 0"),
        ({"distance_cm": 176}, "distance_cm is 176; beyond 175 cm"),
        ({"asymmetry_deg": 136}, "asymmetry_deg is 136; beyond 135°"),
        ({"per_min": 16}, "per_min is 16; so often"),
        ({"per_min": 13, "vertical_cm": 70}, "per_min is 13; so often for 1 h from 70 cm"),
        ({"hours": 9}, "hours is 9; the equation covers work of up to 8 hours"),
        ({"load_kg": -1}, "load_kg is -1"),
        ({"load_kg": float("nan")}, "load_kg is nan"),
        ({"coupling": Coupling.UNACCEPTABLE}, "coupling is unacceptable"),
    ],
)
def test_a_task_out_of_range_names_the_limit(changes, named):
    with pytest.raises(ValueError, match=named):
        niosh.assess(replace(IDEAL, **changes))


@pytest.mark.parametrize(
    ("index", "risk"), [(0.5, "nominal"), (1, "nominal"), (1.1, "increased"), (3.1, "high")]
)
def test_bands_of_the_index(index, risk):
    assert niosh.risk(index) == risk


NEAR_FLOOR, CARRIED = Hands((0.0, 60.0), (20.0, 50.0)), Hands((65.0, 135.0), (15.0, 45.0))
A_LIFT = Lifted(12.0, None, NEAR_FLOOR, CARRIED)


def test_the_range_of_an_index_holds_that_of_every_lift_it_may_have_been():
    rng = np.random.default_rng(1)
    for load, coupling in ((12.0, None), (8.0, Coupling.FAIR)):
        low, high = index_range(replace(A_LIFT, coupling=coupling), load, 2.3, (1.0, 6.0))
        within = []
        for _ in range(500):
            origin, to = rng.uniform(*NEAR_FLOOR.height_cm), rng.uniform(*CARRIED.height_cm)
            task = niosh.Lift(
                load_kg=load,
                horizontal_cm=rng.uniform(*NEAR_FLOOR.reach_cm),
                vertical_cm=origin,
                distance_cm=abs(to - origin),
                asymmetry_deg=rng.uniform(*lifting.ASIDE_DEG),
                per_min=2.3,
                hours=rng.choice([0.5, 1.0, 2.0, 6.0]),
                coupling=coupling or rng.choice([Coupling.GOOD, Coupling.FAIR, Coupling.POOR]),
            )
            within.append(niosh.assess(task).index)
        assert low <= min(within)
        assert max(within) <= high
        assert min(within) < 1.25 * low
        assert max(within) > 0.75 * high


def test_a_load_set_down_far_and_low_is_judged_there_at_its_greatest():
    down = Hands((0.0, 20.0), (55.0, 70.0))
    low, high = index_range(Lifted(12.0, Coupling.GOOD, CARRIED, down), 12.0, 1.0, (1.0, 1.0))
    alike, less = index_range(Lifted(12.0, Coupling.GOOD, CARRIED, None), 12.0, 1.0, (1.0, 1.0))
    assert high > less
    assert low == pytest.approx(alike, rel=0.2)


def test_what_may_not_be_lifted_so_often_has_no_greatest_index():
    low, high = index_range(A_LIFT, 12.0, 11.0, (1.0, 8.0))
    assert high == float("inf")
    assert 1 < low < 3
    assert told((low, high)) == "1.3 and more, increased to high risk"
    never = index_range(A_LIFT, 12.0, 13.5, (1.0, 8.0))
    assert told(never) == "beyond what may be lifted, high risk"


@pytest.mark.parametrize(
    ("index", "words"),
    [
        ((0.42, 0.98), "0.4 to 1.0, nominal risk"),
        ((0.8, 3.1), "0.8 to 3.1, nominal to high risk"),
    ],
)
def test_an_index_in_words(index, words):
    assert told(index) == words


def a_day(*lifts, measured_s=3600.0, occupied_s=3600.0):
    return DayLifting(lifts, measured_s, occupied_s)


def test_a_day_tells_its_typical_and_its_heaviest_lift():
    heavy = replace(A_LIFT, load_kg=20.0)
    day = a_day(A_LIFT, heavy, A_LIFT)
    assert day.per_min == pytest.approx(0.05)
    assert day.typical == index_range(A_LIFT, 12.0, 0.05, (1.0, 1.0))
    assert day.worst == index_range(heavy, 20.0, 0.05, (1.0, 1.0))
    assert (day.from_cm, day.to_cm) == (NEAR_FLOOR.height_cm, CARRIED.height_cm)
    assert day.loads_kg == (12.0, 20.0)


@pytest.mark.parametrize(
    "day",
    [
        a_day(replace(A_LIFT, load_kg=None)),
        a_day(replace(A_LIFT, origin=None)),
        a_day(A_LIFT, measured_s=599.0),
    ],
)
def test_without_load_hands_or_time_there_is_no_index(day):
    assert len(day.lifts) == 1
    assert (day.typical, day.worst) == (None, None)


@pytest.mark.parametrize(("occupied_s", "hours"), [(60, 1), (4 * 3600, 4), (20 * 3600, 8)])
def test_one_person_may_have_lifted_for_as_long_as_anybody_was_there(occupied_s, hours):
    assert a_day(A_LIFT, occupied_s=occupied_s).hours == (1.0, hours)


def drawn(posture, heading=40.0):
    joints = stand_up(posture, BUILDS["average"], (0.0, 0.0), heading).joints
    return Person(1, a_pose(joints), joints)


def test_hands_are_told_over_the_soles_and_from_the_ankles():
    standing = hands_of(drawn(Posture()))
    assert np.mean(standing.height_cm) == pytest.approx(75.0, abs=5.0), "the knuckles' height"
    assert standing.reach_cm[0] < 10.0
    carrying = hands_of(drawn(POSTURES["carry"]))
    stooping = hands_of(drawn(POSTURES["stoop"]))
    assert stooping.height_cm[0] == 0.0
    assert np.mean(carrying.height_cm) > np.mean(standing.height_cm) > stooping.height_cm[1] - 35.0


@pytest.mark.parametrize(("heading", "wide"), [(0.0, 82.6), (90.0, 20.0)])
def test_the_reach_is_surer_from_the_side(heading, wide):
    """From the front 37.6 cm may be anything from 0."""
    low, high = hands_of(drawn(POSTURES["carry"], heading)).reach_cm
    assert high - low == pytest.approx(wide, abs=1.0)


def test_hidden_hands_or_feet_tell_nothing():
    person = drawn(Posture())
    for hidden in (range(15, 23), (Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE)):
        pose = a_pose(person.gravity, unseen=list(hidden))
        assert hands_of(Person(1, pose, person.gravity)) is None


def bent(deg, low=None, high=None):
    return {"trunk_flexion": Angle(deg, low, high)}


def test_the_dose_of_a_day_is_what_lies_over_the_limit_in_kept_bands():
    trunk = {"0-20": 900, "20-30": 600, "30-60": 300, "60+": 60, "unseen": 40, "20-60": 5}
    arm = {"60-90": 700, "90+": 80, "60+": 9}
    (back, elbows) = dose.of_bands(
        {("trunk_flexion", band): float(s) for band, s in trunk.items()}
        | {("upper_arm_elevation", band): float(s) for band, s in arm.items()}
    )
    assert (back.name, back.over_s, back.unknown_s) == ("back_bent", 360, 45)
    assert (elbows.name, elbows.over_s, elbows.unknown_s) == ("elbows_above_shoulders", 80, 9)
    assert back.share == pytest.approx(360 / 7200)
    assert dose.of_bands({("knee_flexion", "100+"): 1.0}) == ()


def test_what_is_kept_has_an_edge_at_the_limit_of_the_dose():
    for posture in dose.POSTURES.values():
        assert posture.limit_deg in BANDS[posture.measure]


def begun(values, dt=0.2):
    cycle = Cycle(enter=45, leave=30)
    return [i for i, v in enumerate(values) if (turn := cycle.step(i * dt, v)) and not turn.end]


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ([0, 50, 50, 0], 1),
        ([0, 50, 0, 0], 0),
        ([0, 50, 40, 50, 35, 50, 0], 1),
        ([0, 50, 50, 0, 0, 50, 50, 0], 2),
        ([0, 50, 50, 0, 50, 50, 0], 1),
        ([50, 50, 50, 0], 0),
        ([0, 50, None, 50, 0], 1),
        ([0, 50, 50, *[None] * 20, 50, 50], 1),
        ([None, None], 0),
    ],
)
def test_a_cycle_begins_from_under_its_limits_and_needs_two_samples(values, count):
    assert len(begun(values)) == count


def test_noise_round_a_limit_is_not_a_series_of_bends():
    rng = np.random.default_rng(0)
    noisy = 45 + rng.normal(0, 5, 5 * 600)
    assert len(begun(noisy)) <= 1


@pytest.mark.parametrize(("seconds", "found"), [(2, [Kind.SQUAT]), (20, [])])
def test_a_squat_under_way_at_the_end_counts_and_sitting_does_not(seconds, found):
    counts = Counts()
    knees = [0.0, *[100.0] * (5 * seconds)]
    for i, deg in enumerate(knees):
        assert counts.step(i / 5, {"left_knee_flexion": Angle(deg)}) == []
    assert [count.kind for count in counts.finish()] == found


@pytest.mark.parametrize(
    ("before", "down", "after", "found"),
    [
        (10, 10, 70, [Kind.STOOP_LIFT]),
        (70, 10, 10, [Kind.LOWERING]),
        (10, 10, 10, []),
        (70, 70, 70, []),
        (None, 10, None, []),
    ],
)
def test_elbows_tell_a_lift_from_a_lowering_and_both_from_an_empty_hand(before, down, after, found):
    counts, kinds = Counts(), []
    for i in range(40):
        low = 10 <= i < 20
        elbow = before if i < 10 else down if low else after
        seen = {
            "trunk_flexion": Angle(80.0 if low else 0.0),
            "left_upper_arm_elevation": Angle(10.0),
            "left_elbow_flexion": None if elbow is None else Angle(float(elbow)),
            "left_knee_flexion": Angle(20.0),
        }
        kinds += [count.kind for count in counts.step(i / 5, seen)]
    assert kinds == [Kind.BEND, *found]


def test_elbows_that_open_as_the_load_goes_down_carry_still():
    counts, kinds = Counts(), []
    elbows = [*[70.0] * 10, 40.0, *[10.0] * 30]
    for i, elbow in enumerate(elbows):
        seen = {
            "trunk_flexion": Angle(15.0 if i == 10 else 80.0 if 10 < i < 20 else 0.0),
            "left_upper_arm_elevation": Angle(10.0),
            "left_elbow_flexion": Angle(elbow),
            "left_knee_flexion": Angle(20.0),
        }
        kinds += [count.kind for count in counts.step(i / 5, seen)]
    assert kinds == [Kind.BEND, Kind.LOWERING]


@pytest.mark.parametrize(("before", "after"), [(10.0, 70.0), (70.0, 10.0)])
def test_a_lift_tells_where_it_began_and_between_which_heights(before, after):
    counts, found = Counts(), []
    for i in range(40):
        low = 10 <= i < 20
        seen = {
            "trunk_flexion": Angle(80.0 if low else 0.0),
            "left_upper_arm_elevation": Angle(10.0),
            "left_elbow_flexion": Angle(before if i < 10 else 10.0 if low else after),
            "left_knee_flexion": Angle(20.0),
        }
        height = 100.0 if not low else 40.0 - 3.0 * min(i - 10, 20 - i)
        hands = Hands((height, height), (30.0, 30.0))
        zones = ("press",) if i < 21 else ("aisle",)
        found += counts.step(i / 5, seen, lambda hands=hands: hands, zones)
    (lift,) = [count for count in found if count.kind in LIFTS]
    assert lift.zones == ("press",)
    heights = (lift.origin.height_cm[0], lift.destination.height_cm[0])
    assert heights == ((25.0, 100.0) if after > before else (100.0, 25.0))


def test_a_raised_straight_arm_and_a_bent_one_at_the_side_are_no_hanging_arm():
    counts, kinds = Counts(), []
    for i in range(40):
        low = 10 <= i < 20
        seen = {
            "trunk_flexion": Angle(80.0 if low else 0.0),
            "left_upper_arm_elevation": Angle(90.0),
            "left_elbow_flexion": Angle(10.0 if low else 120.0),
            "right_upper_arm_elevation": Angle(10.0),
            "right_elbow_flexion": Angle(120.0),
        }
        kinds += [count.kind for count in counts.step(i / 5, seen)]
    assert kinds == [Kind.BEND]


@pytest.mark.parametrize("hz", [5, 10, 25])
def test_the_drawn_shift_is_counted_as_the_eye_counts(hz):
    """One bend over the table, one crate lifted and set down by stooping and one by squatting,
    one reach overhead; sitting, kneeling and walking are none of these."""
    source = MannequinSource.from_url("mannequin:shift")
    part = cast(source.view, source.camera)[0][0]
    counts, found = Counts(), Counter()
    for t in np.arange(0, 79, 1 / hz):
        moment = part.at(float(t))
        if moment.posture is not None:
            body = stand_up(moment.posture, BUILDS["average"], moment.place, moment.heading)
            seen = {name: Angle(deg) for name, deg in angles(body).items()}
            found.update(count.kind for count in counts.step(float(t), seen))
    assert found == {
        Kind.BEND: 3, Kind.STOOP_LIFT: 1, Kind.SQUAT_LIFT: 1, Kind.LOWERING: 2,
        Kind.SQUAT: 2, Kind.OVERHEAD_REACH: 1,
    }  # fmt: skip
