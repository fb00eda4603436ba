"""What `plumbline replay` takes and says is written as it is."""

import re
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from monitor.cli.replay import command
from monitor.replay.answer import Answer, Compared, Question
from monitor.replay.camera import Alert
from monitor.replay.gaps import NOT_KEPT, Gap
from monitor.replay.limits import Search, Tried
from monitor.replay.told import as_json
from monitor.shifts import WHOLE_DAY, Turn
from tests.builders import NOON, a_rule

PAGE = (Path(__file__).parents[2] / "docs" / "replay.md").read_text(encoding="utf-8")


def an_alert() -> Alert:
    end = NOON + timedelta(seconds=6)
    return Alert(
        "dock", "bend", "Bend", "alert", 1, None, NOON, NOON, end, 6.0, 80.0, NOON, "°"
    )  # fmt: skip


def an_answer() -> Answer:
    question = Question(
        NOON, NOON + timedelta(hours=1), {"dock": []}, {}, ZoneInfo("UTC"), WHOLE_DAY
    )
    return Answer(
        question,
        [an_alert()],
        [],
        {Turn(NOON.date(), "day"): 3600.0},
        [Gap("dock", NOON, NOON + timedelta(minutes=1), NOT_KEPT)],
        Compared(1, [an_alert()], [an_alert()]),
        Search(a_rule(), 2, [Tried(60.0, 3, 3)], 61.0),
    )


def test_every_key_is_explained():
    _, _, section = PAGE.partition("## JSON")
    rows = re.findall(r"^\|([^|]+)\|([^|]+)\|$", section.partition("## Files")[0], re.MULTILINE)
    explained = {
        key: set(re.findall(r"`(\w+)`", text))
        for keys, text in rows
        for key in re.findall(r"`(\w+)`", keys)
    }
    said = as_json(an_answer())
    assert set(explained) == set(said)
    assert explained["alerts"] == set(said["alerts"][0])
    assert explained["missing"] == set(said["missing"][0])
    assert explained["watched"] == set(said["watched"][0])
    assert explained["limits"] - {"enter"} == (
        set(said["limits"]) | set(said["limits"]["tried"][0])
    ) - {"enter"}
    assert explained["compared"] - {"alerts"} >= set(said["compared"])


def test_every_option_is_explained():
    options = {p.opts[0] for p in command.params if isinstance(p, click.Option)}
    assert set(re.findall(r"`(--[a-z-]+)`", PAGE)) == options
