"""Every setting, rule key and measure is explained, and nothing else is."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from monitor import settings
from monitor.posture.rules import MEASURES
from monitor.settings import load

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")

SECTIONS: dict[str, type[BaseModel]] = {
    "The whole file": settings.Settings,
    "`site`": settings.Site,
    "`site.shifts[]`": settings.Shift,
    "`cameras[]`": settings.Camera,
    "`cameras[].zones[]`": settings.Zone,
    "`cameras[].zones[].work`": settings.Work,
    "`cameras[].changes.RULE`": settings.RuleChange,
    "`engine`": settings.EngineSettings,
    "`engine.detector`": settings.DetectorSettings,
    "`evidence`": settings.Evidence,
    "`retention`": settings.Retention,
    "`reports`": settings.Reports,
    "`alerts`": settings.Alerts,
    "`alerts.webhooks[]`": settings.Webhook,
    "`alerts.mail[]`": settings.Mail,
    "`dashboard`": settings.Dashboard,
    "Rule packs": settings.Pack,
    "`rules.RULE`": settings.PackRule,
}


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, its two heading lines left out."""
    _, _, text = PAGE.partition(f"\n## {heading}\n")
    table = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert table, f"no table below {heading!r}"
    return [row.split("|")[1:] for row in table[0].splitlines()[2:]]


def first_cells(heading: str) -> list[str]:
    """The names in the first column of that table."""
    return [name for cells in rows(heading) for name in re.findall(r"`([^`]+)`", cells[0])]


def models_below(model: type[BaseModel]) -> set[type[BaseModel]]:
    found = {model}
    for field in model.model_fields.values():
        for kind in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                found |= models_below(kind)
    return found


@pytest.mark.parametrize(("heading", "model"), SECTIONS.items(), ids=SECTIONS)
def test_every_key_is_explained(heading: str, model: type[BaseModel]) -> None:
    assert sorted(first_cells(heading)) == sorted(model.model_fields)


def test_every_table_of_settings_has_its_section() -> None:
    known = models_below(settings.Settings) | models_below(settings.Pack)
    assert set(SECTIONS.values()) == known


@pytest.mark.parametrize(("heading", "model"), SECTIONS.items(), ids=SECTIONS)
def test_what_is_required_says_so_and_nothing_else_does(
    heading: str, model: type[BaseModel]
) -> None:
    written = {name.strip("` "): left.strip() == "required" for name, left, *_ in rows(heading)}
    assert written == {name: field.is_required() for name, field in model.model_fields.items()}


def test_every_measure_is_explained() -> None:
    assert sorted(first_cells("Measures")) == sorted(MEASURES)


def test_the_example_is_sound_once_its_secrets_are_there() -> None:
    text = (ROOT / "config" / "example.yaml").read_text(encoding="utf-8")
    secrets = dict.fromkeys(re.findall(r"\$\{(\w+_\w+)\}", text), "a-secret-of-16-bytes")
    example = load(ROOT / "config" / "example.yaml", secrets)
    assert {camera.url.partition(":")[0] for camera in example.cameras} == {"rtsp", "usb", "file"}
    assert example.cameras[0].zones
    assert example.cameras[0].masks
    assert example.cameras[0].changes
    assert example.alerts.webhooks
    assert example.alerts.mail
    assert example.database_url.startswith("postgresql")
