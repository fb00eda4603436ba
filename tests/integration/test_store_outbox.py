from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from monitor.store.outbox import (
    LEASE,
    Receiver,
    announce_event,
    announce_outages,
    delivered,
    failed,
    pause,
    take_due,
)
from monitor.store.tables import Outbox
from tests.integration.rows import NOON, an_event, an_incident

pytest_plugins = ("tests.integration.store_fixtures",)

OFFICE = Receiver("office", frozenset({"alert"}))
BOARD = Receiver("board", frozenset({"warning", "alert"}))
BOTH = (OFFICE, BOARD)
MINUTE = timedelta(minutes=1)


def told(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(select(Outbox.receiver, Outbox.kind))
    return sorted(rows)


def test_an_event_is_told_once_to_each_receiver(session: Session) -> None:
    event = an_event()
    assert announce_event(session, event, BOTH, NOON) == 2
    assert announce_event(session, event, BOTH, NOON) == 0
    assert told(session) == [("board", "event.started"), ("office", "event.started")]


def test_only_receivers_of_its_severity_are_told(session: Session) -> None:
    announce_event(session, an_event(severity="warning"), BOTH, NOON)
    announce_event(session, an_event(severity="notice"), BOTH, NOON)
    assert told(session) == [("board", "event.started")]


def test_test_events_are_told_to_nobody(session: Session) -> None:
    assert announce_event(session, an_event(test=True), BOTH, NOON) == 0
    assert told(session) == []


def test_two_writers_at_once_tell_once(sessions: sessionmaker[Session]) -> None:
    event = an_event()
    both = Barrier(2)

    def announce() -> int:
        both.wait()
        with sessions() as session, session.begin():
            return announce_event(session, event, [OFFICE], NOON)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(lambda _: announce(), range(2))) == [0, 1]


def test_a_row_taken_is_nobody_elses_until_its_lease_ends(session: Session) -> None:
    announce_event(session, an_event(), [OFFICE], NOON)
    assert take_due(session, NOON) is not None
    assert take_due(session, NOON + LEASE - timedelta(seconds=1)) is None
    again = take_due(session, NOON + LEASE)
    assert again is not None
    assert again.attempts == 2


def test_a_failed_row_waits_longer_each_time_and_says_why(session: Session) -> None:
    announce_event(session, an_event(), [OFFICE], NOON)
    row = take_due(session, NOON)
    assert row is not None
    failed(session, row.id, row.attempts, "the server is down", NOON)
    assert take_due(session, NOON + timedelta(seconds=9)) is None
    row = take_due(session, NOON + timedelta(seconds=10))
    assert row is not None
    assert (row.attempts, row.last_error) == (2, "the server is down")


def test_pauses_double_up_to_an_hour() -> None:
    seconds = [pause(attempts).total_seconds() for attempts in (1, 2, 3, 9, 10, 10_000)]
    assert seconds == [10, 20, 40, 2560, 3600, 3600]


def test_a_delivered_row_is_never_due_again(session: Session) -> None:
    announce_event(session, an_event(), [OFFICE], NOON)
    row = take_due(session, NOON)
    assert row is not None
    delivered(session, row.id, NOON)
    assert take_due(session, NOON + timedelta(days=400)) is None


def test_new_alerts_go_before_those_that_failed(session: Session) -> None:
    announce_event(session, an_event(), [OFFICE], NOON)
    old = take_due(session, NOON)
    assert old is not None
    failed(session, old.id, old.attempts, "down", NOON)
    announce_event(session, an_event(), [BOARD], NOON + MINUTE)
    first = take_due(session, NOON + MINUTE)
    assert first is not None
    assert first.receiver == "board"


def test_a_short_outage_is_told_to_nobody(session: Session) -> None:
    session.add(an_incident(NOON, ended_at=NOON + timedelta(seconds=59)))
    session.flush()
    assert announce_outages(session, BOTH, NOON + 2 * MINUTE, 60) == 0


def test_an_outage_is_told_once_it_is_long_and_when_it_is_over(session: Session) -> None:
    outage = an_incident(NOON)
    session.add(outage)
    session.flush()
    assert announce_outages(session, [OFFICE], NOON + timedelta(seconds=59), 60) == 0
    assert announce_outages(session, [OFFICE], NOON + timedelta(seconds=61), 60) == 1
    assert announce_outages(session, [OFFICE], NOON + 2 * MINUTE, 60) == 0
    row = take_due(session, NOON + 2 * MINUTE)
    assert row is not None
    assert (row.kind, row.payload["reason"]) == ("camera.down", "no answer")
    delivered(session, row.id, NOON + 2 * MINUTE)
    outage.ended_at = NOON + 3 * MINUTE
    session.flush()
    assert announce_outages(session, [OFFICE], NOON + 4 * MINUTE, 60) == 1
    assert announce_outages(session, [OFFICE], NOON + 5 * MINUTE, 60) == 0
    assert told(session) == [("office", "camera.down"), ("office", "camera.up")]


def test_the_end_is_told_only_after_the_beginning_was_accepted(session: Session) -> None:
    session.add(an_incident(NOON, ended_at=NOON + 2 * MINUTE))
    session.flush()
    announce_outages(session, [OFFICE], NOON + 3 * MINUTE, 60)
    announce_outages(session, [OFFICE], NOON + 4 * MINUTE, 60)
    assert told(session) == [("office", "camera.down")]


def test_a_new_receiver_hears_nothing_of_past_outages(session: Session) -> None:
    session.add(an_incident(NOON, ended_at=NOON + 2 * MINUTE))
    session.flush()
    assert announce_outages(session, BOTH, NOON + timedelta(hours=1), 60) == 0


def test_lack_of_pictures_is_no_outage(session: Session) -> None:
    session.add(an_incident(NOON, kind="evidence"))
    session.flush()
    assert announce_outages(session, BOTH, NOON + timedelta(hours=1), 60) == 0


def test_a_damaged_database_is_told_and_that_it_is_well(session: Session) -> None:
    damaged = an_incident(NOON, camera=None, kind="store")
    session.add(damaged)
    session.flush()
    assert announce_outages(session, [OFFICE], NOON + 2 * MINUTE, 60) == 1
    row = take_due(session, NOON + 2 * MINUTE)
    assert row is not None
    delivered(session, row.id, NOON + 2 * MINUTE)
    damaged.ended_at = NOON + 3 * MINUTE
    session.flush()
    assert announce_outages(session, [OFFICE], NOON + 4 * MINUTE, 60) == 1
    assert told(session) == [("office", "site.trouble"), ("office", "site.well")]


def test_cameras_that_went_down_and_came_back_together_are_told_as_one(session: Session) -> None:
    stall = an_incident(NOON + timedelta(seconds=5), camera=None, kind="stall")
    lost = [an_incident(NOON + timedelta(seconds=4 * i), camera=f"c{i}") for i in range(3)]
    session.add_all([stall, *lost])
    session.flush()
    assert announce_outages(session, [OFFICE], NOON + 2 * MINUTE, 60) == 1
    assert told(session) == [("office", "site.trouble")]
    stall.ended_at = lost[0].ended_at = lost[1].ended_at = NOON + 3 * MINUTE
    session.flush()
    assert announce_outages(session, [OFFICE], NOON + 4 * MINUTE, 60) == 1
    row = take_due(session, NOON + 4 * MINUTE)
    assert row is not None
    down = [row for row in session.scalars(select(Outbox)) if row.kind == "camera.down"]
    assert [row.payload["camera"] for row in down] == ["c2"]


@pytest.mark.parametrize("kind", ["frozen", "black", "covered", "defocused"])
def test_a_blind_camera_is_told_like_one_without_pictures(session: Session, kind: str) -> None:
    session.add(an_incident(NOON, kind=kind))
    session.flush()
    assert announce_outages(session, [OFFICE], NOON + 2 * MINUTE, 60) == 1


@pytest.mark.parametrize("kind", ["moved", "size", "rate"])
def test_a_camera_that_needs_a_look_is_told_and_its_end_is_not(session: Session, kind: str) -> None:
    incident = an_incident(NOON, kind=kind)
    session.add(incident)
    session.flush()
    assert announce_outages(session, [OFFICE], NOON + 2 * MINUTE, 60) == 1
    row = take_due(session, NOON + 2 * MINUTE)
    assert row is not None
    assert row.payload["watching"] is True
    delivered(session, row.id, NOON + 2 * MINUTE)
    incident.ended_at = NOON + 3 * MINUTE
    session.flush()
    assert announce_outages(session, [OFFICE], NOON + 4 * MINUTE, 60) == 0
