from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from monitor.daily import DailyReport, PostureTime, ZoneDay
from monitor.ergonomics.counts import Kind
from monitor.ergonomics.verdict import Verdict
from monitor.store.daily import daily_report
from monitor.store.tables import CoverageMinute, PostureMinute
from tests.integration.rows import a_lift, a_minute, a_posture, an_event, in_zone, movements

pytest_plugins = ("tests.integration.store_fixtures",)

BERLIN = ZoneInfo("Europe/Berlin")
UTC_ZONE = ZoneInfo("UTC")
DAY = date(2026, 5, 4)
MIDNIGHT = datetime(2026, 5, 4, tzinfo=UTC)
AFTER = datetime(2026, 5, 5, 6, tzinfo=UTC)


def report(session: Session, *cameras: str, day: date = DAY, now: datetime = AFTER) -> DailyReport:
    session.flush()
    return daily_report(session, day, UTC_ZONE, cameras or ("dock-1",), now)


def test_the_parts_of_a_day_add_up_to_its_length(session: Session) -> None:
    session.add(a_minute(MIDNIGHT, watched_s=42.4, blind_s=10.3))
    session.add(a_minute(MIDNIGHT + timedelta(minutes=1), watched_s=59.7, blind_s=0.9))
    (camera,) = report(session).cameras
    assert (camera.watched_s, camera.blind_s) == (102, 11)
    assert camera.watched_s + camera.blind_s + camera.off_s == 86_400


def test_a_minute_never_counts_for_more_than_a_minute(session: Session) -> None:
    session.add(a_minute(MIDNIGHT, watched_s=75.0, blind_s=20.0))
    (camera,) = report(session).cameras
    assert (camera.watched_s, camera.blind_s) == (60, 0)


def test_a_minute_of_two_workers_is_one_minute(session: Session) -> None:
    session.add(a_minute(MIDNIGHT, writer="before", watched_s=20.0, people_s=5.0))
    session.add(a_minute(MIDNIGHT, writer="after", watched_s=30.0, blind_s=5.0, people_s=7.0))
    twice = MIDNIGHT + timedelta(minutes=1)
    session.add(a_minute(twice, writer="one", watched_s=50.0, blind_s=10.0))
    session.add(a_minute(twice, writer="two", watched_s=50.0, blind_s=10.0))
    (camera,) = report(session).cameras
    assert (camera.watched_s, camera.blind_s, camera.people_s) == (110, 5, 12.0)


def test_only_the_part_of_the_day_that_has_passed_counts(session: Session) -> None:
    session.add(a_minute(MIDNIGHT))
    session.add(a_minute(MIDNIGHT + timedelta(minutes=1)))
    (camera,) = report(session, now=MIDNIGHT + timedelta(seconds=90)).cameras
    assert (camera.watched_s, camera.blind_s, camera.off_s) == (90, 0, 0)


def test_a_day_that_has_not_begun_is_empty(session: Session) -> None:
    told = report(session, now=MIDNIGHT - timedelta(hours=1))
    assert told.passed_s == 0
    assert told.summary == "the day has not begun"


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (DAY, 24), (date(2026, 10, 25), 25)]
)
def test_local_days_have_their_own_length(session: Session, day: date, hours: int) -> None:
    before_midnight = datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)
    last_minute = before_midnight + timedelta(hours=hours, minutes=-1)
    for minute in (before_midnight - timedelta(minutes=1), before_midnight, last_minute):
        session.add(a_minute(minute))
    session.add(a_minute(last_minute + timedelta(minutes=1)))
    session.flush()
    (camera,) = daily_report(
        session, day, BERLIN, ["dock-1"], last_minute + timedelta(days=1)
    ).cameras
    assert camera.watched_s == 120
    assert camera.passed_s == hours * 3600


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_a_day_watched_throughout_is_watched_for_all_its_hours(
    session: Session, day: date, hours: int
) -> None:
    """The hour that comes twice counts twice, the one left out not at all."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)
    session.add_all(a_minute(midnight + timedelta(minutes=n)) for n in range(60 * hours))
    session.flush()
    told = daily_report(session, day, BERLIN, ["dock-1"], midnight + timedelta(days=2))
    assert told.cameras[0].watched_s == hours * 3600
    assert told.summary == "no events; watched 100 % of the day"


def test_events_belong_to_the_day_in_which_they_were_met(session: Session) -> None:
    session.add(a_minute(MIDNIGHT))
    tomorrow = MIDNIGHT + timedelta(days=1)
    session.add(an_event(MIDNIGHT, started_at=MIDNIGHT - timedelta(seconds=4)))
    session.add(an_event(tomorrow - timedelta(microseconds=1), duration_s=600.0))
    session.add(an_event(tomorrow))
    session.add(an_event(MIDNIGHT - timedelta(microseconds=1)))
    (rule,) = report(session).cameras[0].rules
    assert rule.events == 2
    assert rule.held_s == 606.0
    assert rule.longest_s == 600.0


def test_test_events_are_hidden(session: Session) -> None:
    session.add(a_minute(MIDNIGHT))
    session.add(an_event(test=True))
    assert report(session).cameras[0].rules == ()


def test_the_worst_of_a_rule_is_named_with_its_time(session: Session) -> None:
    worst = an_event(peak=88.5, peak_at=MIDNIGHT + timedelta(hours=9), severity="warning")
    session.add_all([an_event(peak=70.0), worst, an_event(peak=64.0)])
    (rule,) = report(session).cameras[0].rules
    assert (rule.worst.value, rule.worst.unit) == (88.5, "°")
    assert rule.worst.at == MIDNIGHT + timedelta(hours=9)
    assert rule.worst.event == worst.id
    assert rule.counts == {"alert": 2, "warning": 1}


def test_a_camera_that_saw_nothing_is_not_watched(session: Session) -> None:
    session.add(a_minute(MIDNIGHT, "dock-1"))
    session.add(a_minute(MIDNIGHT, "dock-2", watched_s=0.0, blind_s=60.0))
    told = {
        camera.camera: camera.in_words for camera in report(session, "dock-1", "dock-2").cameras
    }
    assert told == {"dock-1": "no events", "dock-2": "not watched"}


def test_cameras_that_left_the_settings_are_still_listed(session: Session) -> None:
    session.add(a_minute(MIDNIGHT, "gone-by-coverage"))
    session.add(an_event(camera="gone-by-event"))
    session.add(a_posture(3.0, camera="gone-by-posture"))
    cameras = report(session, "dock-1").cameras
    assert [(camera.camera, camera.configured) for camera in cameras] == [
        ("dock-1", True),
        ("gone-by-coverage", False),
        ("gone-by-event", False),
        ("gone-by-posture", False),
    ]


def test_posture_time_is_summed_by_band_in_order(session: Session) -> None:
    for minute in (MIDNIGHT, MIDNIGHT + timedelta(minutes=1)):
        for band in ("unseen", "60+", "100+", "0-20", "20-60"):
            session.add(a_posture(2.5, band, minute))
    (camera,) = report(session).cameras
    bands = ("0-20", "20-60", "60+", "100+", "unseen")
    assert camera.posture == tuple(PostureTime("trunk_flexion", band, 5.0) for band in bands)


def test_the_posture_time_of_zones_is_summed_apart(session: Session) -> None:
    session.add(a_posture(9.0, "30-60", MIDNIGHT))
    session.add(in_zone("press", 2.0, "30-60", MIDNIGHT - timedelta(minutes=1)))
    for writer in ("before", "after"):
        session.add(in_zone("press", 2.0, "30-60", MIDNIGHT, writer=writer))
        session.add(in_zone("aisle", 1.0, "0-20", MIDNIGHT, writer=writer))
    (camera,) = report(session).cameras
    assert camera.zones == (
        ZoneDay("aisle", (PostureTime("trunk_flexion", "0-20", 2.0),), (), None),
        ZoneDay("press", (PostureTime("trunk_flexion", "30-60", 4.0),), (), None),
    )
    assert [place.zone for place in camera.places] == ["", "aisle", "press"]
    assert [dose.over_s for place in camera.places for dose in place.doses] == [9.0, 0.0, 4.0]


def test_verdicts_are_told_apart_from_posture_time(session: Session) -> None:
    of_trunk = {"measure": "en1005_4.trunk"}
    session.add(a_posture(3.0, "high not acceptable", MIDNIGHT, **of_trunk))
    session.add(in_zone("press", 2.0, "static conditional", MIDNIGHT, **of_trunk))
    (camera,) = report(session).cameras
    assert camera.posture == ()
    assert camera.verdicts[0].of(Verdict.NOT_ACCEPTABLE) == 3.0
    assert camera.zones[0].verdicts[0].of(Verdict.CONDITIONAL) == 2.0


def test_the_lifts_of_a_zone_stand_beside_the_time_they_are_counted_in(session: Session) -> None:
    for i in range(20):
        minute = MIDNIGHT + timedelta(minutes=i)
        session.add(in_zone("press", 50.0, "0-20", minute))
        session.add(in_zone("press", 10.0, "unseen", minute))
        session.add(a_lift(0, minute))
    session.add(a_lift(1, MIDNIGHT, origin=None, kind="lowering"))
    session.add(a_lift(0, MIDNIGHT - timedelta(minutes=1)))
    session.add(a_lift(2, MIDNIGHT, zone="aisle", load_kg=None, coupling=None))
    (camera,) = report(session).cameras
    lifting = dict(camera.lifting)
    press = lifting["press"]
    assert (len(press.lifts), len(press.seen)) == (21, 20)
    assert (press.measured_s, press.occupied_s) == (1000.0, 1200.0)
    assert press.per_min == pytest.approx(1.26)
    assert press.typical is not None
    assert (len(lifting["aisle"].lifts), lifting["aisle"].typical) == (1, None)


def test_movements_of_the_day_are_summed_over_minutes_and_writers(session: Session) -> None:
    session.add_all(movements(MIDNIGHT - timedelta(minutes=1), bend=7))
    session.add_all(movements(MIDNIGHT, bend=2, squat=1))
    for row in movements(MIDNIGHT, bend=3):
        row.writer = "after"
        session.add(row)
    session.add_all(movements(MIDNIGHT + timedelta(hours=23), lowering=4))
    (camera,) = report(session).cameras
    wanted = dict.fromkeys(Kind, 0) | {Kind.BEND: 5, Kind.SQUAT: 1, Kind.LOWERING: 4}
    assert camera.movements == wanted


def test_a_camera_without_counted_minutes_has_no_zeros(session: Session) -> None:
    session.add(a_minute(MIDNIGHT, watched_s=0.0, blind_s=60.0))
    (camera,) = report(session).cameras
    assert (camera.movements, camera.per_hour, camera.doses) == ({}, {}, ())


def test_the_day_in_one_line(session: Session) -> None:
    for i in range(1440):
        blind = 600 <= i < 790
        minute = MIDNIGHT + timedelta(minutes=i)
        session.add(a_minute(minute, "dock-1"))
        session.add(a_minute(minute, "dock-2", watched_s=60 * (not blind), blind_s=60 * blind))
    session.add_all([an_event(), an_event(), an_event(severity="warning")])
    assert report(session, "dock-1", "dock-2").summary == (
        "2 alerts, 1 warning; watched 93 % of the day; camera dock-2 was blind for 3 h 10 min"
    )


def test_a_day_nobody_watched_is_never_a_good_one(session: Session) -> None:
    assert report(session).summary == "not watched"


def test_a_full_day_of_32_cameras_adds_up(session: Session) -> None:
    """32 cameras, every minute, two bands each: 138,240 rows."""
    cameras = [f"camera-{i}" for i in range(32)]
    minutes = [MIDNIGHT + timedelta(minutes=i) for i in range(1440)]
    columns = CoverageMinute.__table__.columns
    values = {column.name: getattr(a_minute(), column.name) for column in columns}
    session.execute(
        insert(CoverageMinute),
        [values | {"camera": c, "minute": m} for c in cameras for m in minutes],
    )
    session.execute(
        insert(PostureMinute),
        [
            {"camera": c, "minute": m, "measure": "trunk_flexion", "band": band, "seconds": 1.0}
            for c in cameras
            for m in minutes
            for band in ("0-20", "20-60")
        ],
    )
    told = report(session, *cameras)
    assert told.watched_s == 32 * 86_400
    assert told.cameras[31].posture[0].seconds == 1440.0
