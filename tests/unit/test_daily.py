import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from monitor.daily import (
    CameraDay,
    DailyReport,
    Peak,
    PostureTime,
    RuleDay,
    ZoneDay,
    bounds,
    percent,
    spell,
)
from monitor.ergonomics.advice import TEXTS
from monitor.ergonomics.counts import Kind
from monitor.ergonomics.en1005_4 import DayVerdicts, Movement, Pace
from monitor.ergonomics.lifting import DayLifting, Lifted
from monitor.ergonomics.verdict import Verdict
from monitor.posture.hands import Hands
from monitor.reports.daily import COLUMNS, to_csv, to_html

START = datetime(2026, 5, 3, 22, tzinfo=UTC)
DAY_S = 86_400


def a_rule(**given: object) -> RuleDay:
    values = {
        "rule": "trunk-deep-bend",
        "title": "Deep forward bend",
        "counts": {"alert": 3},
        "held_s": 90.0,
        "longest_s": 45.25,
        "worst": Peak(88.44, "°", START + timedelta(hours=10), UUID(int=1)),
    }
    return RuleDay(**{**values, **given})


def a_camera(camera: str = "dock-1", **given: object) -> CameraDay:
    values = {
        "configured": True,
        "watched_s": DAY_S,
        "blind_s": 0,
        "off_s": 0,
        "people_s": 3600.0,
        "unmeasured_s": 60.0,
        "posture": (),
        "verdicts": (),
        "rules": (),
        "movements": {},
        "zones": (),
    }
    return CameraDay(camera, **{**values, **given})


def unwatched(camera: str, **given: object) -> CameraDay:
    return a_camera(camera, watched_s=0, off_s=DAY_S, people_s=0.0, unmeasured_s=0.0, **given)


def a_report(*cameras: CameraDay, made_after_h: float = 30) -> DailyReport:
    made_at = START + timedelta(hours=made_after_h)
    passed_s = int(min(made_after_h, 24) * 3600)
    end = START + timedelta(days=1)
    zone = "Europe/Berlin"
    return DailyReport(date(2026, 5, 4), zone, START, end, made_at, passed_s, cameras)


def rows(report: DailyReport) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_csv(report))))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (87, "1 min 27 s"),
        (599.6, "10 min"),
        (3599, "1 h"),
        (11_400, "3 h 10 min"),
        (90_000, "25 h"),
    ],
)
def test_lengths_of_time_in_words(seconds: float, words: str) -> None:
    assert spell(seconds) == words


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (0, 0, "0 %"),
        (0, DAY_S, "0 %"),
        (1, DAY_S, "under 1 %"),
        (DAY_S - 120, DAY_S, "99 %"),
        (DAY_S - 30, DAY_S, "100 %"),
        (DAY_S * 0.874, DAY_S, "87 %"),
    ],
)
def test_shares_never_round_a_gap_away(part: float, whole: float, words: str) -> None:
    assert percent(part, whole) == words


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 29), "Europe/Berlin", 23),
        (date(2026, 10, 25), "Europe/Berlin", 25),
        (date(2026, 9, 6), "America/Santiago", 23),
        (date(2026, 4, 5), "Australia/Lord_Howe", 24.5),
    ],
)
def test_a_local_day_runs_from_midnight_to_midnight(day: date, zone: str, hours: float) -> None:
    start, end = bounds(day, ZoneInfo(zone))
    assert end - start == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("cameras", "words"),
    [
        ([a_camera()], "no events; watched 100 % of the day"),
        ([a_camera(rules=(a_rule(),))], "3 alerts; watched 100 % of the day"),
        (
            [a_camera(), unwatched("dock-2")],
            "no events; watched 50 % of the day; camera dock-2 was not watched",
        ),
        (
            [a_camera(watched_s=DAY_S - 12_000, blind_s=11_400, off_s=600)],
            "no events; watched 86 % of the day; "
            "camera dock-1 was blind for 3 h 10 min and off for 10 min",
        ),
        (
            [a_camera(), *(unwatched(f"d{i}") for i in range(5))],
            "no events; watched 17 % of the day; camera d0 was not watched; "
            "camera d1 was not watched; camera d2 was not watched; 2 more cameras had gaps",
        ),
        ([unwatched("dock-1")], "not watched"),
        ([a_camera(), unwatched("gone", configured=False)], "no events; watched 100 % of the day"),
    ],
)
def test_the_summary_tells_events_with_their_coverage(cameras: list[CameraDay], words: str) -> None:
    assert a_report(*cameras).summary == words


def test_a_day_still_running_says_so() -> None:
    camera = a_camera(watched_s=1800, off_s=1800)
    told = a_report(camera, made_after_h=1).summary
    assert told == "no events; watched 50 % of the day so far; camera dock-1 was off for 30 min"


def test_every_row_of_the_table_has_its_coverage() -> None:
    camera = a_camera(
        watched_s=43_200,
        blind_s=400,
        off_s=42_800,
        rules=(a_rule(),),
        posture=(PostureTime("trunk_flexion", "20-60", 12.34),),
    )
    told = rows(a_report(camera))
    assert [row["row"] for row in told] == ["camera", "rule", "posture", "dose"]
    for row in told:
        assert (row["watched_s"], row["blind_s"], row["off_s"]) == ("43200", "400", "42800")
        assert row["watched_percent"] == "50.0"


def test_a_rules_row_names_its_worst_in_local_time() -> None:
    (_, row) = rows(a_report(a_camera(rules=(a_rule(),))))
    assert (row["alerts"], row["warnings"], row["notices"]) == ("3", "0", "0")
    assert (row["held_min"], row["longest_s"]) == ("1.5", "45.2")
    assert (row["worst_value"], row["worst_unit"]) == ("88.4", "°")
    assert row["worst_at"] == "2026-05-04T10:00:00+02:00"


def test_what_was_not_watched_is_never_a_zero() -> None:
    (row,) = rows(a_report(unwatched("dock-2")))
    for column in ("alerts", "warnings", "notices", "held_min", "people_s", "unmeasured_s"):
        assert row[column] == "not watched"


def test_events_of_a_camera_without_coverage_are_still_counted() -> None:
    (row, _) = rows(a_report(unwatched("dock-2", rules=(a_rule(),))))
    assert (row["alerts"], row["warnings"]) == ("3", "not watched")


BENT = tuple(
    PostureTime("trunk_flexion", band, 3600.0 * hours)
    for band, hours in (("0-20", 5), ("20-30", 1), ("30-60", 2), ("60+", 0.5), ("unseen", 0.25))
)
MOVED = dict.fromkeys(Kind, 0) | {Kind.BEND: 300, Kind.STOOP_LIFT: 40}


def test_movements_are_told_per_hour_of_people_measured() -> None:
    told = rows(a_report(a_camera(people_s=7500.0, unmeasured_s=300.0, movements=MOVED)))
    counted = {row["movement"]: (row["counted"], row["per_hour"]) for row in told[1:]}
    assert counted["bend"] == ("300", "150.0")
    assert counted["stoop_lift"] == ("40", "20.0")
    assert counted["lowering"] == ("0", "0.0")


def test_too_short_a_look_gives_no_movements_per_hour_and_no_advice() -> None:
    camera = a_camera(people_s=640.0, unmeasured_s=41.0, movements=MOVED)
    (_, row, *_) = rows(a_report(camera))
    assert (row["counted"], row["per_hour"]) == ("300", "")
    assert camera.advice == ()
    assert "too little seen" in to_html(a_report(camera), "Hall 3")


def test_the_dose_of_a_day_is_held_to_its_limit() -> None:
    camera = a_camera(posture=BENT)
    (row,) = [row for row in rows(a_report(camera)) if row["row"] == "dose"]
    assert row["dose"] == "back_bent"
    assert (row["over_min"], row["unknown_min"], row["limit_min"]) == ("150.0", "15.0", "120")
    assert "WAC 296-62-051" in to_html(a_report(camera), "Hall 3")


def test_each_zone_has_a_dose_of_its_own() -> None:
    press = ZoneDay("press", (PostureTime("trunk_flexion", "30-60", 3600.0),), (), None)
    camera = a_camera(posture=BENT, zones=(press,))
    told = [row for row in rows(a_report(camera)) if row["row"] == "dose"]
    assert [(row["zone"], row["over_min"]) for row in told] == [("", "150.0"), ("press", "60.0")]
    page = to_html(a_report(camera), "Hall 3")
    assert "<td>whole picture</td>" in page
    assert "<td>press</td>" in page
    assert "whole picture" not in to_html(a_report(a_camera(posture=BENT)), "Hall 3")


def test_verdicts_of_en_1005_4_are_told_by_pace_for_each_place() -> None:
    held = {(Pace.STATIC, Verdict.NOT_ACCEPTABLE): 240.0}
    trunk = DayVerdicts(Movement.TRUNK, 3000.0, held, unseen_s=60.0)
    camera = a_camera(verdicts=(trunk,), zones=(ZoneDay("press", (), (trunk,), None),))
    told = [row for row in rows(a_report(camera)) if row["row"] == "verdict"]
    columns = ("zone", "movement", "pace", "verdict", "person_s")
    assert [tuple(row[c] for c in columns) for row in told[3:]] == [
        ("press", "trunk", "static", "not acceptable", "240.0"),
        ("press", "trunk", "", "acceptable", "3000.0"),
        ("press", "trunk", "", "unseen", "60.0"),
    ]
    page = to_html(a_report(camera), "Hall 3")
    assert "held: 4 min</span>" in page
    assert "our own default" in page


def test_the_lifting_index_of_a_zone_is_a_range_beside_what_was_seen() -> None:
    hands = Hands((0.0, 60.0), (20.0, 50.0))
    lifts = (Lifted(30.0, None, hands, None),) * 3 + (Lifted(30.0, None, None, None),)
    press = ZoneDay("press", (), (), DayLifting(lifts, measured_s=3600.0, occupied_s=3600.0))
    bare = ZoneDay("aisle", (), (), DayLifting((Lifted(None, None, hands, None),), 3600.0, 3600.0))
    camera = a_camera(zones=(bare, press))
    aisle, row = [row for row in rows(a_report(camera)) if row["row"] == "lifting"]
    assert (row["zone"], row["counted"], row["hands_seen"]) == ("press", "4", "3")
    assert (row["load_kg"], row["per_min"]) == ("30", "0.07")
    assert 1.0 < float(row["index_low"]) < float(row["index_high"])
    assert (aisle["load_kg"], aisle["index_low"]) == ("", "")
    page = to_html(a_report(camera), "Hall 3")
    for words in ("press: 3 of 4", "30 kg", "not stated", "to high risk"):
        assert words in page
    assert TEXTS["heavy"] in camera.advice


def test_advice_stands_in_the_table_in_both_languages() -> None:
    camera = a_camera(people_s=7200.0, unmeasured_s=0.0, posture=BENT, movements=MOVED)
    told = [row for row in rows(a_report(camera)) if row["row"] == "advice"]
    assert [(row["advice_en"], row["advice_zh"]) for row in told] == [
        (advice.en, advice.zh) for advice in camera.advice
    ]


def test_advice_is_for_what_is_most_over_its_limit_in_both_languages() -> None:
    camera = a_camera(people_s=7200.0, unmeasured_s=0.0, posture=BENT, movements=MOVED)
    back, lifts, bends = camera.advice
    assert "knuckle height" in lifts.en
    page = unescape(to_html(a_report(camera), "Hall 3"))
    for advice in (back, lifts, bends):
        assert advice.en in page
        assert advice.zh in page


def test_a_camera_that_counted_nothing_tells_no_movements() -> None:
    for camera in (unwatched("dock-2"), a_camera(people_s=0.0, unmeasured_s=0.0)):
        assert [row["row"] for row in rows(a_report(camera))] == ["camera"]
    page = to_html(a_report(a_camera(posture=BENT)), "Hall 3")
    assert "Movements were not counted that day" in page


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_cells_that_look_like_formulas_are_defused(start: str) -> None:
    title = f"{start}HYPERLINK(0)"
    (_, row) = rows(a_report(a_camera(rules=(a_rule(title=title),))))
    assert row["rule_title"] == "'" + title


def test_numbers_below_zero_stay_numbers() -> None:
    worst = Peak(-5.0, "cm", START, UUID(int=1))
    (_, row) = rows(a_report(a_camera(rules=(a_rule(worst=worst),))))
    assert row["worst_value"] == "-5.0"


def test_the_columns_keep_their_names() -> None:
    assert to_csv(a_report()).strip() == ",".join(COLUMNS)


def test_the_page_asks_nothing_of_the_world() -> None:
    page = to_html(a_report(a_camera(rules=(a_rule(),))), "Hall 3")
    assert not re.search(r"https?:|src=|href=|url\(|@import|<script", page)


def test_the_page_shows_words_as_words() -> None:
    rule = a_rule(title="<script>alert(1)</script>")
    page = to_html(a_report(a_camera(rules=(rule,))), "Hall <3>")
    assert "<script>" not in page
    assert "Hall &lt;3&gt;: Monday, 4 May 2026" in page


def test_the_page_tells_the_day() -> None:
    posture = tuple(
        PostureTime("trunk_flexion", band, seconds)
        for band, seconds in (("0-20", 2700.0), ("20-60", 720.0), ("60+", 120.0), ("unseen", 60.0))
    )
    camera = a_camera(rules=(a_rule(),), posture=posture)
    page = to_html(a_report(camera, unwatched("dock-2")), "Hall 3")
    for words in (
        "3 alerts; watched 50 % of the day; camera dock-2 was not watched.",
        '<td class="missing">not watched</td>',
        "10:00:00",
        "88 °",
        "20-60°: 12 min (20 %)",
        "unseen: 1 min (2 %)",
    ):
        assert words in page
