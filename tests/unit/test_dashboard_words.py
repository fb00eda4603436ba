"""Numbers and states as people read them."""

import pytest

from dashboard.days import BadDayError, day_of
from dashboard.words import duration, measure, parts, sentence, value, watching, why
from monitor.store.cameras import Standing
from monitor.store.minutes import Coverage, together
from tests.builders import an_event


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (6.2, "6.2 s"),
        (4.0, "4 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 00 s"),
        (65, "1 min 05 s"),
        (3599.6, "1 h 00 min"),
        (11_400, "3 h 10 min"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_values_carry_their_unit() -> None:
    assert value(84.3, "°") == "84°"
    assert value(12.4, "cm") == "12 cm"
    assert value(-5.2, "°") == "−5°"
    assert value(-0.3, "°") == "0°"


def test_measures_begin_a_sentence() -> None:
    assert measure("hands_above_head") == "Height of the hands over the ears"
    assert measure("no_longer_known") == "No longer known"


def test_parts_leave_out_what_was_not_and_never_say_watched_0() -> None:
    assert parts(Coverage(1000, 930, 20)) == [("watched", "93 %"), ("blind", "2 %"), ("off", "5 %")]
    assert parts(Coverage(1000, 1000)) == [("watched", "100 %")]
    assert parts(Coverage(1000, 0, 1000)) == [("off", "")]
    assert parts(Coverage(0)) == [("off", "")]


def test_coverages_add_up() -> None:
    both = together([Coverage(60, 60, people_s=10, unmeasured_s=5), Coverage(60, 0, 30)])
    assert both == Coverage(120, 60, 30, 10, 5)
    assert (both.watched, both.blind, both.off, both.unmeasured) == (0.5, 0.25, 0.25, 0.5)
    assert Coverage(60, 60).unmeasured is None


def test_why_names_limit_time_peak_and_what_is_allowed() -> None:
    event = an_event(measure="hands_above_head", unit="cm", limit=10, peak=22, duration_s=75)
    assert why(event) == (
        "Height of the hands over the ears stayed over 10 cm for 1 min 15 s, 22 cm at its worst; "
        "held there, 4 s are allowed."
    )


@pytest.mark.parametrize(
    ("states", "words"),
    [
        (["up"], "The camera is watched."),
        (["up", "up"], "All 2 cameras are watched."),
        (["up", "down"], "1 of 2 cameras are watched; not watched: b."),
        (["up", *["silent"] * 5], "1 of 6 cameras are watched; not watched: b, c, d and 2 more."),
        (["starting"], "No camera is watched now: nothing below says that all is well."),
    ],
)
def test_the_first_line(states: list[str], words: str) -> None:
    cameras = [Standing("abcdef"[i], state, "", None, None) for i, state in enumerate(states)]
    assert watching(cameras) == words


def test_reasons_become_sentences() -> None:
    assert sentence("refused the password") == "Refused the password."
    assert sentence(" Is it on?") == "Is it on?"


@pytest.mark.parametrize("text", ["", "today", "2026-13-01", "1999-12-31", "2100-01-01"])
def test_days_that_are_none(text: str) -> None:
    with pytest.raises(BadDayError):
        day_of(text)


def test_a_fall_is_told_in_words_and_not_as_a_number() -> None:
    event = an_event(measure="fallen", unit="fall", limit=1, peak=1, duration_s=10.0)
    assert why(event) == ("Somebody went down quickly and stayed down or out of sight for 10 s.")
    assert value(1.0, "fall") == "1 fall"
