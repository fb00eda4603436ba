"""The running house: workers that die or hang are replaced, alerts leave, everything ends well."""

import json
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from monitor.store.tables import CoverageMinute, Event, Incident, Outbox
from tests.integration.plumbline import Plumbline, running, workers

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("task")]

BENT = """
cameras:
  - name: bent
    url: "mannequin:bend"
    pitch_deg: 20
    changes: {trunk-deep-bend: {hold_s: 0}}
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Plumbline]:
    with running(tmp_path / "site", BENT, "--no-dashboard") as plumbline:
        plumbline.until(lambda: plumbline.rows(Event), 40)
        yield plumbline


def test_a_worker_that_is_killed_is_back_and_its_event_goes_on_and_is_not_doubled(site):
    (killed,) = workers(site)
    os.kill(killed, signal.SIGKILL)
    at = datetime.now(UTC)
    site.until(lambda: workers(site) not in ([], [killed]), 10)
    site.until(lambda: site.rows(Event)[0].seen_at > at, 40)
    (first,) = site.rows(Event)
    assert first.ended_at is None
    assert [i.kind for i in site.rows(Incident) if i.kind == "worker"] == ["worker"]
    stopped = datetime.now(UTC)
    assert site.stop() == 0
    assert all(event.ended_at is not None for event in site.rows(Event))
    watched_for_s = (stopped - first.started_at).total_seconds()
    minutes = site.rows(CoverageMinute)
    assert sum(minute.watched_s + minute.blind_s for minute in minutes) > watched_for_s - 0.5
    assert sum(minute.blind_s for minute in minutes) > 1.0


def test_stopping_ends_what_runs_and_says_the_camera_is_off(site):
    begun = time.monotonic()
    assert site.stop() == 0
    assert time.monotonic() - begun < 10
    assert [event.ended_at is not None for event in site.rows(Event)] == [True]
    assert site.camera("bent").state == "off"
    assert list((site.data / "journal").glob("*.json")) == []
    assert workers(site) == []


def gone(pids: list[int]) -> None:
    """Returns when these processes are no more."""
    end = time.monotonic() + 40
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_supervisor_that_is_killed_takes_its_workers_along(site):
    left = workers(site)
    site.kill()
    gone(left)


def test_a_camera_with_a_wrong_address_is_down_and_the_other_is_watched(tmp_path):
    settings = BENT + '  - {name: away, url: "rtsp://viewer:geheim@127.0.0.1:9/x"}\n'
    with running(tmp_path / "site", settings, "--no-dashboard") as plumbline:
        plumbline.until(lambda: plumbline.rows(Event), 40)
        away = plumbline.until(lambda: plumbline.camera("away"), 10)
        assert away.state == "down"
        assert "refused" in away.reason
        assert plumbline.camera("bent").state == "up"
        plumbline.stop()
        assert "geheim" not in plumbline.log
        assert "geheim" not in away.url + away.reason
        kept = b"".join(p.read_bytes() for p in plumbline.data.rglob("*.db*"))
        assert b"geheim" not in kept


def test_an_alert_and_a_camera_that_went_down_reach_the_webhook(tmp_path):
    heard: list[dict] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = (
        BENT
        + '  - {name: away, url: "rtsp://127.0.0.1:9/x"}\n'
        + "alerts:\n  camera_down_after_s: 0\n  webhooks:\n    - {name: hook, "
        + f"url: 'http://127.0.0.1:{server.server_port}/', secret: 'sixteen-characters'}}\n"
    )
    try:
        with running(tmp_path / "site", settings, "--no-dashboard") as plumbline:
            plumbline.until(lambda: {h["type"] for h in heard} >= {"event.started"}, 60)
            plumbline.until(lambda: {h["type"] for h in heard} >= {"camera.down"}, 90)
            plumbline.stop()
            assert all(row.delivered_at for row in plumbline.rows(Outbox))
    finally:
        server.shutdown()
        server.server_close()


def test_a_worker_whose_supervisor_is_killed_before_it_has_come_to_life_ends_too(tmp_path):
    with running(tmp_path / "site", BENT, "--no-dashboard") as plumbline:
        young = plumbline.until(lambda: workers(plumbline), 20)
        plumbline.kill()
        gone(young)


def test_stopping_ends_in_time_while_the_database_is_locked_and_nothing_is_lost(site):
    with closing(sqlite3.connect(site.data / "plumbline.db")) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        assert site.stop() == 0
        assert time.monotonic() - begun < 10
        somebody.rollback()
    assert [event.ended_at for event in site.rows(Event)] == [None]
    site.start()
    site.until(lambda: workers(site), 60)
    assert site.rows(Event)[0].ended_at is not None
