import numpy as np
import pytest

from monitor.posture.course import Course
from monitor.posture.model import Floats
from monitor.posture.trunk import FLEXIONS, TRUNK_M

STANDING = np.array([0.0, TRUNK_M, 0.0, 0.19])


def told(*likely_deg: float) -> Floats:
    """A look that takes each of these for as likely, within 6°."""
    away = np.degrees(FLEXIONS) - np.array(likely_deg)[:, None]
    return np.asarray(np.log(np.exp(-0.5 * (away / 6.0) ** 2).sum(axis=0) + 1e-9))


def likeliest_deg(log: Floats) -> float:
    return float(np.degrees(FLEXIONS[np.argmax(log)]))


def at_least_deg(log: Floats, least: float) -> float:
    weights = np.exp(log - log.max())
    return float(weights[np.degrees(FLEXIONS) >= least].sum() / weights.sum())


def test_the_first_look_tells_what_it_tells():
    assert Course().go_on(STANDING, told(40.0)) == pytest.approx(told(40.0))


def test_a_look_that_may_be_either_is_what_was_seen_before_it():
    course = Course()
    course.go_on(STANDING, told(75.0))
    assert likeliest_deg(course.go_on(STANDING, told(0.0, 75.0))) == pytest.approx(75.0, abs=3.0)


def test_what_looks_otherwise_may_be_bent_otherwise():
    course = Course()
    course.go_on(STANDING, told(0.0))
    bent = course.go_on(STANDING - (0.0, 0.3, 0.0, 0.05), told(0.0, 75.0))
    assert at_least_deg(bent, 60.0) > 0.3


def test_a_clear_look_is_believed_whatever_was_before():
    course = Course()
    for _ in range(10):
        course.go_on(STANDING, told(0.0))
    assert likeliest_deg(course.go_on(STANDING, told(60.0))) == pytest.approx(60.0, abs=3.0)


def test_many_looks_at_one_posture_are_worth_two():
    course, hint = Course(), 0.3 * (np.degrees(FLEXIONS) >= 15.0)
    for _ in range(100):
        log = course.go_on(STANDING, hint)
    assert at_least_deg(hint, 15.0) < at_least_deg(log, 15.0)
    assert at_least_deg(log, 15.0) == pytest.approx(at_least_deg(2 * hint, 15.0), abs=0.01)
