"""An answer as people read it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.replay.answer import Answer, Question
from monitor.replay.camera import Alert
from monitor.replay.told import as_text
from monitor.shifts import WHOLE_DAY
from tests.builders import NOON

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("peak", "unit", "words"),
    [
        (83.6, "°", "84°"),
        (7.2, "", "7"),
        (12.0, "cm", "12 cm"),
        (80, "%", "80%"),
        (1, "fall", "1 fall"),
    ],
)
def test_the_worst_of_an_alert_has_its_unit(peak, unit, words):
    question = Question(NOON, NOON + HOUR, {}, {}, ZoneInfo("UTC"), WHOLE_DAY)
    alert = Alert(
        "dock-1", "bend", "Bend", "alert", 1, None, NOON, NOON, NOON + HOUR, 6.0, peak, NOON, unit
    )
    *_, row = list(as_text(Answer(question, [alert], [], {}, [], None, None)))[:4]
    assert row.endswith(f"6.0      {words}")
