from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from monitor.shifts import WHOLE_DAY, Shift, Turn, turn_of

BERLIN = ZoneInfo("Europe/Berlin")
THREE = (Shift("late", time(14)), Shift("night", time(22)), Shift("early", time(6)))


@pytest.mark.parametrize(
    ("hour", "minute", "day", "shift"),
    [
        (5, 59, 1, "night"),
        (6, 0, 2, "early"),
        (13, 59, 2, "early"),
        (14, 0, 2, "late"),
        (23, 0, 2, "night"),
        (0, 0, 1, "night"),
    ],
)
def test_a_shift_lasts_until_the_next_one_begins(hour, minute, day, shift):
    at = datetime(2026, 3, 2, hour, minute, tzinfo=BERLIN).astimezone(UTC)
    assert turn_of(at, THREE, BERLIN) == Turn(date(2026, 3, day), shift)


def test_without_shifts_the_local_day_is_one():
    at = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert turn_of(at, WHOLE_DAY, BERLIN) == Turn(date(2026, 3, 2), "day")
