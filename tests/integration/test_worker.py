"""A worker's camera that gives no pictures."""

import threading

from monitor import recordings
from monitor.pipeline import CameraPlan
from monitor.recorder import Keep, nobody
from monitor.worker import CameraJob, WatchedCamera
from tests.fakes import FakeClock, ToldEngine
from tests.integration.recorded import BEGIN, after


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
