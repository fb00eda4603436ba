"""The database locked, the disk full: nothing is lost, nothing is doubled, and it says so."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, create_engine, select
from structlog.testing import capture_logs

from monitor.jobs import Purged, loose_ends, make_room
from monitor.pipeline import CameraPipeline, CameraPlan
from monitor.posture.minutes import Minute
from monitor.posture.model import Frame, Pose
from monitor.recorder import Keep, Recorder
from monitor.store.database import Sessions, migrate, open_database, sessions_of
from monitor.store.health import faults
from monitor.store.journal import Drainer, Journal
from monitor.store.tables import CameraState, CoverageMinute, Event, Incident
from tests.builders import a_camera_state, a_pose, a_rule, joints
from tests.fakes import FakeClock, ToldEngine
from tests.integration.rows import NOON, an_event
from tests.pages import a_site

RNG = np.random.default_rng(0)


class Scene:
    """One camera that sees one person bend, five looks a second."""

    def __init__(self, data: Path, keep_free_mb: int = 0) -> None:
        self.keep = Keep(data, keep_free_mb=keep_free_mb)
        self.clock = FakeClock()
        plan = CameraPlan("dock", (a_rule(release_s=0.4),))
        self._poses: list[Pose] = []
        self._pipeline = CameraPipeline(plan, ToldEngine(lambda: self._poses), self.clock)
        self._recorder = Recorder(plan, "told", self.keep)

    def show(self, seconds: float, bent: float) -> None:
        self._poses = [a_pose(joints(trunk=bent, yaw=90), at=(80, 75), scale=25)]
        for _ in range(round(seconds / 0.2)):
            self.clock.advance(0.2)
            picture = RNG.integers(0, 255, (120, 160, 3), np.uint8)
            frame = Frame(picture, self.clock.now(), self.clock.steady())
            self._recorder.record(self._pipeline.step(frame, 5))
            self._over(self._pipeline.minutes.closed(self._pipeline.until))
            state = a_camera_state(self.clock.now(), camera="dock")
            self._recorder.row(state)

    def bends(self, times: int) -> None:
        """Each is an event; minutes and states go on."""
        for _ in range(times):
            self.show(1, 0)
            self.show(5, 75)
        self.show(1, 0)

    def finish(self) -> None:
        self._recorder.record(self._pipeline.finish(self.clock.steady(), self.clock.now()))
        self._over(self._pipeline.minutes.flush())

    def _over(self, minutes: Sequence[Minute]) -> None:
        if minutes:
            self._recorder.minutes(minutes, (), self._pipeline.until)


def pictures(keep: Keep) -> set[str]:
    return {str(p.relative_to(keep.evidence)) for p in keep.evidence.rglob("*.jpg")}


@contextmanager
def database(data: Path) -> Iterator[tuple[Engine, Sessions]]:
    engine = open_database(f"sqlite:///{data / 'plumbline.db'}")
    migrate(engine, backups=data / "backups")
    yield engine, sessions_of(engine)
    engine.dispose()


def watched_s(sessions: Sessions) -> float:
    with sessions() as session:
        return sum(session.scalars(select(CoverageMinute.watched_s)))


@contextmanager
def locked_by_another(file: Path) -> Iterator[None]:
    """Somebody writes and does not end."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def impatient(data: Path) -> Sessions:
    """As the daemon opens it, but it waits for a lock 0.1 s and not 30."""
    return sessions_of(
        create_engine(f"sqlite:///{data / 'plumbline.db'}", connect_args={"timeout": 0.1})
    )


def test_a_locked_database_delays_rows_and_loses_and_doubles_none(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    with database(tmp_path) as (_, sessions):
        announced: list[object] = []
        drainer = Drainer(
            Journal(scene.keep.journal),
            impatient(tmp_path),
            lambda _, row, new: announced.append(row) if new and isinstance(row, Event) else None,
            every_s=0.02,
        )
        drainer.start()
        with capture_logs() as logs:
            with locked_by_another(tmp_path / "plumbline.db"):
                scene.bends(3)
                scene.finish()
                assert len(Journal(scene.keep.journal).entries()) > 0
            drainer.stop()
        with sessions() as session:
            events = session.scalars(select(Event)).all()
            states = session.scalars(select(CameraState)).all()
    assert len(events) == len(announced) == 3
    assert {event.evidence for event in events} == pictures(scene.keep)
    assert all(event.ended_at for event in events)
    assert len(states) == 1
    assert Journal(scene.keep.journal).entries() == []
    said = [line["event"] for line in logs if line["event"].startswith("database")]
    assert said == ["database not written, kept in the journal", "database written again"]


def test_the_pages_answer_while_the_database_is_locked(tmp_path: Path) -> None:
    site = a_site(tmp_path, sessions=impatient(tmp_path))
    event = an_event()
    site.add([event])
    site.log_in()
    with locked_by_another(tmp_path / "plumbline.db"):
        for path in ("/", "/events", f"/events/{event.id}"):
            assert site.client.get(path).status_code == 200
        refused = site.post(f"/events/{event.id}/hold", {"reason": "an accident"})
    assert refused.status_code == 503
    assert "The database does not answer; watching goes on." in refused.get_data(as_text=True)
    assert site.post(f"/events/{event.id}/hold", {"reason": "an accident"}).status_code == 303


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MB of its own."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if mounted.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, leave: int = 0) -> None:
    """Take what room there is but about `leave` bytes."""
    with (folder / "stone").open("ab", buffering=0) as stone, suppress(OSError):
        while shutil.disk_usage(folder).free > leave:
            stone.write(bytes(4096))


def incidents(sessions: Sessions) -> dict[str, bool]:
    """Whether each kind that speaks of storing has ended."""
    query = select(Incident).where(Incident.kind.in_(("evidence", "journal", "store")))
    with sessions() as session:
        return {i.kind: i.ended_at is not None for i in session.scalars(query)}


def test_a_disk_that_fills_up_and_is_freed_loses_and_doubles_nothing(small: Path) -> None:
    scene = Scene(small, keep_free_mb=2)
    began = scene.clock.now()
    with database(small) as (_, sessions):
        drainer = Drainer(Journal(scene.keep.journal), sessions, lambda *_: None)

        def events() -> list[Event]:
            drainer.empty()
            with sessions() as session:
                return list(session.scalars(select(Event).order_by(Event.met_at)))

        scene.bends(2)
        assert [event.evidence is not None for event in events()] == [True, True]
        fill(small, leave=1_000_000)
        scene.bends(2)
        assert [event.evidence_note for event in events()[2:]] == [
            "no picture: the disk is nearly full"
        ] * 2
        assert incidents(sessions) == {"evidence": False}
        fill(small)
        scene.bends(2)
        assert len(events()) == 4
        (small / "stone").unlink()
        scene.bends(1)
        scene.finish()
        scene.show(0.2, 0)
        kept = events()
        assert [event.evidence is not None for event in kept] == [True] * 2 + [False] * 4 + [True]
        assert all(event.ended_at for event in kept)
        assert incidents(sessions) == {"evidence": True, "journal": True}
        seconds = (scene.clock.now() - began).total_seconds() - 0.2
        assert watched_s(sessions) == pytest.approx(seconds, abs=0.01)
        assert not loose_ends(sessions, small, scene.clock.now()).any
        assert pictures(scene.keep) == {event.evidence for event in kept if event.evidence}
        with sessions() as session:
            assert faults(session, thorough=True) == []


def test_what_waits_in_memory_is_the_newest_of_each(small: Path) -> None:
    scene = Scene(small)
    fill(small)
    with capture_logs() as logs:
        scene.bends(1)
        scene.show(10, 0)
    assert len([line for line in logs if line.get("kind") == "journal"]) == 1
    (small / "stone").unlink()
    scene.show(0.2, 0)
    waited = [path.read_text() for path in Journal(scene.keep.journal).entries()]
    assert len([entry for entry in waited if '"table": "camera_state"' in entry]) <= 2
    assert len([entry for entry in waited if '"table": "event"' in entry]) == 1


def test_room_is_made_on_a_full_disk_by_the_oldest_pictures(small: Path) -> None:
    with database(small) as (_, sessions):
        for day in range(1, 5):
            path = small / "evidence" / f"2026-05-0{day}" / "a.jpg"
            path.parent.mkdir(parents=True)
            path.write_bytes(bytes(2_000_000))
            with sessions() as session, session.begin():
                name = f"{path.parent.name}/{path.name}"
                session.add(an_event(NOON - timedelta(days=5 - day), evidence=name))
        fill(small, leave=1_000_000)
        assert make_room(sessions, small, 4, NOON) == Purged(pictures=2)
        assert shutil.disk_usage(small).free >= 4_000_000
        assert make_room(sessions, small, 4, NOON) == Purged()
        assert pictures(Keep(small)) == {"2026-05-03/a.jpg", "2026-05-04/a.jpg"}
