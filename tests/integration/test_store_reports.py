from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from monitor.store.reports import claim, made, missing_days
from tests.integration.rows import NOON, a_minute, an_event

pytest_plugins = ("tests.integration.store_fixtures",)

DAY = date(2026, 5, 4)
SIX = time(6, 0)
UTC_ZONE = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")


def missing(session: Session, now: datetime, zone: ZoneInfo = UTC_ZONE) -> list[date]:
    session.flush()
    return missing_days(session, "daily", zone, SIX, now)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=UTC)


def test_a_day_is_claimed_once(session: Session) -> None:
    assert claim(session, "daily", DAY, "one", NOON)
    assert not claim(session, "daily", DAY, "two", NOON)
    assert not claim(session, "daily", DAY, "one", NOON)
    assert claim(session, "weekly", DAY, "two", NOON)


def test_a_dead_schedulers_claim_is_taken_over_once(session: Session) -> None:
    claim(session, "daily", DAY, "one", NOON)
    assert not claim(session, "daily", DAY, "two", NOON + timedelta(seconds=899))
    assert claim(session, "daily", DAY, "two", NOON + timedelta(seconds=900))
    assert not claim(session, "daily", DAY, "three", NOON + timedelta(seconds=901))


def test_a_report_made_is_never_claimed_again(session: Session) -> None:
    claim(session, "daily", DAY, "one", NOON)
    made(session, "daily", DAY, ["daily-2026-05-04.csv"], NOON)
    assert not claim(session, "daily", DAY, "two", NOON + timedelta(days=9))


def test_a_day_is_missing_from_the_report_time_on(session: Session) -> None:
    session.add(a_minute(NOON))
    assert missing(session, at(5, 5, 59)) == []
    assert missing(session, at(5, 6)) == [DAY]


def test_the_report_time_is_the_sites(session: Session) -> None:
    session.add(a_minute(NOON))
    assert missing(session, at(5, 3, 59), BERLIN) == []
    assert missing(session, at(5, 4), BERLIN) == [DAY]


def test_days_without_data_are_not_missing(session: Session) -> None:
    session.add(a_minute(at(2, 12)))
    session.add(an_event(at(4, 12)))
    assert missing(session, at(6, 12)) == [date(2026, 5, 2), date(2026, 5, 4)]


def test_nothing_older_than_a_month_is_made_up_for(session: Session) -> None:
    session.add(a_minute(NOON))
    after = timedelta(days=31)
    assert missing(session, at(4, 6) + after) == [DAY]
    assert missing(session, at(5, 6) + after) == []


def test_a_day_that_failed_waits_behind_the_others(session: Session) -> None:
    session.add_all([a_minute(at(2, 12)), a_minute(at(3, 12)), a_minute(at(4, 12))])
    claim(session, "daily", date(2026, 5, 2), "one", at(5, 6))
    claim(session, "daily", date(2026, 5, 3), "one", at(5, 6))
    made(session, "daily", date(2026, 5, 3), [], at(5, 6))
    assert missing(session, at(5, 7)) == [date(2026, 5, 4), date(2026, 5, 2)]
