"""A camera's network fails and mends; the other camera of the same worker does not notice."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.clock import SystemClock
from monitor.outage import Outage
from monitor.pipeline import CameraPlan
from monitor.recorder import Keep
from monitor.store.journal import Journal
from monitor.store.tables import CameraState, Incident
from monitor.worker import CameraJob, Worker
from tests.fakes import ToldEngine
from tests.integration.relay import How
from tests.integration.rtsp import RtspServer
from tests.integration.rude import rude_server, saying

pytestmark = pytest.mark.alone

REFUSAL = b"RTSP/1.0 401 No\r\nCSeq: 1\r\n\r\n"


@pytest.fixture
def server(rtsp: RtspServer, film: Path) -> RtspServer:
    rtsp.add("/live", film, 25, "loop")
    rtsp.start()
    return rtsp


class Watching:
    """A worker in this process; what it tells stays in its journal."""

    def __init__(self, folder: Path, **urls: str) -> None:
        keep = Keep(folder, keep_free_mb=0)
        jobs = [
            CameraJob(CameraPlan(name, ()), url, open_timeout_s=2, read_timeout_s=2)
            for name, url in urls.items()
        ]
        self._worker = Worker(jobs, ToldEngine(lambda: []), SystemClock(), keep)
        self._journal = Journal(keep.journal)
        for camera in self._worker.cameras:
            camera.start()

    def until(self, true: Callable[[], bool], seconds: float) -> float:
        """Watches until something holds; how long that took."""
        began = time.monotonic()
        while not true():
            assert time.monotonic() - began < seconds, self.states()
            self._worker.step(0.1, lambda _: None)
        return time.monotonic() - began

    def states(self) -> dict[str, CameraState]:
        """The last word of each camera."""
        return {state.camera: state for state in self._journal.waiting(CameraState)}

    def are(self, **states: str) -> bool:
        told = self.states()
        return all(name in told and told[name].state == how for name, how in states.items())

    def incidents(self) -> dict[str, Incident]:
        """The last word of each, by camera and kind."""
        told = {row.id: row for row in self._journal.waiting(Incident)}
        by_name = {f"{row.camera} {row.kind}": row for row in told.values()}
        assert len(by_name) == len(told), "one trouble, two incidents"
        return by_name

    def stop(self) -> None:
        for camera in self._worker.cameras:
            camera.stop()


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("cut", "the camera ended the stream|connection"),
        ("held", "no pictures? (for 2 s|come)"),
        ("dripping", "no pictures? (for 2 s|come)"),
    ],
)
def test_a_camera_whose_network_fails_is_down_and_comes_back_and_the_other_stays(
    tmp_path, server, way, how: How, reason
):
    ill = f"rtsp://127.0.0.1:{way.port}/live"
    watching = Watching(tmp_path, well=server.address("/live"), ill=ill)
    watching.until(lambda: watching.are(well="up", ill="up"), 15)
    way.how = how
    watching.until(lambda: watching.are(ill="down"), 10)
    assert re.search(reason, watching.incidents()["ill down"].reason)
    way.how = "well"
    watching.until(lambda: watching.are(ill="up"), 15)
    assert watching.are(well="up")
    watching.stop()
    incidents = watching.incidents()
    assert set(incidents) == {"ill down"}
    assert incidents["ill down"].ended_at is not None


def test_a_camera_that_refuses_for_ever_is_asked_less_and_less_often(tmp_path, server):
    tries: list[float] = []

    def refusing(connection, over):
        tries.append(time.monotonic())
        saying(REFUSAL, lambda *_: None)(connection, over)

    with rude_server(refusing) as port:
        ill = f"rtsp://bob:hunter2@127.0.0.1:{port}/live"
        watching = Watching(tmp_path, well=server.address("/live"), ill=ill)
        watching.until(lambda: watching.are(well="up", ill="down"), 15)
        assert watching.states()["ill"].reason == "wrong user or password (401)"
        watching.until(lambda: len(tries) > 3, 15)
        watching.stop()
    assert tries[-1] - tries[-2] > 1.0
    assert set(watching.incidents()) == {"ill down"}


def test_a_server_that_is_killed_takes_all_cameras_and_gives_them_back(tmp_path, server):
    watching = Watching(tmp_path, one=server.address("/live"), two=server.address("/live"))
    outage = Outage()

    def cameras_out() -> int:
        for name, state in watching.states().items():
            outage.see(name, state.state, time.monotonic())
        return outage.cameras

    watching.until(lambda: watching.are(one="up", two="up") and cameras_out() == 0, 15)
    server.kill()
    watching.until(lambda: cameras_out() == 2, 10)
    server.start()
    watching.until(lambda: cameras_out() == 0, 15)
    watching.until(lambda: watching.are(one="up", two="up"), 5)
    watching.stop()
    incidents = watching.incidents()
    assert set(incidents) == {"one down", "two down"}
    assert all(incident.ended_at is not None for incident in incidents.values())
