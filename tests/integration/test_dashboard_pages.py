"""What the pages show of a store: numbers beside their coverage, blindness never as a zero."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from monitor.ergonomics.advice import TEXTS
from monitor.store.tables import STALE_S, Incident, MovementMinute, PostureMinute
from tests.builders import NOON, a_camera_state, a_minute, an_event
from tests.pages import COACH, Site, a_site, a_worked_hour


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = a_site(tmp_path)
    site.log_in()
    return site


def text_of(site: Site, path: str, status: int = 200) -> str:
    """The words of a page, in one line."""
    answer = site.client.get(path)
    assert answer.status_code == status
    body = answer.get_data(as_text=True).partition("<body>")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_a_site_that_never_watched_says_so_and_shows_no_zero(site: Site) -> None:
    text = text_of(site, "/")
    assert "No camera is watched now" in text
    assert text.count("not watched alerts") == 1
    assert "0 alerts" not in text
    assert "No worker has reported it yet." in text


def test_the_overview_counts_today_beside_its_coverage(site: Site) -> None:
    site.add([a_camera_state(), a_camera_state(camera="hall-b")])
    minutes = [NOON - timedelta(minutes=m) for m in range(1, 391)]
    site.add([a_minute(minute) for minute in minutes])
    site.add([a_minute(minute, camera="hall-b", watched_s=0, blind_s=60) for minute in minutes])
    yesterday = datetime(2026, 11, 22, 22, 59, tzinfo=UTC)
    site.add([an_event(), an_event(severity="notice"), an_event(yesterday), an_event(test=True)])
    text = text_of(site, "/")
    assert "All 2 cameras are watched." in text
    assert "1 alert 0 warnings 1 notice" in text
    assert "Today, all cameras together: watched 25 % , blind 25 % , off 50 %" in text
    assert "hall-a watched 1 person in view Today: watched 50 % , off 50 %" in text
    assert "Today: not watched" in text


def test_a_day_begins_at_local_midnight_also_when_the_clocks_change(site: Site) -> None:
    site.clock.at = datetime(2026, 10, 25, 11, 0, tzinfo=UTC)
    midnight = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    site.add([a_minute(midnight + timedelta(minutes=m), watched_s=60) for m in range(13 * 60)])
    site.add([an_event(midnight), an_event(midnight - timedelta(seconds=1))])
    text = text_of(site, "/")
    assert "1 alert " in text
    assert "Today: watched 100 %" in text
    assert "12:00:00 (Europe/Berlin)" in text


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"state": "down", "reason": "401"},
            ["no picture", "401.", "Since 23 Nov 2026, 10:00:00."],
        ),
        ({"state": "blind"}, ["blind", "Its picture shows nothing."]),
        (
            {"updated_at": NOON - timedelta(seconds=STALE_S + 1)},
            ["not watched", "Its worker has stopped reporting; the last word was “up”."],
        ),
    ],
)
def test_an_unwatched_camera_says_why_and_since_when(
    site: Site, changed: dict[str, Any], words: list[str]
) -> None:
    site.add([a_camera_state(), a_camera_state(camera="hall-b", **changed)])
    for path in ("/", "/cameras/"):
        text = text_of(site, path)
        assert "1 of 2 cameras are watched; not watched: hall-b." in text
        for word in words:
            assert word in text


def test_a_camera_not_watched_shows_no_number_as_if_it_were(site: Site) -> None:
    site.add([a_camera_state(camera="hall-b", state="down", people=0, fps_reached=0.0)])
    text = text_of(site, "/cameras/")
    assert "Pictures a second not watched (5 asked)" in text
    assert "People not watched" in text


def test_the_overview_says_when_each_worker_passed_its_self_test(site: Site) -> None:
    missing = "No self-test has passed within a day."
    assert missing in text_of(site, "/")
    site.add([an_event(NOON - timedelta(hours=26), test=True)])
    assert missing in text_of(site, "/")
    site.add([an_event(NOON - timedelta(hours=h), test=True) for h in (1, 3)])
    site.add([an_event(NOON, test=True, camera="hall-b")])
    assert (
        "Self-test passed: 23 Nov 2026, 12:00:00 (the worker of hall-a), "
        "23 Nov 2026, 13:00:00 (the worker of hall-b)."
    ) in text_of(site, "/")


def test_what_is_not_well_stands_at_the_top(site: Site) -> None:
    incident = {"kind": "evidence", "reason": "no pictures are kept: disk nearly full"}
    since = NOON - timedelta(minutes=5)
    site.add([Incident(id=uuid4(), camera=None, started_at=since, ended_at=None, **incident)])
    site.add([Incident(id=uuid4(), camera="old", started_at=since, ended_at=NOON, **incident)])
    text = text_of(site, "/")
    assert (
        "This site : No pictures are kept: disk nearly full. Since 23 Nov 2026, 12:55:00." in text
    )
    assert text.count("disk nearly full") == 1


@pytest.mark.parametrize(("minutes", "shown"), [(59, 1), (61, 0)])
def test_a_clock_that_was_set_is_shown_for_an_hour(site: Site, minutes: int, shown: int) -> None:
    at = NOON - timedelta(minutes=minutes)
    reason = "the computer's clock was set back by 3600 s"
    site.add(
        [Incident(id=uuid4(), camera=None, kind="clock", reason=reason, started_at=at, ended_at=at)]
    )
    assert text_of(site, "/").count("clock was set back by 3600 s") == shown


def test_a_rule_the_camera_cannot_support_says_so_on_the_overview(site: Site) -> None:
    site.add([a_camera_state(coach=COACH), a_camera_state(camera="hall-b")])
    text = text_of(site, "/")
    said = (
        "The rules “Deep knee bend”, “Kneeling” cannot be judged here: "
        "feet are hidden 80 % of the time."
    )
    assert text.count("cannot be judged here") == 1
    assert text.index("hall-a") < text.index(said) < text.index("hall-b")


def test_the_cameras_page_says_what_each_can_judge_and_what_to_change(site: Site) -> None:
    fresh = {**COACH, "seen_s": 34, "advice": [], "unsupported": []}
    site.add([a_camera_state(coach=COACH), a_camera_state(camera="hall-b", coach=fresh)])
    hall_a, hall_b = text_of(site, "/cameras/").split("hall-b watched")
    assert "Well deep bends of the trunk, raised arms Partly slight bends of the trunk" in hall_a
    assert "Not kneeling (feet are hidden 80 % of the time)" in hall_a
    assert "What to change: Feet are hidden 80 % of the time: move what hides them." in hall_a
    assert "not known yet: people were seen for 34 s, 2 min 00 s are needed" in hall_b
    assert "deep bends" not in hall_b


def test_the_cameras_page_shows_how_well_each_is_followed(site: Site) -> None:
    folder = site.config.data / "snapshots"
    folder.mkdir()
    Image.new("RGB", (16, 9)).save(folder / "hall-a.jpg")
    site.add([a_camera_state(snapshot="hall-a.jpg"), a_minute(NOON - timedelta(minutes=1))])
    text = text_of(site, "/cameras/")
    assert "4.9 of 5 asked" in text
    assert "Latency 120 ms Reconnects 1 People 1" in text
    assert "evidence 12.0 ms, find 35.0 ms, follow 9.5 ms, judge 0.4 ms" in text
    assert "Landmark confidence 91 %" in text
    answer = site.client.get("/cameras/hall-a/picture.jpg")
    assert answer.mimetype == "image/jpeg"
    assert site.client.get("/cameras/hall-b/picture.jpg").status_code == 404
    assert site.client.get("/cameras/nowhere/picture.jpg").status_code == 404


@pytest.mark.parametrize("path", ["/now", "/cameras/now"])
def test_the_parts_that_are_renewed_are_no_whole_pages(site: Site, path: str) -> None:
    page = site.client.get(path).get_data(as_text=True)
    assert "hall-a" in page
    assert "<html" not in page


def test_events_are_found_by_camera_rule_severity_and_day(site: Site) -> None:
    site.add(
        [
            an_event(),
            an_event(camera="gone"),
            an_event(rule="kneeling", rule_title="Kneeling", severity="notice"),
            an_event(datetime(2026, 11, 22, 22, 59, 59, tzinfo=UTC)),
        ]
    )
    assert "4 events." in text_of(site, "/events")
    assert "1 event matches." in text_of(site, "/events?camera=gone")
    assert "1 event matches." in text_of(site, "/events?rule=kneeling")
    assert "3 events match." in text_of(site, "/events?severity=alert")
    assert "1 event matches." in text_of(site, "/events?day=2026-11-22")
    assert "1 event matches." in text_of(
        site, "/events?day=2026-11-23&severity=notice&camera=hall-a"
    )


def test_a_day_without_watching_is_not_a_day_without_events(site: Site) -> None:
    text = text_of(site, "/events?day=2026-11-20")
    assert "Not watched on that day." in text
    assert "0 events" not in text
    site.add([a_minute(datetime(2026, 11, 20, 12, tzinfo=UTC))])
    text = text_of(site, "/events?day=2026-11-20")
    assert "0 events" in text
    assert "20 Nov 2026: watched under 1 %" in text


def test_pages_of_events_show_each_once_and_the_newest_first(site: Site) -> None:
    site.add([an_event(NOON - timedelta(minutes=i // 2)) for i in range(60)])
    seen: list[str] = []
    for number in (1, 2, 3):
        page = site.client.get(f"/events?page={number}").get_data(as_text=True)
        assert f"Page {number} of 3" in page
        seen += re.findall(r'href="/events/([0-9a-f-]{36})"', page)
    assert len(seen) == len(set(seen)) == 60
    assert "beyond the last one" in text_of(site, "/events?page=4")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("camera=moon", "There is no camera “moon” here"),
        ("rule=moon", "There is no rule “moon” here"),
        ("severity=moon", "There is no severity “moon” here"),
        ("day=2026-02-30", "“2026-02-30” is not a day"),
        ("day=9999-12-31", "nothing about the year 9999"),
        ("page=0", "There is no page “0”"),
        ("page=99999999999999999999", "There is no page"),
        ("page=²", "There is no page “²”"),
        ("camera=%3Cscript%3E", "There is no camera “<script>” here"),
    ],
)
def test_a_filter_that_cannot_be_is_answered_in_words(site: Site, query: str, words: str) -> None:
    assert words in text_of(site, f"/events?{query}", 400)


def test_an_event_tells_why_it_alerted_and_by_what_it_was_judged(site: Site) -> None:
    event = an_event(zone="packing")
    site.add([event])
    text = text_of(site, f"/events/{event.id}")
    assert "Trunk flexion stayed over 60° for 6.2 s, 84° at its worst; held there, 4 s" in text
    assert "Raise the pallet to hip height." in text
    assert "trunk-deep-bend (pack default, version 1)" in text
    assert "ISO 11226:2000" in text
    assert "pitch 15°, roll 0°, field of view 60° (settings)" in text
    assert "mediapipe/full" in text
    assert "Zone packing" in text
    assert "Trunk flexion 84° 76° – 90°" in text
    assert "Neck flexion not visible" in text
    assert "Measured in 83 % of the looks" in text
    assert "None has been stored for this event." in text


def test_an_event_going_on_says_so(site: Site) -> None:
    event = an_event(ended_at=None, track=[], evidence_note="The disk is full.")
    site.add([event])
    text = text_of(site, f"/events/{event.id}")
    assert "has stayed over 60° for 6.2 s so far" in text
    assert "going on" in text
    assert "Nothing was measured over time." in text
    assert "No picture The disk is full." in text


def test_a_picture_is_served_to_those_logged_in_alone(site: Site) -> None:
    folder = site.config.data / "evidence" / "2026-11-23"
    folder.mkdir(parents=True)
    Image.new("RGB", (16, 9)).save(folder / "a.jpg")
    event = an_event(evidence="2026-11-23/a.jpg")
    site.add([event])
    path = f"/events/{event.id}/picture.jpg"
    assert path in site.client.get(f"/events/{event.id}").get_data(as_text=True)
    answer = site.client.get(path)
    assert answer.mimetype == "image/jpeg"
    assert "private" in answer.headers["Cache-Control"]
    assert site.app.test_client().get(path).status_code == 302


def test_an_event_says_what_to_change_in_both_languages(site: Site) -> None:
    event = an_event()
    site.add([event])
    page = site.client.get(f"/events/{event.id}").get_data(as_text=True)
    assert page.count(event.advice) == 1
    assert TEXTS["floor"].en not in page
    assert f'<p lang="zh" class="quiet">{TEXTS["floor"].zh}</p>' in page


@pytest.mark.parametrize("evidence", ["../secret.key", "/etc/passwd", "gone.jpg"])
def test_no_picture_is_read_from_elsewhere(site: Site, evidence: str) -> None:
    event = an_event(evidence=evidence)
    site.add([event])
    assert site.client.get(f"/events/{event.id}/picture.jpg").status_code == 404
    assert "missing on the disk" in text_of(site, f"/events/{event.id}")


def test_an_event_is_held_with_a_reason_and_released(site: Site) -> None:
    event = an_event()
    site.add([event])
    page = f"/events/{event.id}"
    assert "It is deleted by age." in text_of(site, page)
    answer = site.post(f"{page}/hold", {"reason": "  an accident\nin bay 3 "})
    assert (answer.status_code, answer.location) == (303, page)
    text = text_of(site, page)
    assert "Held since 23 Nov 2026, 13:00:00 by anna: An accident in bay 3." in text
    assert "84° at worst, 6.2 s held" in text_of(site, "/events")
    site.post(f"{page}/release", {})
    assert "It is deleted by age." in text_of(site, page)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201])
def test_an_event_is_not_held_without_a_short_reason(site: Site, reason: str) -> None:
    event = an_event()
    site.add([event])
    answer = site.post(f"/events/{event.id}/hold", {"reason": reason})
    assert answer.status_code == 400
    assert "Say why it is held" in answer.get_data(as_text=True)


def test_a_hold_without_the_token_of_the_page_is_refused(site: Site) -> None:
    event = an_event()
    site.add([event])
    assert site.client.post(f"/events/{event.id}/hold", data={"reason": "x"}).status_code == 400
    assert "It is deleted by age." in text_of(site, f"/events/{event.id}")


def test_an_unknown_event_is_said(site: Site) -> None:
    assert "There is no such event" in text_of(site, f"/events/{uuid4()}", 404)


def test_the_daily_report_shows_rules_beside_coverage(site: Site) -> None:
    site.add([an_event(), an_event(peak=90.0)])
    site.add([a_minute(NOON - timedelta(minutes=m)) for m in (1, 2)])
    text = text_of(site, "/reports/2026-11-23")
    assert "Deep forward bend 2 alert 12.4 s 6.2 s 90° at" in text
    assert "The day so far: watched under 1 % , off 99 %" in text
    assert "hall-b The day so far: not watched Not watched." in text
    page = site.client.get("/reports/2026-11-23").get_data(as_text=True)
    assert "/reports/2026-11-22" in page
    assert "/reports/2026-11-24" not in page
    assert site.client.get("/reports/").headers["Location"] == "/reports/2026-11-23"


def test_the_daily_report_tells_movements_doses_and_what_to_change(site: Site) -> None:
    minute = NOON - timedelta(minutes=1)
    site.add([a_minute(minute, people_s=3600.0, unmeasured_s=0.0)])
    for kind, count in {"bend": 150, "overhead_reach": 0}.items():
        site.add([MovementMinute(camera="hall-a", minute=minute, kind=kind, count=count)])
    for band, seconds in {"20-30": 60.0, "30-60": 4000.0, "unseen": 90.0}.items():
        row = PostureMinute(camera="hall-a", minute=minute, measure="trunk_flexion", band=band)
        row.seconds = seconds
        site.add([row])
    text = text_of(site, "/reports/2026-11-23")
    assert "Bends 150 150 under 1 % Overhead reaches 0 0 under 1 %" in text
    assert "Back bent, over 30° 1 h 06 min 2 h 00 min 56 % 1 min 30 s under 1 %" in text
    assert "WAC 296-62-051" in text
    page = site.client.get("/reports/2026-11-23").get_data(as_text=True)
    assert 'lang="zh"' in page
    assert TEXTS["bend_often"].zh in page
    assert "hall-b The day so far: not watched Not watched." in text
    assert text.count("Movements") == 1


def test_the_daily_report_tells_of_zones_what_it_tells_of_the_picture(site: Site) -> None:
    site.add([a_minute(NOON - timedelta(minutes=m), people_s=240.0) for m in range(1, 61)])
    site.add(a_worked_hour("hall-a"))
    text = text_of(site, "/reports/2026-11-23")
    assert "Back bent, over 30° whole picture 1 h 15 min 2 h 00 min 62 %" in text
    assert "Back bent, over 30° packing 37 min 30 s 2 h 00 min 31 %" in text
    assert (
        "Back forward or backward ramp 15 min 00 s held: 1 min 15 s 2/min or more: 13 min 45 s"
        in text
    )
    assert "packing 180 12 kg 10 to 80 cm 70 to 140 cm 1.6 0.6 to " in text
    assert "ramp 1 not stated not seen not seen" in text
    assert "packing: 180 of 180, ramp: 0 of 1" in text


def test_the_daily_report_is_had_as_a_table(site: Site) -> None:
    site.add([an_event()])
    answer = site.client.get("/reports/2026-11-23.csv")
    assert answer.mimetype == "text/csv"
    assert "plumbline-2026-11-23.csv" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    assert [row["rule"] for row in rows if row["rule"]] == ["trunk-deep-bend"]


@pytest.mark.parametrize("path", ["/reports/yesterday", "/reports/yesterday.csv"])
def test_a_report_of_no_day_is_refused_in_words(site: Site, path: str) -> None:
    answer = site.client.get(path)
    assert answer.status_code == 404
    assert "“yesterday” is not a day" in unescape(answer.get_data(as_text=True))
