from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from monitor.store.database import open_database, sessions_of
from monitor.store.journal import Drainer, Journal, drain
from monitor.store.tables import CameraState, Event, Incident, PostureMinute
from tests.builders import a_camera_state, an_event

pytest_plugins = ("tests.integration.store_fixtures",)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path / "journal")


def test_a_row_comes_out_as_it_went_in(journal, sessions):
    event = an_event()
    journal.put(event)
    told = []
    assert drain(journal, sessions, lambda s, row, new: told.append((row.id, new))) == 1
    assert told == [(event.id, True)]
    assert journal.entries() == []
    with sessions() as session:
        (kept,) = session.scalars(select(Event))
        for name in [column.key for column in Event.__mapper__.columns]:
            assert getattr(kept, name) == getattr(event, name), name


def test_draining_twice_changes_nothing_and_older_never_overwrites_newer(journal, sessions):
    event = an_event()
    later = NOW + timedelta(seconds=9)
    news = []
    for revision, ended in ((2, later), (1, None), (2, later)):
        journal.put(an_event(id=event.id, revision=revision, ended_at=ended))
    drain(journal, sessions, lambda s, row, new: news.append(new))
    with sessions() as session:
        assert [e.ended_at for e in session.scalars(select(Event))] == [later]
    assert news == [True]


def test_minutes_of_two_runs_of_a_worker_stand_side_by_side(journal, sessions):
    for writer in ("a", "b", "b"):
        journal.put(
            PostureMinute(
                camera="dock",
                minute=NOW,
                measure="trunk_flexion",
                band="0-20",
                writer=writer,
                seconds=20.0,
            )
        )
    drain(journal, sessions, lambda *_: None)
    with sessions() as session:
        assert sorted(m.writer for m in session.scalars(select(PostureMinute))) == ["a", "b"]


def test_an_entry_that_makes_no_sense_is_set_aside_and_the_rest_goes_on(journal, sessions):
    (journal._folder / "00000000000000000001-x.json").write_text('{"table": "nonsense"}')
    journal.put(an_event())
    assert drain(journal, sessions, lambda *_: None) == 1
    assert journal.entries() == []


def test_how_a_camera_was_before_a_power_cut_is_nobodys_loss(journal, sessions):
    journal.put(a_camera_state())
    (left,) = journal.entries()
    left.write_bytes(b"")
    journal.put(a_camera_state(camera="gate"))
    drain(journal, sessions, lambda *_: None)
    assert journal.entries() == journal.refused() == []
    with sessions() as session:
        assert session.scalars(select(CameraState.camera)).all() == ["gate"]


def test_a_row_the_database_will_not_take_is_set_aside_and_the_rest_goes_on(journal, sessions):
    good = an_event()
    journal.put(an_event(rule=None))
    journal.put(good)
    drain(journal, sessions, lambda *_: None)
    assert journal.entries() == []
    with sessions() as session:
        assert [e.id for e in session.scalars(select(Event))] == [good.id]


def test_a_database_that_cannot_be_written_loses_nothing(journal, sessions, tmp_path):
    absent = sessions_of(open_database(f"sqlite:///{tmp_path / 'empty.db'}"))
    incident = Incident(
        id=uuid4(), camera="dock", kind="down", reason="x", started_at=NOW, ended_at=None
    )
    journal.put(incident)
    with pytest.raises(OperationalError):
        drain(journal, absent, lambda *_: None)
    assert Drainer(journal, absent, lambda *_: None).step() == 0
    assert Drainer(journal, sessions, lambda *_: None).step() == 1


def test_a_refused_announcement_keeps_the_row_out_of_the_database(journal, sessions):
    def refuse(*_):
        raise OperationalError("no", {}, Exception("no"))

    journal.put(an_event())
    with pytest.raises(OperationalError):
        drain(journal, sessions, refuse)
    with sessions() as session:
        assert session.scalars(select(Event)).all() == []
    assert len(journal.entries()) == 1
