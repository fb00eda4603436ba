"""The self-test of a worker, from a drawn picture to a row that nobody is told of."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.capture.mannequin import MannequinSource
from monitor.posture.model import Pose
from monitor.recorder import Keep, nobody
from monitor.selftest import EVERY_S, FIRST_S, LOOK_S, PATIENCE_S, SCENE, SelfTest
from monitor.store import events
from monitor.store.database import Sessions, migrate, open_database, sessions_of
from monitor.store.journal import Drainer, Journal
from monitor.store.outbox import Receiver, announce_event
from monitor.store.tables import Event, Incident, Outbox
from tests.builders import drawn_pose
from tests.fakes import FakeClock, ToldEngine

pytestmark = pytest.mark.alone

ALL = Receiver("all", frozenset({"notice", "warning", "alert"}))
BENT = drawn_pose(MannequinSource(SCENE).camera, "bend", (0.0, 0.0), SCENE.yaw)
"""The figure of the scene."""


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Sessions]:
    engine = open_database(f"sqlite:///{tmp_path / 'plumbline.db'}")
    migrate(engine, backups=tmp_path)
    yield sessions_of(engine)
    engine.dispose()


class Worker:
    """A worker's self-test, stepped more often than it looks."""

    def __init__(self, data: Path, engine) -> None:
        self.clock = FakeClock()
        keep = Keep(data, keep_free_mb=0, landmarks=True)
        self._journal = Journal(keep.journal)
        self._test = SelfTest("dock", engine, self.clock, keep, nobody)

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / (LOOK_S / 2))):
            self.clock.advance(LOOK_S / 2)
            self._test.step()

    def drain(self, sessions: Sessions) -> None:
        Drainer(
            self._journal,
            sessions,
            lambda s, row, new: (
                announce_event(s, row, [ALL], self.clock.now())
                if new and isinstance(row, Event)
                else None
            ),
        ).empty()


def rows(sessions: Sessions, table):
    with sessions() as session:
        return session.scalars(select(table)).all()


def test_a_drawn_bend_becomes_a_row_that_nobody_is_told_of(
    blazepose, sessions: Sessions, tmp_path: Path
) -> None:
    worker = Worker(tmp_path, blazepose)
    worker.clock.advance(FIRST_S)
    worker.run(6)
    worker.drain(sessions)
    (event,) = rows(sessions, Event)
    assert (event.camera, event.rule, event.test) == ("dock", "self-test", True)
    assert event.peak == pytest.approx(80, abs=8)
    assert event.ended_at is not None
    assert event.evidence is not None
    assert (tmp_path / "evidence" / event.evidence).stat().st_size > 1000
    assert rows(sessions, Incident) == rows(sessions, Outbox) == []
    assert list((tmp_path / "landmarks").iterdir()) == []
    with sessions() as session:
        assert events.count(session, events.Wanted()) == 0
        assert events.cameras(session) == []
        assert events.rules(session) == {}
        assert events.self_tests(session, event.met_at) == {"dock": event.met_at}
        assert events.self_tests(session, worker.clock.now()) == {}


def test_it_looks_five_times_a_second_for_some_seconds_a_day(
    sessions: Sessions, tmp_path: Path
) -> None:
    looked: set[float] = set()

    def sees() -> Sequence[Pose]:
        looked.add(worker.clock.steady())
        return [BENT]

    worker = Worker(tmp_path, ToldEngine(sees))
    worker.run(60)
    assert looked == set()
    worker.clock.advance(FIRST_S)
    worker.run(60)
    once = len(looked)
    assert 15 <= once <= 40
    worker.clock.advance(EVERY_S)
    worker.run(10)
    assert 15 <= len(looked) - once <= 40
    worker.drain(sessions)
    assert len(rows(sessions, Event)) == 2


def test_a_bend_not_told_of_is_an_incident_until_one_is(sessions: Sessions, tmp_path: Path) -> None:
    seen: list[Pose] = []
    worker = Worker(tmp_path, ToldEngine(lambda: seen))
    for _ in range(2):
        worker.clock.advance(EVERY_S)
        worker.run(PATIENCE_S + 1)
    worker.drain(sessions)
    (incident,) = rows(sessions, Incident)
    assert (incident.kind, incident.camera, incident.ended_at) == ("selftest", "dock", None)
    assert "did not tell of a drawn bend" in incident.reason
    seen.append(BENT)
    worker.clock.advance(EVERY_S)
    worker.run(10)
    worker.drain(sessions)
    (incident,) = rows(sessions, Incident)
    assert incident.ended_at is not None
