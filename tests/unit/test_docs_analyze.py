"""The contract of `plumbline analyze` is written as it is kept."""

import re
from pathlib import Path

import click

from monitor.analysis.results import frame_result, measured
from monitor.cli.analyze import command
from monitor.posture.gravity import Calibration
from tests.builders import a_pose

PAGE = (Path(__file__).parents[2] / "docs" / "analyze.md").read_text(encoding="utf-8")


def test_every_key_is_explained() -> None:
    people = measured([a_pose()], Calibration(), (640, 480))
    result = frame_result("picture.jpg", 0, 0.0, (640, 480), people)
    named = {
        name
        for cell in re.findall(r"^\|([^|]+)\|", PAGE, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", cell)
    }
    assert named == set(result) | set(result["people"][0])


def test_every_option_is_explained() -> None:
    options = {p.opts[0] for p in command.params if isinstance(p, click.Option)}
    assert set(re.findall(r"`(--[a-z-]+)", PAGE)) == options
