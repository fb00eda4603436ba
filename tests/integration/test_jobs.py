import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from queue import Queue
from threading import Barrier
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, JobExecutionEvent
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs

from monitor import recordings
from monitor.clock import SystemClock
from monitor.ergonomics.counts import Kind
from monitor.errors import NotifyError, StoreError
from monitor.jobs import (
    Purged,
    Retention,
    announce,
    deliver_one,
    end_abandoned,
    make_room,
    purge,
    report_one_day,
    schedule,
)
from monitor.jobs.purge import EVENT_BYTES, MINUTE_BYTES
from monitor.jobs.schedule import Job
from monitor.notify.message import Message
from monitor.notify.webhook import Webhook
from monitor.posture.landmarks import Look
from monitor.recordings import Recording, Source
from monitor.store import holds
from monitor.store.outbox import Receiver, announce_event
from monitor.store.tables import (
    Analysis,
    CameraState,
    CoverageMinute,
    Event,
    Incident,
    MovementMinute,
    Outbox,
    PostureMinute,
    Report,
)
from tests.integration.receivers import http_receiver
from tests.integration.rows import (
    NOON,
    a_camera_state,
    a_lift,
    a_minute,
    a_posture,
    an_event,
    an_incident,
    in_zone,
    movements,
)

pytest_plugins = ("tests.integration.store_fixtures",)

Store = sessionmaker[Session]
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Receiver("office", frozenset({"alert"}))
DAY = date(2026, 5, 4)
SIX = time(6, 0)
MORNING_AFTER = datetime(2026, 5, 5, 4, 0, tzinfo=UTC)
RETENTION = Retention(
    evidence_days=30, events_days=365, minutes_days=100, uploads_days=7, landmarks_days=3
)


class Inbox:
    """Takes every message; raises for the first `refusals` of them."""

    def __init__(self, refusals: int = 0):
        self.taken: Queue[Message] = Queue()
        self._refusals = refusals

    def send(self, message: Message) -> None:
        if self._refusals:
            self._refusals -= 1
            raise NotifyError("office: not now")
        self.taken.put(message)

    @property
    def ids(self) -> list[UUID]:
        return [message.id for message in self.taken.queue]


def keep(sessions: Store, *rows: object) -> None:
    with sessions() as session, session.begin():
        session.add_all(rows)


def tell(sessions: Store, event: Event) -> None:
    with sessions() as session, session.begin():
        announce_event(session, event, [OFFICE], NOON)


def count(sessions: Store, table: type) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def deliver(sessions: Store, inbox: Inbox, now: datetime = NOON) -> bool:
    return deliver_one(sessions, {"office": inbox}, now, zone=BERLIN, dashboard="http://here")


def test_an_event_reaches_its_receiver_once(sessions: Store) -> None:
    tell(sessions, an_event())
    inbox = Inbox()
    assert deliver(sessions, inbox)
    assert not deliver(sessions, inbox, NOON + timedelta(days=30))
    (message,) = inbox.taken.queue
    assert message.title == "[alert] Deep forward bend at dock-1 – 14:00"


def test_a_refused_message_comes_again_with_the_same_id(sessions: Store) -> None:
    tell(sessions, an_event())
    inbox = Inbox(refusals=2)
    assert deliver(sessions, inbox)
    assert not deliver(sessions, inbox, NOON + timedelta(seconds=9))
    assert deliver(sessions, inbox, NOON + timedelta(seconds=10))
    assert deliver(sessions, inbox, NOON + timedelta(seconds=30))
    with sessions() as session:
        row = session.scalars(select(Outbox)).one()
    assert inbox.ids == [row.id]
    assert (row.attempts, row.last_error) == (3, None)


def test_a_receiver_that_left_the_settings_is_told_of(sessions: Store) -> None:
    tell(sessions, an_event())
    assert deliver_one(sessions, {}, NOON, zone=BERLIN)
    with sessions() as session:
        row = session.scalars(select(Outbox)).one()
    assert row.last_error == "office is no longer in the settings"


def test_two_deliverers_at_once_deliver_once(sessions: Store) -> None:
    for _ in range(20):
        tell(sessions, an_event())
    inbox = Inbox()
    both = Barrier(2)

    def work() -> int:
        both.wait()
        sent = 0
        while deliver(sessions, inbox):
            sent += 1
        return sent

    with ThreadPoolExecutor(2) as pool:
        sent = sum(pool.map(lambda _: work(), range(2)))
    assert sent == 20
    assert len(set(inbox.ids)) == len(inbox.ids) == 20


def test_an_outage_is_put_into_the_outbox(sessions: Store) -> None:
    keep(sessions, an_incident(NOON))
    assert announce(sessions, [OFFICE], NOON + timedelta(minutes=2), 60)
    inbox = Inbox()
    deliver(sessions, inbox, NOON + timedelta(minutes=2))
    assert inbox.taken.get_nowait().title == "[camera] dock-1 is not watching – since 14:00"


def report(sessions: Store, folder: Path, now: datetime = MORNING_AFTER, by: str = "one") -> bool:
    return report_one_day(
        sessions, folder, "Hall 3", BERLIN, ["dock-1"], due_at=SIX, now=now, by=by
    )


def test_a_day_is_reported_once_it_is_due(sessions: Store, tmp_path: Path) -> None:
    keep(sessions, a_minute(NOON), an_event(NOON))
    folder = tmp_path / "reports"
    assert not report(sessions, folder, MORNING_AFTER - timedelta(seconds=1))
    assert report(sessions, folder)
    assert not report(sessions, folder)
    assert {path.name for path in folder.iterdir()} == {
        "daily-2026-05-04.csv",
        "daily-2026-05-04.html",
    }
    table = (folder / "daily-2026-05-04.csv").read_text(encoding="utf-8-sig")
    assert "Deep forward bend" in table
    with sessions() as session:
        row = session.scalars(select(Report)).one()
    assert (row.day, row.made_at) == (DAY, MORNING_AFTER)
    assert row.files == ["daily-2026-05-04.csv", "daily-2026-05-04.html"]


def test_days_missed_while_the_machine_was_off_are_made_up_for(
    sessions: Store, tmp_path: Path
) -> None:
    keep(sessions, a_minute(NOON), a_minute(NOON - timedelta(days=3)))
    later = MORNING_AFTER + timedelta(days=5)
    assert report(sessions, tmp_path, later)
    assert report(sessions, tmp_path, later)
    assert not report(sessions, tmp_path, later)
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == [
        "daily-2026-05-01.csv",
        "daily-2026-05-04.csv",
    ]


@pytest.mark.parametrize(
    ("day", "seconds"), [(date(2026, 3, 29), 23 * 3600), (date(2026, 10, 25), 25 * 3600)]
)
def test_days_on_which_clocks_change_have_their_length(
    sessions: Store, tmp_path: Path, day: date, seconds: int
) -> None:
    keep(sessions, a_minute(datetime(day.year, day.month, day.day, 12, tzinfo=UTC)))
    next_day = datetime.combine(day + timedelta(days=1), SIX, BERLIN)
    assert report(sessions, tmp_path, next_day)
    table = (tmp_path / f"daily-{day}.csv").read_text()
    assert f"yes,60,0,{seconds - 60},0.1,camera" in table


def test_two_schedulers_make_a_report_once(sessions: Store, tmp_path: Path) -> None:
    keep(sessions, a_minute(NOON))
    both = Barrier(2)

    def work(by: str) -> bool:
        both.wait()
        return report(sessions, tmp_path, by=by)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(work, ("one", "two"))) == [False, True]


def test_a_report_that_failed_is_made_later(sessions: Store, tmp_path: Path) -> None:
    keep(sessions, a_minute(NOON))
    in_the_way = tmp_path / "reports"
    in_the_way.write_text("a file where the folder should be")
    with pytest.raises(FileExistsError):
        report(sessions, in_the_way)
    in_the_way.unlink()
    assert not report(sessions, in_the_way, MORNING_AFTER + timedelta(minutes=14))
    assert report(sessions, in_the_way, MORNING_AFTER + timedelta(minutes=15))


def test_an_event_without_a_worker_ends_where_it_was_last_seen(sessions: Store) -> None:
    keep(sessions, an_event(ended_at=None, seen_at=NOON, revision=3))
    assert not end_abandoned(sessions, NOON + timedelta(minutes=5))
    assert end_abandoned(sessions, NOON + timedelta(minutes=5, seconds=1))
    assert not end_abandoned(sessions, NOON + timedelta(minutes=6))
    with sessions() as session:
        event = session.scalars(select(Event)).one()
    assert (event.ended_at, event.revision) == (NOON, 3)


@pytest.mark.parametrize(
    ("state", "after_s", "then"),
    [("up", 14, "up"), ("up", 16, "off"), ("down", 16, "off"), ("ended", 16, "ended")],
)
def test_a_camera_no_worker_speaks_for_is_off(
    sessions: Store, state: str, after_s: int, then: str
) -> None:
    keep(sessions, a_camera_state(NOON, state=state))
    end_abandoned(sessions, NOON + timedelta(seconds=after_s))
    with sessions() as session:
        camera = session.scalars(select(CameraState)).one()
    assert (camera.state, camera.since) == (then, NOON)


def picture(data: Path, name: str, at: datetime = NOON) -> Path:
    path = data / "evidence" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"jpeg")
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def a_recording(at: datetime) -> Recording:
    source = Source("dock-1", "told", 5.0, 2.0, "run")
    return Recording(source, [Look(0.0, at, "no pictures", None)])


def test_nothing_is_purged_before_its_time(sessions: Store, tmp_path: Path) -> None:
    kept = picture(tmp_path, "a.jpg")
    keep(sessions, an_event(evidence="a.jpg"), a_minute(), a_posture(1.0), an_incident())
    now = NOON + timedelta(days=30)
    assert purge(sessions, tmp_path, RETENTION, now) == Purged()
    assert kept.exists()


def test_an_event_outlives_its_picture_and_says_so(sessions: Store, tmp_path: Path) -> None:
    gone = picture(tmp_path, "2026-05-04/a.jpg")
    keep(sessions, an_event(evidence="2026-05-04/a.jpg"))
    purged = purge(sessions, tmp_path, RETENTION, NOON + timedelta(days=31))
    assert (purged.pictures, purged.events) == (1, 0)
    assert not gone.exists()
    with sessions() as session:
        event = session.scalars(select(Event)).one()
    assert (event.evidence, event.evidence_note) == (None, "deleted after 30 days")


def test_a_picture_already_gone_does_not_stop_the_purge(sessions: Store, tmp_path: Path) -> None:
    keep(sessions, an_event(evidence="missing.jpg"))
    assert purge(sessions, tmp_path, RETENTION, NOON + timedelta(days=31)).pictures == 1


def test_a_row_cannot_delete_outside_the_evidence(sessions: Store, tmp_path: Path) -> None:
    outside = tmp_path / "plumbline.db"
    outside.write_text("precious")
    keep(sessions, an_event(evidence="../plumbline.db"))
    purge(sessions, tmp_path, RETENTION, NOON + timedelta(days=31))
    assert outside.read_text() == "precious"


def test_pictures_no_row_names_go_by_their_age(sessions: Store, tmp_path: Path) -> None:
    now = NOON + timedelta(days=31)
    old = picture(tmp_path, "orphans/old.jpg", NOON)
    new = picture(tmp_path, "orphans/new.jpg", now)
    assert purge(sessions, tmp_path, RETENTION, now).pictures == 1
    assert (old.exists(), new.exists()) == (False, True)


def test_old_rows_go_and_young_ones_stay(sessions: Store, tmp_path: Path) -> None:
    now = NOON + timedelta(days=1000)
    gone = picture(tmp_path, "old.jpg")
    landmarks = [recordings.write(tmp_path / "landmarks", a_recording(at)) for at in (NOON, now)]
    young = an_event(now)
    keep(
        sessions,
        an_event(evidence="old.jpg"),
        young,
        a_minute(NOON),
        a_minute(NOON + timedelta(minutes=61)),
        a_minute(now),
        a_posture(1.0),
        in_zone("press", 1.0),
        a_lift(),
        *movements(NOON, bend=3),
        *movements(now),
        an_incident(ended_at=NOON),
        an_incident(ended_at=None),
        Analysis(digest="a", created_at=NOON, result={}, picture=b""),
        Analysis(digest="b", created_at=now, result={}, picture=b""),
    )
    tell(sessions, young)
    assert purge(sessions, tmp_path, RETENTION, now) == Purged(
        pictures=1, landmarks=1, events=1, minutes=11, incidents=1, messages=1, analyses=1
    )
    assert not gone.exists()
    assert [path.exists() for path in landmarks] == [False, True]
    left = [count(sessions, table) for table in (Event, CoverageMinute, Incident, Analysis)]
    assert left == [1, 1, 1, 1]
    assert (count(sessions, PostureMinute), count(sessions, Outbox)) == (0, 0)
    assert count(sessions, MovementMinute) == len(Kind)


def test_a_held_event_and_its_picture_stay_until_released(sessions: Store, tmp_path: Path) -> None:
    kept = picture(tmp_path, "2026-05-04/a.jpg")
    event = an_event(evidence="2026-05-04/a.jpg")
    keep(sessions, event, an_event())
    now = NOON + timedelta(days=1000)
    with sessions() as session, session.begin():
        assert holds.hold(session, event.id, "anna", "an accident", NOON)
        assert not holds.hold(session, event.id, "ben", "another", NOON)
    assert purge(sessions, tmp_path, replace(RETENTION, evidence_bytes=1), now) == Purged(events=1)
    assert make_room(sessions, tmp_path, 10**9, now) == Purged()
    assert kept.exists()
    with sessions() as session, session.begin():
        assert holds.release(session, event.id)
        assert not holds.release(session, event.id)
    assert purge(sessions, tmp_path, RETENTION, now) == Purged(pictures=1, events=1)


def evidence_of(sessions: Store) -> list[tuple[str | None, str | None]]:
    """Picture and note of every event, the oldest first."""
    with sessions() as session:
        rows = session.execute(
            select(Event.evidence, Event.evidence_note).order_by(Event.met_at)
        ).all()
        return [(row.evidence, row.evidence_note) for row in rows]


def three_pictures(sessions: Store, data: Path) -> list[Path]:
    """Of 4 bytes each, on three days."""
    days = [NOON + timedelta(days=n) for n in range(3)]
    keep(sessions, *(an_event(day, evidence=f"{day:%F}/a.jpg") for day in days))
    return [picture(data, f"{day:%F}/a.jpg", day) for day in days]


def test_pictures_take_no_more_room_than_they_may(sessions: Store, tmp_path: Path) -> None:
    pictures = three_pictures(sessions, tmp_path)
    now = NOON + timedelta(days=4)
    enough, less = (replace(RETENTION, evidence_bytes=size) for size in (12, 11))
    assert purge(sessions, tmp_path, enough, now) == Purged()
    assert purge(sessions, tmp_path, less, now) == Purged(pictures=1)
    assert [path.exists() for path in pictures] == [False, True, True]
    assert evidence_of(sessions)[0] == (None, "deleted: pictures took more room than they may")


def test_landmarks_take_no_more_room_than_they_may(sessions: Store, tmp_path: Path) -> None:
    days = [NOON + timedelta(days=n) for n in range(3)]
    files = [recordings.write(tmp_path / "landmarks", a_recording(day)) for day in days]
    most = sum(path.stat().st_size for path in files) - 1
    retention = replace(RETENTION, landmarks_bytes=most)
    assert purge(sessions, tmp_path, retention, days[-1]) == Purged(landmarks=1)
    assert [path.exists() for path in files] == [False, True, True]


def test_events_take_no_more_room_than_they_may_and_their_pictures_go_along(
    sessions: Store, tmp_path: Path
) -> None:
    pictures = three_pictures(sessions, tmp_path)
    now = NOON + timedelta(days=4)
    enough, less = (replace(RETENTION, events_bytes=n * EVENT_BYTES) for n in (3, 2))
    assert purge(sessions, tmp_path, enough, now) == Purged()
    assert purge(sessions, tmp_path, less, now) == Purged(pictures=1, events=1)
    assert [path.exists() for path in pictures] == [False, True, True]


def test_minutes_take_no_more_room_than_they_may(sessions: Store, tmp_path: Path) -> None:
    for hour in range(3):
        minute = NOON + timedelta(hours=hour)
        keep(sessions, a_minute(minute), a_posture(1.0, minute=minute), *movements(minute))
    rows = 3 * (2 + len(Kind))
    enough, less = (replace(RETENTION, minutes_bytes=n * MINUTE_BYTES) for n in (rows, rows - 1))
    now = NOON + timedelta(days=1)
    assert purge(sessions, tmp_path, enough, now) == Purged()
    assert purge(sessions, tmp_path, less, now) == Purged(minutes=rows // 3)
    with sessions() as session:
        left = session.scalars(select(CoverageMinute.minute).order_by(CoverageMinute.minute)).all()
    assert left == [NOON + timedelta(hours=1), NOON + timedelta(hours=2)]


def test_a_full_disk_costs_the_oldest_pictures_but_not_the_last_day(
    sessions: Store, tmp_path: Path
) -> None:
    pictures = three_pictures(sessions, tmp_path)
    landmark = recordings.write(tmp_path / "landmarks", a_recording(NOON))
    now = NOON + timedelta(days=2, hours=1)
    assert make_room(sessions, tmp_path, 0, now) == Purged()
    assert make_room(sessions, tmp_path, 10**9, now) == Purged(pictures=2, landmarks=1)
    assert [path.exists() for path in (*pictures, landmark)] == [False, False, True, False]
    assert evidence_of(sessions)[0] == (None, "deleted as the disk was nearly full")


def test_more_than_one_batch_is_purged(sessions: Store, tmp_path: Path) -> None:
    keep(sessions, *(an_event(evidence=f"{i}.jpg") for i in range(1001)))
    purged = purge(sessions, tmp_path, RETENTION, NOON + timedelta(days=366))
    assert (purged.pictures, purged.events) == (1001, 1001)


def test_a_failing_job_says_so_once_and_once_that_it_is_well() -> None:
    outcomes = iter([StoreError("full"), StoreError("full"), StoreError("gone"), None, None])

    def work() -> None:
        if outcome := next(outcomes):
            raise outcome

    job = Job("purge", work)
    with capture_logs() as logs:
        for _ in range(5):
            job()
    assert [(line["event"], line.get("error")) for line in logs] == [
        ("job failing", "StoreError: full"),
        ("job failing", "StoreError: gone"),
        ("job well again", None),
    ]


def test_the_scheduler_does_it_all_by_itself(sessions: Store, tmp_path: Path) -> None:
    clock = SystemClock()
    yesterday = clock.now() - timedelta(days=2)
    keep(sessions, a_minute(yesterday.replace(second=0, microsecond=0)))
    keep(sessions, an_incident(clock.now() - timedelta(hours=1)))
    tell(sessions, an_event())
    ran: Queue[str] = Queue()

    def note(event: JobExecutionEvent) -> None:
        ran.put(event.job_id)

    with http_receiver(b"sixteen bytes or more") as receiver:
        scheduler = schedule(
            sessions,
            data=tmp_path,
            site_name="Hall 3",
            zone=BERLIN,
            cameras=["dock-1"],
            notifiers={"office": Webhook("office", receiver.url, "sixteen bytes or more")},
            receivers=[OFFICE],
            dashboard=None,
            camera_down_after_s=60,
            daily_at=SIX,
            retention=RETENTION,
            keep_free_mb=0,
            clock=clock,
            by="this one",
        )
        scheduler.add_listener(note, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
        scheduler.start()
        try:
            assert receiver.came.wait(20)
            jobs = {ran.get(timeout=20) for _ in range(7)}
        finally:
            scheduler.shutdown()
    assert jobs == {"alerts", "minute", "report", "room", "log", "purge", "check"}
    assert len(list((tmp_path / "reports").glob("daily-*.html"))) == 1
    assert count(sessions, Outbox) == 2
