"""A day's numbers as a table for spreadsheets and as a page to print."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from monitor.daily import (
    SEVERITIES,
    CameraDay,
    DailyReport,
    PostureTime,
    RuleDay,
    percent,
    spell,
)
from monitor.ergonomics import dose, en1005_4, lifting, niosh
from monitor.ergonomics.dose import DayDose
from monitor.ergonomics.en1005_4 import DayVerdicts
from monitor.ergonomics.lifting import DayLifting
from monitor.ergonomics.verdict import Verdict
from monitor.posture.rules import BANDS, limits_of

COLUMNS = (
    "day",
    "time_zone",
    "camera",
    "in_settings",
    "watched_s",
    "blind_s",
    "off_s",
    "watched_percent",
    "row",
    "rule",
    "rule_title",
    "alerts",
    "warnings",
    "notices",
    "held_min",
    "longest_s",
    "worst_value",
    "worst_unit",
    "worst_at",
    "people_s",
    "unmeasured_s",
    "measure",
    "band",
    "person_s",
    "zone",
    "movement",
    "counted",
    "per_hour",
    "dose",
    "over_min",
    "unknown_min",
    "limit_min",
    "pace",
    "verdict",
    "hands_seen",
    "load_kg",
    "per_min",
    "index_low",
    "index_high",
    "worst_index_low",
    "worst_index_high",
    "advice_en",
    "advice_zh",
)
"""Every column is explained in docs/reports.md."""

NOT_WATCHED = "not watched"

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that begins so may be run as a formula (OWASP, "CSV Injection")."""

Cell = str | int | float | None


def to_csv(report: DailyReport) -> str:
    """One table; each camera has a row of its own, one per rule met, posture band, kind of movement
    and dose.

    For Excel write it as `utf-8-sig`.
    """
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, restval="")
    table.writeheader()
    for camera in report.cameras:
        shared = _coverage_cells(report, camera)
        for cells in _rows(camera, ZoneInfo(report.zone)):
            table.writerow({k: _defused(v) for k, v in (shared | cells).items()})
    return text.getvalue()


def _defused(cell: Cell) -> Cell:
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return "'" + cell
    return cell


def _coverage_cells(report: DailyReport, camera: CameraDay) -> dict[str, Cell]:
    return {
        "day": report.day.isoformat(),
        "time_zone": report.zone,
        "camera": camera.camera,
        "in_settings": "yes" if camera.configured else "no",
        "watched_s": camera.watched_s,
        "blind_s": camera.blind_s,
        "off_s": camera.off_s,
        "watched_percent": round(100 * camera.watched_s / (camera.passed_s or 1), 1),
    }


def _rows(camera: CameraDay, zone: ZoneInfo) -> Iterator[dict[str, Cell]]:
    yield {"row": "camera", **_camera_cells(camera)}
    for rule in camera.rules:
        yield {"row": "rule", **_rule_cells(rule, zone)}
    for time in camera.posture:
        yield {
            "row": "posture",
            "measure": time.measure,
            "band": time.band,
            "person_s": round(time.seconds, 1),
        }
    for kind, counted in camera.movements.items():
        rate = camera.per_hour.get(kind)
        yield {
            "row": "movement",
            "movement": kind.value,
            "counted": counted,
            "per_hour": None if rate is None else round(rate, 1),
        }
    for place, dose_there in camera.placed_doses:
        yield {"row": "dose", "zone": place, **_dose_cells(dose_there)}
    for place, verdicts in camera.placed_verdicts:
        for cells in _verdict_cells(verdicts):
            yield {"row": "verdict", "zone": place, **cells}
    for place, lifting_there in camera.lifting:
        yield {"row": "lifting", "zone": place, **_lifting_cells(lifting_there)}
    for advice in camera.advice:
        yield {"row": "advice", "advice_en": advice.en, "advice_zh": advice.zh}


def _dose_cells(of_day: DayDose) -> dict[str, Cell]:
    return {
        "dose": of_day.name,
        "over_min": round(of_day.over_s / 60, 1),
        "unknown_min": round(of_day.unknown_s / 60, 1),
        "limit_min": round(of_day.limit_s / 60),
    }


def _verdict_cells(of_day: DayVerdicts) -> Iterator[dict[str, Cell]]:
    shared: dict[str, Cell] = {"movement": of_day.movement.value}
    for (pace, verdict), seconds in of_day.seconds.items():
        yield shared | {
            "pace": pace.value,
            "verdict": verdict.title,
            "person_s": round(seconds, 1),
        }
    for told, seconds in (
        (Verdict.ACCEPTABLE.title, of_day.acceptable_s),
        (en1005_4.UNSEEN, of_day.unseen_s),
    ):
        yield shared | {"verdict": told, "person_s": round(seconds, 1)}


def _lifting_cells(of_day: DayLifting) -> dict[str, Cell]:
    (low, high), (worst_low, worst_high) = (
        (None, None) if index is None else (round(end, 2) for end in index)
        for index in (of_day.typical, of_day.worst)
    )
    return {
        "counted": len(of_day.lifts),
        "hands_seen": len(of_day.seen),
        "load_kg": " ".join(f"{kg:g}" for kg in of_day.loads_kg),
        "per_min": None if of_day.per_min is None else round(of_day.per_min, 2),
        "index_low": low,
        "index_high": high,
        "worst_index_low": worst_low,
        "worst_index_high": worst_high,
    }


def _camera_cells(camera: CameraDay) -> dict[str, Cell]:
    cells: dict[str, Cell] = {
        **_count_cells(camera.counts),
        "held_min": round(sum(rule.held_s for rule in camera.rules) / 60, 1),
        "people_s": round(camera.people_s),
        "unmeasured_s": round(camera.unmeasured_s),
    }
    if camera.watched_s:
        return cells
    return {name: cell or NOT_WATCHED for name, cell in cells.items()}


def _count_cells(counts: Mapping[str, int]) -> dict[str, Cell]:
    return {f"{severity}s": counts.get(severity, 0) for severity in SEVERITIES}


def _rule_cells(rule: RuleDay, zone: ZoneInfo) -> dict[str, Cell]:
    return {
        "rule": rule.rule,
        "rule_title": rule.title,
        **_count_cells(rule.counts),
        "held_min": round(rule.held_s / 60, 1),
        "longest_s": round(rule.longest_s, 1),
        "worst_value": round(rule.worst.value, 1),
        "worst_unit": rule.worst.unit,
        "worst_at": rule.worst.at.astimezone(zone).isoformat(timespec="seconds"),
    }


def to_html(report: DailyReport, site_name: str) -> str:
    """A whole page in one file: no outside address, A4 when printed."""
    zone = ZoneInfo(report.zone)

    def local(at: datetime, form: str = "%H:%M") -> str:
        return at.astimezone(zone).strftime(form)

    return (
        _pages()
        .get_template("daily.html.j2")
        .render(
            report=report,
            site_name=site_name,
            severities=SEVERITIES,
            local=local,
            measured=_measured,
            dose_method=dose.METHOD,
            verdict_method=en1005_4.METHOD,
            lifting_method=niosh.METHOD,
            verdicts=tuple(reversed(Verdict)),
        )
    )


def _pages() -> Environment:
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters.update(spell=spell, index=lifting.told)
    pages.globals.update(percent=percent)
    return pages


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure's bands with their colours, and the person-seconds of all of them together."""

    name: str
    bands: tuple[tuple[PostureTime, str], ...]
    total_s: float


def _measured(camera: CameraDay) -> list[Measured]:
    return [
        Measured(
            measure.replace("_", " "),
            tuple((time, _shade(time)) for time in times),
            sum(time.seconds for time in times),
        )
        for measure, group in groupby(camera.posture, key=lambda time: time.measure)
        for times in [list(group)]
    ]


def _shade(time: PostureTime) -> str:
    """`unseen`, or how many of the measure's limits the band lies over."""
    limits = limits_of(time.band)
    if limits is None:
        return "unseen"
    return str(sum(limits[0] >= edge for edge in BANDS.get(time.measure, ())))
