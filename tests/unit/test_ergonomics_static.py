"""ISO 11226 and EN 1005-4: verdicts by angle, and the account of holding time."""

import math
import random

import pytest

from monitor.ergonomics import counts, dose, en1005_4, iso11226, niosh, owas, reba, rula
from monitor.ergonomics.en1005_4 import Frequency, Movement, Pace, static_verdict
from monitor.ergonomics.iso11226 import HoldingAccount, Part, allowed_s, verdict
from monitor.ergonomics.verdict import Verdict

OK, IF, NO = Verdict


@pytest.mark.parametrize(
    ("part", "deg", "expected"),
    [
        (Part.TRUNK, -0.1, NO), (Part.TRUNK, 0, OK), (Part.TRUNK, 20, OK), (Part.TRUNK, 20.1, IF),
        (Part.TRUNK, 60, IF), (Part.TRUNK, 60.1, NO),
        (Part.TRUNK_TURNED, -10.1, NO), (Part.TRUNK_TURNED, 10, OK),
        (Part.HEAD, -1, NO), (Part.HEAD, 25, OK), (Part.HEAD, 85, IF), (Part.HEAD, 86, NO),
        (Part.NECK, 0, OK), (Part.NECK, 25, OK), (Part.NECK, 26, NO), (Part.NECK, -1, NO),
        (Part.UPPER_ARM, 20, OK), (Part.UPPER_ARM, 21, IF), (Part.UPPER_ARM, 61, NO),
    ],
)  # fmt: skip
def test_iso_11226_zones(part, deg, expected):
    assert verdict(part, (deg, deg)) == (expected, expected)


@pytest.mark.parametrize(
    ("part", "band", "supported", "expected"),
    [
        (Part.TRUNK, (10, 30), False, (OK, IF)),
        (Part.TRUNK, (-5, 5), False, (OK, NO)),
        (Part.TRUNK, None, False, (OK, NO)),
        (Part.TRUNK, (30, 50), True, (OK, OK)),
        (Part.TRUNK, (-20, -10), True, (OK, OK)),
        (Part.TRUNK, (70, 80), True, (NO, NO)),
        (Part.TRUNK, (30, 50), None, (OK, IF)),
        (Part.NECK, (30, 50), True, (NO, NO)),
    ],
)
def test_iso_11226_with_bands_and_support(part, band, supported, expected):
    assert verdict(part, band, supported) == expected


@pytest.mark.parametrize(
    ("part", "deg", "seconds"),
    [
        (Part.TRUNK, 20.0001, 240), (Part.TRUNK, 40, 150), (Part.TRUNK, 60, 60),
        (Part.TRUNK, 90, 60), (Part.TRUNK, 20, math.inf), (Part.TRUNK, -30, math.inf),
        (Part.HEAD, 55, 270), (Part.HEAD, 85, 60), (Part.UPPER_ARM, 40, 120),
    ],
)  # fmt: skip
def test_holding_times(part, deg, seconds):
    assert allowed_s(part, deg) == pytest.approx(seconds, abs=1e-2)


def test_a_part_without_holding_times_is_named():
    with pytest.raises(ValueError, match="no holding time for the neck"):
        allowed_s(Part.NECK, 30)


def test_a_day_is_told_by_pace_and_verdict():
    kept = {
        en1005_4.kept(Movement.TRUNK, (Pace.STATIC, NO)): 30.0,
        en1005_4.kept(Movement.TRUNK, (Pace.HIGH, NO)): 10.0,
        en1005_4.kept(Movement.TRUNK, (Pace.LOW, OK)): 600.0,
        en1005_4.kept(Movement.TRUNK, None): 5.0,
        ("trunk_flexion", "0-20"): 645.0,
    }
    (trunk,) = en1005_4.of_bands(kept)
    assert (trunk.of(NO), trunk.of(IF), trunk.of(OK)) == (40.0, 0, 600.0)
    assert trunk.paces(NO) == {Pace.STATIC: 30.0, Pace.HIGH: 10.0}
    assert trunk.unseen_s == 5.0


@pytest.mark.parametrize(
    ("movement", "deg", "expected"),
    [
        (Movement.UPPER_ARM, 40, IF), (Movement.UPPER_ARM, 61, NO),
        (Movement.TRUNK_TURNED, -11, NO), (Movement.TRUNK_TURNED, -9, OK),
        (Movement.SIGHT, 41, NO), (Movement.TRUNK, 40, IF),
    ],
)  # fmt: skip
def test_every_movement_has_a_verdict_when_held(movement, deg, expected):
    assert en1005_4.judged(movement, deg, 0.0, held=True) == (Pace.STATIC, expected)


SCRIPT = ((0, 10.0), (20, 40.0), (50, 25.0), (71, 5.0), (80, 60.0), (95, 95.0), (100, 0.0))
"""(from second, degrees of the trunk); it ends at 130 s."""
END_S = 130


def scripted(t):
    return next(deg for start, deg in reversed(SCRIPT) if t >= start)


def times(hz):
    return [i / hz for i in range(END_S * hz + 1)]


def irregular(seed):
    rng = random.Random(seed)
    return sorted({*times(1), *(rng.uniform(0, END_S) for _ in range(300))})


def share_of(moments):
    account = HoldingAccount(Part.TRUNK)
    return [account.step(t, scripted(t)) for t in moments][-1]


def exact_share():
    """By hand: 30 s at 40° of 150 s, 21 s at 25° of 217.5 s; 9 of those 51 s made good; 20 s at
    60° and beyond of 60 s; 30 of 62 s made good."""
    used = 30 / 150 + 21 / 217.5
    used = used * (51 - 9) / 51 + 20 / 60
    held = 42 + 20
    return used * (held - 30) / held


@pytest.mark.parametrize("moments", [times(1), times(5), times(25), irregular(1), irregular(2)])
def test_the_account_is_exact_at_any_rate(moments):
    assert share_of(moments) == pytest.approx(exact_share(), abs=1e-9)


def test_a_constant_angle_uses_up_its_time_exactly():
    account = HoldingAccount(Part.UPPER_ARM)
    shares = [account.step(t / 5, 40.0) for t in range(601)]
    assert shares[300] == pytest.approx(0.5, abs=1e-9)
    assert shares[600] == pytest.approx(1.0, abs=1e-9)


def test_a_rest_as_long_as_the_hold_makes_it_good():
    account = HoldingAccount(Part.TRUNK)
    for t in range(31):
        account.step(float(t), 60.0)
    account.step(30.0, 0.0)
    assert account.step(40.0, 0.0) == pytest.approx(0.5 * 20 / 30)
    account.step(50.0, 0.0)
    assert account.step(59.999, 0.0) > 0
    assert account.step(60.001, 0.0) == 0


def test_what_is_unseen_neither_uses_nor_makes_good():
    account = HoldingAccount(Part.TRUNK)
    account.step(0.0, 60.0)
    assert account.step(6.0, None) == 0
    account.step(7.0, 60.0)
    assert account.step(13.0, 60.0) == pytest.approx(0.1)
    assert account.step(40.0, 0.0) == pytest.approx(0.1), "a gap longer than bridge_s"
    assert account.step(41.0, None) == pytest.approx(0.1)
    assert account.step(50.0, 0.0) == pytest.approx(0.1)


def test_time_does_not_run_backward():
    account = HoldingAccount(Part.TRUNK)
    account.step(1.0, 0.0)
    with pytest.raises(ValueError, match="time runs backward"):
        account.step(0.5, 0.0)


def test_a_deeper_posture_never_has_used_less():
    rng = random.Random(4)
    low, high = HoldingAccount(Part.TRUNK), HoldingAccount(Part.TRUNK)
    for t in range(2000):
        deg = rng.choice((0.0, 15.0, 30.0, 55.0))
        assert low.step(float(t), deg) <= high.step(float(t), deg + rng.uniform(0, 30)) + 1e-12


@pytest.mark.parametrize(
    ("movement", "deg", "rare", "frequent"),
    [
        (Movement.TRUNK, 20, OK, OK), (Movement.TRUNK, 40, OK, NO), (Movement.TRUNK, 61, IF, NO),
        (Movement.TRUNK, -1, IF, NO),
        (Movement.TRUNK_TURNED, 10, OK, OK), (Movement.TRUNK_TURNED, 11, IF, NO),
        (Movement.TRUNK_TURNED, -11, IF, NO),
        (Movement.UPPER_ARM, 20, OK, OK), (Movement.UPPER_ARM, 60, OK, IF),
        (Movement.UPPER_ARM, 61, NO, NO),
        (Movement.SIGHT, 40, OK, OK), (Movement.SIGHT, 41, IF, NO),
    ],
)  # fmt: skip
def test_en_1005_4_splits_at_two_a_minute(movement, deg, rare, frequent):
    assert en1005_4.verdict(movement, (deg, deg), 1.99) == (rare, rare)
    assert en1005_4.verdict(movement, (deg, deg), 2.0) == (frequent, frequent)


def test_en_1005_4_with_a_band_gives_the_best_and_the_worst():
    assert en1005_4.verdict(Movement.UPPER_ARM, (50, 70), 3) == (IF, NO)
    assert en1005_4.verdict(Movement.UPPER_ARM, None, 3) == (OK, NO)


@pytest.mark.parametrize(
    ("movement", "deg", "expected"),
    [(Movement.TRUNK, 40, IF), (Movement.TRUNK, 61, NO), (Movement.SIGHT, 41, NO)],
)
def test_en_1005_4_of_postures_held(movement, deg, expected):
    assert static_verdict(movement, (deg, deg)) == (expected, expected)


def test_en_1005_4_refuses_what_it_does_not_know():
    with pytest.raises(ValueError, match="use ISO 11226"):
        static_verdict(Movement.UPPER_ARM, (30, 30))
    with pytest.raises(ValueError, match="per_min is -1"):
        en1005_4.verdict(Movement.TRUNK, (30, 30), -1)


@pytest.mark.parametrize("hz", [1, 5, 25])
def test_a_frequency_is_of_the_last_minutes_at_any_rate(hz):
    frequency = Frequency()
    rates = {}
    for i in range(900 * hz):
        t = i / hz
        rates[t] = frequency.step(t, moved=t % 20 == 0 and t < 400)
    assert rates[30.0] == pytest.approx(2.0), "two in what counts as a minute"
    assert rates[390.0] == pytest.approx(3.0)
    assert rates[899.0] == 0


@pytest.mark.parametrize("module", [counts, dose, en1005_4, iso11226, niosh, owas, reba, rula])
def test_every_method_names_its_source_version_and_evidence(module):
    method = module.METHOD
    assert all((method.name, method.version, method.source, method.evidence, method.ours))
