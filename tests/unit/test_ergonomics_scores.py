"""RULA, REBA and OWAS: golden vectors, properties, and ranges that are exact."""

import itertools
import json
import random
from pathlib import Path

import numpy as np
import pytest

from monitor.ergonomics import owas, reba, rula
from monitor.ergonomics.context import Context, Coupling, Stance
from monitor.ergonomics.method import Classes, Range, over, size
from monitor.posture.model import ANGLES

GOLDEN = json.loads(Path(__file__).with_name("ergonomics_golden.json").read_text(encoding="utf-8"))
"""Compared by program with two to six public implementations each."""


def golden(method):
    columns = GOLDEN[method]["columns"]
    return [dict(zip(columns, row, strict=True)) for row in GOLDEN[method]["rows"]]


@pytest.mark.parametrize("v", golden("RULA"))
def test_rula_golden(v):
    a = rula.score_a(
        v["upper_arm"], v["lower_arm"], v["wrist"], v["wrist_twist"], v["muscle_a"], v["force_a"]
    )
    b = rula.score_b(v["neck"], v["trunk"], v["legs"], v["muscle_b"], v["force_b"])
    assert (a, b, rula.score(a, b)) == (v["score_A"], v["score_B"], v["rula"])


@pytest.mark.parametrize("v", golden("REBA"))
def test_reba_golden(v):
    a = reba.score_a(v["neck"], v["trunk"], v["legs"], v["load"])
    b = reba.score_b(v["upper_arm"], v["lower_arm"], v["wrist"], v["coupling"])
    assert (a, b, reba.score(a, b, v["activity"])) == (v["score_A"], v["score_B"], v["reba"])


def test_owas_golden():
    found = {code: owas.category(*map(int, code)) for code in GOLDEN["OWAS"]}
    assert len(found) == owas.TABLE.size == 252
    assert found == GOLDEN["OWAS"]


@pytest.mark.parametrize(
    ("table", "shape", "top"),
    [
        (rula.TABLE_A, (6, 3, 4, 2), 9),
        (rula.TABLE_B, (6, 6, 2), 9),
        (rula.TABLE_C, (8, 7), 7),
        (reba.TABLE_A, (3, 5, 4), 9),
        (reba.TABLE_B, (6, 2, 3), 9),
        (reba.TABLE_C, (12, 12), 12),
    ],
)
def test_rula_and_reba_never_fall_on_any_axis(table, shape, top):
    assert table.shape == shape
    assert (table.min(), table.max()) == (1, top)
    assert all((np.diff(table, axis=axis) >= 0).all() for axis in range(table.ndim))


def test_owas_never_falls_in_arms_and_load_alone():
    rises = [bool((np.diff(owas.TABLE, axis=axis) >= 0).all()) for axis in range(4)]
    assert rises == [False, True, False, True]


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: rula.score_a(7, 1, 1, 1), "upper arm is 7; it must be 1 to 6"),
        (lambda: rula.score_a(1, 0, 1, 1), "lower arm is 0"),
        (lambda: rula.score_a(1, 1, 5, 1), "wrist is 5"),
        (lambda: rula.score_a(1, 1, 1, 3), "wrist twist is 3"),
        (lambda: rula.score_a(1, 1, 1, 1, muscle=2), "muscle use is 2"),
        (lambda: rula.score_b(1, 1, 1, force=4), "force is 4"),
        (lambda: rula.score_b(1, 7, 1), "trunk is 7"),
        (lambda: rula.score(0, 1), "score A is 0"),
        (lambda: rula.action_level(8), "RULA is 8"),
        (lambda: reba.score_a(4, 1, 1), "neck is 4"),
        (lambda: reba.score_a(1, 1, 5), "legs is 5"),
        (lambda: reba.score_b(1, 3, 1), "lower arm is 3"),
        (lambda: reba.score_b(1, 1, 1, coupling=4), "coupling is 4"),
        (lambda: reba.score(1, 1, activity=-1), "activity is -1"),
        (lambda: owas.category(5, 1, 1, 1), "back is 5"),
        (lambda: owas.category(1, 1, 8, 1), "legs is 8"),
        (lambda: Context(load_kg=-1), "load_kg is -1"),
        (lambda: Context(load_kg=float("nan")), "load_kg is nan"),
    ],
)
def test_a_class_that_does_not_exist_is_named(call, named):
    with pytest.raises(ValueError, match=named):
        call()


def test_only_rula_c_saturates():
    assert rula.score(13, 13) == rula.score(8, 7) == 7


@pytest.mark.parametrize(
    ("score", "level"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3), (7, 4)]
)
def test_rula_action_levels(score, level):
    assert rula.action_level(score) == level


@pytest.mark.parametrize(
    ("score", "level"), [(1, 0), (2, 1), (3, 1), (4, 2), (7, 2), (8, 3), (10, 3), (11, 4), (15, 4)]
)
def test_reba_action_levels(score, level):
    assert reba.action_level(score) == level


@pytest.mark.parametrize(
    ("kg", "held", "shock", "score"),
    [
        (1.9, False, False, 0), (2, False, False, 1), (9.9, False, False, 1),
        (10, False, False, 2), (1.9, True, False, 0), (2, True, False, 2),
        (10, True, False, 3), (0, False, True, 3),
    ],
)  # fmt: skip
def test_rula_force(kg, held, shock, score):
    assert rula.force_score(kg, held=held, shock=shock) == score


@pytest.mark.parametrize(
    ("kg", "shock", "score"),
    [(4.9, False, 0), (5, False, 1), (10, False, 1), (10.1, False, 2), (20, True, 3)],
)
def test_reba_load(kg, shock, score):
    assert reba.load_score(kg, shock=shock) == score


@pytest.mark.parametrize(
    ("classes", "deg", "score"),
    [
        (rula.UPPER_ARM, 20, 1), (rula.UPPER_ARM, 20.001, 2), (rula.UPPER_ARM, 45, 2),
        (rula.UPPER_ARM, 90, 3), (rula.UPPER_ARM, 90.001, 4),
        (rula.LOWER_ARM, 59.9, 2), (rula.LOWER_ARM, 60, 1), (rula.LOWER_ARM, 100, 1),
        (rula.LOWER_ARM, 100.1, 2),
        (rula.WRIST, 0, 1), (rula.WRIST, 15, 2), (rula.WRIST, 15.1, 3),
        (rula.NECK, -0.1, 4), (rula.NECK, 0, 1), (rula.NECK, 10, 1), (rula.NECK, 20, 2),
        (rula.NECK, 20.1, 3),
        (rula.TRUNK, 0, 1), (rula.TRUNK, 20, 2), (rula.TRUNK, 60, 3), (rula.TRUNK, 61, 4),
        (reba.NECK, 5, 1), (reba.NECK, 0, 1), (reba.NECK, 20, 1), (reba.NECK, 21, 2),
        (reba.NECK, -1, 2), (reba.TRUNK, -20, 2), (reba.TRUNK, -21, 3),
        (reba.KNEE, 30, 0), (reba.KNEE, 60, 1), (reba.KNEE, 61, 2), (reba.KNEE_SITTING, 90, 0),
        (reba.WRIST, 15, 1), (reba.WRIST, 16, 2),
    ],
)  # fmt: skip
def test_classes_of_angles(classes, deg, score):
    assert classes.of(deg) == score


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        (70, 90, Range(1, 1)), (50, 70, Range(1, 2)), (40, 50, Range(2, 2)),
        (90, 120, Range(1, 2)), (40, 120, Range(1, 2)), (60, 100, Range(1, 1)),
        (100, 100, Range(1, 1)), (100, 101, Range(1, 2)),
    ],
)  # fmt: skip
def test_classes_of_a_band_where_they_fall_and_rise(low, high, found):
    assert rula.LOWER_ARM.over((low, high)) == found


def test_a_band_upside_down_or_not_a_number_is_refused():
    for band in ((2.0, 1.0), (float("nan"), 1.0)):
        with pytest.raises(ValueError, match="low ≤ high"):
            Classes((1,), (1, 2)).over(band)


@pytest.mark.parametrize(
    ("band", "passed"),
    [(None, None), ((0, 10), False), ((10, 10), False), ((10.1, 20), True), ((5, 15), None)],
)
def test_three_verdicts_on_a_limit(band, passed):
    assert over(band, 10) is passed


@pytest.mark.parametrize(
    ("band", "without_sign"),
    [(None, None), ((-5, 10), (0, 10)), ((-20, -5), (5, 20)), ((5, 20), (5, 20))],
)
def test_a_band_without_its_sign(band, without_sign):
    assert size(band) == without_sign


UPRIGHT = dict.fromkeys(ANGLES, (0.0, 0.0)) | {
    "left_elbow_flexion": (80.0, 80.0),
    "right_elbow_flexion": (80.0, 80.0),
}
EASY = Context(
    load_kg=0, shock=False, coupling=Coupling.GOOD, stance=Stance.STANDING, balanced=True,
    trunk_supported=False, head_supported=False, arm_supported=False, arm_abducted=False,
    arm_across=False, shoulder_raised=False, neck_turned=False, neck_tilted=False,
    wrist_deg=(0.0, 0.0), wrist_deviated=False, wrist_twisted=False,
    static=False, repeated=False, rapid=False,
)  # fmt: skip


@pytest.mark.parametrize("method", [rula, reba, owas])
def test_an_easy_upright_posture_wholly_known_scores_1(method):
    assert method.from_angles(UPRIGHT, EASY).score == Range(1, 1)


@pytest.mark.parametrize("method", [rula, reba, owas])
def test_nothing_seen_and_nothing_known_gives_every_score(method):
    tops = {rula: 7, reba: 15, owas: 4}
    assert method.from_angles({}).score == Range(1, tops[method])


KNOWN_CASES = [
    # trunk, neck, arm to trunk, arm elevation, elbow, knee, kg → RULA, REBA, OWAS, by hand
    ((70, 15, 50, 20, 30, 10, 15), (7, 5, 2)),
    ((30, 15, 50, 80, 80, 70, 3), (5, 4, 3)),
    ((0, 5, 100, 100, 30, 0, 0), (3, 3, 1)),
]


@pytest.mark.parametrize(("posture", "scores"), KNOWN_CASES)
def test_postures_scored_by_hand_from_the_tables(posture, scores):
    trunk, neck, to_trunk, elevation, elbow, knee, kg = posture
    degrees = {"trunk_flexion": trunk, "neck_flexion": neck, "trunk_twist": 0, "trunk_side_bend": 0}
    for side in ("left", "right"):
        degrees |= {
            f"{side}_upper_arm_to_trunk": to_trunk,
            f"{side}_upper_arm_elevation": elevation,
            f"{side}_elbow_flexion": elbow,
            f"{side}_knee_flexion": knee,
        }
    bands = {name: (deg, deg) for name, deg in degrees.items()}
    context = Context(**{**as_dict(EASY), "load_kg": kg})
    found = [method.from_angles(bands, context).score for method in (rula, reba, owas)]
    assert found == [Range(score, score) for score in scores]


def as_dict(context):
    return {name: getattr(context, name) for name in Context.__dataclass_fields__}


CHOICES = {
    "load_kg": [0, 2, 5, 10, 10.5, 25],
    "coupling": list(Coupling),
    "stance": list(Stance),
    "wrist_deg": [(0.0, 0.0), (10.0, 10.0), (20.0, 20.0)],
}


def a_case(rng):
    """A posture wholly known, and the same with some of it blurred or unseen: every point and
    every value that the blurred one allows."""
    bands, inside = {}, {}
    for name in ANGLES:
        low = rng.uniform(-40, 120)
        high = low + rng.choice([0, 0, 0, 15])
        edges = [e for e in (-20, -10, -5, 0, 5, 10, 20, 30, 45, 60, 90, 100) if low < e < high]
        near = [e + d for e in edges for d in (-1e-6, 0, 1e-6)]
        bands[name] = (low, high)
        inside[name] = sorted({low, high, *near})
    known = {
        name: CHOICES.get(name, [False, True])[rng.randrange(len(CHOICES.get(name, [0, 0])))]
        for name in Context.__dataclass_fields__
    }
    hidden = rng.sample(sorted(known), 3)
    return bands, inside, known, hidden


@pytest.mark.parametrize("method", [rula, reba, owas])
@pytest.mark.parametrize("seed", range(6))
def test_a_range_is_what_trying_everything_gives(method, seed):
    """Least and greatest over every combination that is consistent with what is known."""
    rng = random.Random(seed)
    bands, inside, known, hidden = a_case(rng)
    blurred = sorted(ANGLES, key=lambda name: -len(inside[name]))[:2]
    bands = {n: b if n in blurred else (b[0], b[0]) for n, b in bands.items()}
    found = method.from_angles(
        bands, Context(**{n: None if n in hidden else v for n, v in known.items()})
    ).score
    tried = set()
    for at in itertools.product(*(inside[name] for name in blurred)):
        points = bands | {n: (v, v) for n, v in zip(blurred, at, strict=True)}
        for values in itertools.product(*(CHOICES.get(n, [False, True]) for n in hidden)):
            context = Context(**known | dict(zip(hidden, values, strict=True)))
            score = method.from_angles(points, context).score
            tried |= {score.low, score.high}
    assert found == Range(min(tried), max(tried))
