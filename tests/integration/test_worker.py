"""A worker's camera that gives no pictures, and what it tells and remembers."""

import json
import os
import threading
import time
from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import select

from monitor import coaches, recordings, worker
from monitor.capture.feed import FeedState
from monitor.pipeline import CameraPlan
from monitor.posture.coach import Coach
from monitor.recorder import Keep, nobody
from monitor.store.database import migrate, open_database, sessions_of
from monitor.store.journal import Journal, drain
from monitor.store.tables import CameraState, CoverageMinute
from monitor.worker import TOO_LATE, CameraJob, WatchedCamera, Worker, why_unseen
from tests.builders import a_rule
from tests.fakes import FakeClock, ToldEngine
from tests.integration.recorded import BEGIN, after
from tests.unit.capture_fakes import FakeClock as ArrivalClock
from tests.unit.capture_fakes import ToldSource

pytestmark = pytest.mark.alone


def test_a_silence_is_told_twice_a_second_however_often_the_loop_comes_round(tmp_path):
    clock, keep = FakeClock(BEGIN), Keep(tmp_path, keep_free_mb=0, landmarks=True)
    keep.snapshots.mkdir(parents=True)
    job = CameraJob(CameraPlan("dock", ()), "mannequin:")
    engine = ToldEngine(lambda: [])
    camera = WatchedCamera(job, engine, clock, threading.Event(), keep, nobody)
    for _ in range(200):
        clock.advance(0.05)
        camera.step()
    camera.stop()
    (file,) = recordings.files(keep.recordings, "dock", BEGIN, after(60))
    looks = recordings.read(file.path).looks
    assert 14 <= len(looks) <= 17
    assert {look.blind for look in looks} == {"no pictures"}
    assert looks[-1].t - looks[0].t > 7


def test_a_minute_is_kept_once_though_its_last_look_comes_after_it(tmp_path, monkeypatch):
    clock, keep = ArrivalClock(1000.1), Keep(tmp_path, keep_free_mb=0)
    keep.snapshots.mkdir(parents=True)
    source = ToldSource(clock=clock)
    source.size = (48, 64)
    monkeypatch.setattr(worker, "make_source", lambda *_, **__: source)
    job = CameraJob(CameraPlan("dock", ()), "rtsp://dock/")
    engine = ToldEngine(lambda: [])
    camera = WatchedCamera(job, engine, clock, threading.Event(), keep, nobody)
    camera.start()
    for n in range(750):
        source.tell(0.2 * n)
        while not camera.step():
            time.sleep(0.001)
        clock.sleep(0.12)
        camera.step()
    minutes = list(Journal(keep.journal).waiting(CoverageMinute))
    assert [minute.minute.minute for minute in minutes] == [15, 16, 17]
    assert [minute.watched_s + minute.blind_s for minute in minutes[1:]] == pytest.approx([60, 60])
    camera.stop()


def test_a_disk_that_stands_still_holds_up_no_look_and_loses_nothing(tmp_path, monkeypatch):
    clock, keep = ArrivalClock(1000.1), Keep(tmp_path, keep_free_mb=0)
    source = ToldSource(clock=clock)
    source.size = (48, 64)
    monkeypatch.setattr(worker, "make_source", lambda *_, **__: source)
    job = CameraJob(CameraPlan("dock", ()), "rtsp://dock/")
    hall = Worker([job], ToldEngine(lambda: []), clock, keep)
    (camera,) = hall.cameras
    works, sync = threading.Event(), os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: works.wait(60.0) and sync(file))
    camera.start()
    for n in range(750):
        source.tell(0.2 * n)
        while camera.turn[-1] < 999.9 + 0.2 * n:
            hall.step(0.1, lambda _: None)
    assert not list(Journal(keep.journal).waiting(CoverageMinute))
    works.set()
    hall.end()
    minutes = list(Journal(keep.journal).waiting(CoverageMinute))
    assert [minute.minute.minute for minute in minutes] == [15, 16, 17, 18]
    told = [minute.watched_s + minute.blind_s for minute in minutes]
    assert told[1:3] == pytest.approx([60, 60])


@pytest.mark.parametrize(
    ("in_t", "unseen_s", "busy", "said"),
    [(None, 2.1, True, "no pictures come"), (5.0, 2.1, True, "no pictures come"),
     (9.0, 2.1, False, "no pictures come"), (9.0, 1.9, False, None),
     (9.0, 2.1, True, None), (9.0, 14.9, True, None), (9.0, 15.1, True, TOO_LATE)],
)  # fmt: skip
def test_a_camera_is_not_blamed_for_a_computer_that_is_too_slow(in_t, unseen_s, busy, said):
    feed = FeedState("up", BEGIN, in_t=in_t)
    assert why_unseen(feed, 10.0, unseen_s, 2.0, busy) == said


def last_word(folder: Path) -> CameraState:
    """What the store knows of a camera that watched nothing and was stopped."""
    keep = Keep(folder, keep_free_mb=0, landmarks=False)
    keep.snapshots.mkdir(parents=True)
    job = CameraJob(CameraPlan("dock", (a_rule(title="Kneeling", measure="kneeling"),)), "rtsp:")
    engine = ToldEngine(lambda: [])
    WatchedCamera(job, engine, FakeClock(BEGIN), threading.Event(), keep, nobody).stop()
    database = open_database(f"sqlite:///{folder / 'plumbline.db'}")
    migrate(database, backups=folder / "backups")
    sessions = sessions_of(database)
    drain(Journal(keep.journal), sessions, lambda *_: None)
    with sessions() as session:
        return session.scalars(select(CameraState)).one()


def test_what_a_camera_can_judge_outlives_a_restart_and_reaches_the_store(tmp_path):
    file = coaches.file_of(tmp_path, "dock")
    coach = Coach()
    coach.restore({"seen": 300.0, "octaves": 2400.0, "unseen.feet": 270.0, "known.lying": 30.0})
    coaches.save(file, coaches.written(coach))
    told = last_word(tmp_path).coach
    assert told is not None
    assert told["seen_s"] == 300
    assert [rule["title"] for rule in told["unsupported"]] == ["Kneeling"]
    assert told["unsupported"][0]["reason"] == "feet are hidden 90 % of the time"
    assert told["advice"][0].startswith("Feet are hidden 90 % of the time")
    assert json.loads(file.read_bytes()) == coach.kept()


def test_a_damaged_file_of_what_a_camera_can_judge_is_said_and_learnt_anew(tmp_path, capsys):
    file = coaches.file_of(tmp_path, "dock")
    file.parent.mkdir()
    file.write_text('{"seen": ')
    told = last_word(tmp_path).coach
    assert told is not None
    assert told["seen_s"] == 0
    assert "what a camera can judge not readable" in capsys.readouterr().out


class Queue:
    """A camera of which there is always a new picture."""

    near: ClassVar[set[str]] = set()
    """Where there may soon be something to tell."""

    def __init__(self, job, _engine, _clock, wakeup, *_):
        self.name, self.age_s, self.looks = job.plan.name, 0.0, []
        self._wakeup = wakeup

    @property
    def turn(self):
        may_wait = not self.name.startswith("somebody") and self.age_s < worker.OLD_S
        return may_wait, self.name not in self.near, max(self.looks, default=0)

    def step(self):
        self.looks.append(next(Queue.moments))
        self._wakeup.set()
        return True


def test_cameras_with_somebody_come_first_and_of_the_others_none_is_left_out(tmp_path, monkeypatch):
    Queue.moments = iter(range(1, 1000))
    monkeypatch.setattr(worker, "WatchedCamera", Queue)
    names = ("empty-1", "somebody-1", "empty-2", "somebody-2", "empty-3")
    jobs = [CameraJob(CameraPlan(name, ()), "mannequin:") for name in names]
    hall = Worker(jobs, ToldEngine(lambda: []), FakeClock(BEGIN), Keep(tmp_path))
    for _ in range(9):
        hall.step(0.0, lambda _: None)
    looks = {camera.name: len(camera.looks) for camera in hall.cameras}
    assert looks == {name: 9 if name.startswith("somebody") else 3 for name in names}
    firsts = [min(camera.looks) for camera in hall.cameras]
    assert firsts == [3, 1, 6, 2, 9]
    for camera in hall.cameras:
        camera.age_s = 0.6
    hall.step(0.0, lambda _: None)
    assert [len(camera.looks) for camera in hall.cameras] == [4, 10, 4, 10, 4]
    assert min(hall.cameras, key=lambda camera: max(camera.looks)).name == "empty-1"
    Queue.near = {"somebody-2"}
    hall.step(0.0, lambda _: None)
    assert min(hall.cameras, key=lambda camera: camera.looks[-1]).name == "somebody-2"
