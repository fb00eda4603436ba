"""What the supervisor tells of workers that are lost, of stalls and of its own absence."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import select

from monitor.crew import HUNG_S
from monitor.crews import Crews
from monitor.store.database import Sessions, migrate, open_database, sessions_of
from monitor.store.journal import Journal
from monitor.store.tables import Event, Incident
from monitor.supervisor import Supervisor
from tests.builders import a_camera_state, an_event
from tests.fakes import FakeClock
from tests.integration.strange import strange_crew

T = TypeVar("T")


class House:
    """A supervisor whose seconds are told, and its store."""

    def __init__(self, sessions: Sessions, folder: Path, *crews: str) -> None:
        self.clock = FakeClock()
        self.crews = Crews([strange_crew(names.split()) for names in crews])
        self.journal = Journal(folder / "journal")
        self.supervisor = Supervisor(
            self.crews, self.journal, sessions, [], BackgroundScheduler(), self.clock, pages=None
        )
        self._sessions = sessions
        self.supervisor.start()

    def step(self, seconds: float = 0.0) -> None:
        self.clock.advance(seconds)
        self.supervisor.step()

    def until(self, true: Callable[[], T], seconds: float = 0.0) -> T:
        """Rounds of so many seconds until something holds."""
        end = time.monotonic() + 20
        while not (value := true()):
            assert time.monotonic() < end, [(i.kind, i.reason) for i in self.incidents()]
            self.step(seconds)
            time.sleep(0.01)
        return value

    def all_live(self) -> None:
        self.until(lambda: all(crew.alive for crew in self.crews))

    def incidents(self, kind: str = "") -> list[Incident]:
        with self._sessions() as session:
            kept = session.scalars(select(Incident).order_by(Incident.started_at)).all()
        return [incident for incident in kept if kind in ("", incident.kind)]

    def event(self) -> Event:
        with self._sessions() as session:
            return session.scalars(select(Event)).one()


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Sessions]:
    database = open_database(f"sqlite:///{tmp_path / 'plumbline.db'}")
    migrate(database, backups=tmp_path / "backups")
    yield sessions_of(database)
    database.dispose()


@pytest.fixture
def house(sessions: Sessions, tmp_path: Path) -> Iterator[Callable[..., House]]:
    houses: list[House] = []

    def build(*crews: str) -> House:
        houses.append(House(sessions, tmp_path, *crews))
        return houses[-1]

    yield build
    for built in houses:
        built.supervisor.stop()


def test_a_worker_that_dies_leaves_an_incident_of_each_camera_and_its_event_is_ended(house):
    home = house("a b", "c")
    home.all_live()
    seen = home.clock.now()
    home.journal.put(an_event(camera="b", seen_at=seen, ended_at=None))
    os.kill(next(iter(home.crews)).pid, signal.SIGKILL)
    home.until(lambda: len(home.incidents("worker")) == 2)
    assert [i.camera for i in home.incidents()] == ["a", "b"]
    assert home.incidents()[0].reason == (
        "its worker process was ended by SIGKILL and was started again"
    )
    assert home.until(lambda: home.event().ended_at) == seen


def test_a_camera_that_is_put_alone_is_told_until_plumbline_is_started_again(house):
    home = house("a dies b")
    alone = home.until(lambda: home.incidents("alone"), 0.5)
    assert [(i.camera, i.ended_at) for i in alone] == [("dies", None)]
    home.until(lambda: len(home.incidents("worker")) > 9, 0.5)
    assert home.incidents("alone")[0].ended_at is None
    house("a dies b")
    home.until(lambda: home.incidents("alone")[0].ended_at)


def test_after_ten_minutes_in_which_everybody_was_stopped_nobody_is_replaced(house):
    home = house("a", "b")
    home.all_live()
    pids = [crew.pid for crew in home.crews]
    home.step(600.0)
    for _ in range(3):
        home.step(0.5)
    assert [crew.pid for crew in home.crews] == pids
    assert home.incidents() == []


def test_workers_that_fall_silent_together_are_one_incident_that_ends(house):
    home = house("a", "b")
    home.all_live()
    pids = [crew.pid for crew in home.crews]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    (stall,) = home.until(lambda: home.incidents("stall"), HUNG_S / 8)
    assert stall.camera is None
    assert stall.ended_at is None
    assert stall.reason == "2 workers stopped at once: this computer is overloaded"
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
    home.until(lambda: home.incidents("stall")[0].ended_at)
    assert [crew.pid for crew in home.crews] == pids
    assert len(home.incidents()) == 1


def test_cameras_that_go_down_together_are_one_incident_that_ends(house):
    home = house("a b c")
    home.all_live()
    for state in ("up", "down"):
        tell(home, state, *"abc")
    (stall,) = home.until(lambda: home.incidents("stall"))
    assert "cameras went down at once" in stall.reason
    tell(home, "up", *"abc")
    home.until(lambda: home.incidents("stall")[0].ended_at)
    assert len(home.incidents()) == 1


def tell(home: House, state: str, *cameras: str) -> None:
    for camera in cameras:
        home.journal.put(a_camera_state(camera=camera, state=state))


def test_what_was_left_open_is_ended_at_a_start_and_the_rest_of_the_database_is_not_ours(house):
    home = house("a")
    before = home.clock.now() - timedelta(hours=1)
    for camera, kind in (("a", "down"), ("a", "alone"), (None, "stall"), ("elsewhere", "down")):
        home.journal.put(
            Incident(
                id=os.urandom(16).hex(), camera=camera, kind=kind, reason="", started_at=before
            )
        )
    home.until(lambda: len(home.incidents()) == 4)
    house("a")
    home.until(lambda: sum(i.ended_at is not None for i in home.incidents()) == 3)
    (left,) = [i for i in home.incidents() if i.ended_at is None]
    assert left.camera == "elsewhere"
