"""The running house with its database locked for a minute by somebody else."""

import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from monitor.store.health import faults
from monitor.store.tables import CoverageMinute, Event
from tests.integration.plumbline import running

LOCKED_S = 60.0

SETTINGS = """
cameras:
  - {name: shift, url: "mannequin:shift", pitch_deg: 20, fps: 5}
"""


@pytest.mark.timeout(400)
@pytest.mark.usefixtures("task")
def test_a_minute_without_the_database_costs_nothing(tmp_path: Path) -> None:
    with running(tmp_path / "site", SETTINGS, "--no-dashboard") as site:
        site.until(lambda: site.rows(Event), 90)
        with closing(sqlite3.connect(site.data / "plumbline.db", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            before = len(site.rows(Event))
            time.sleep(LOCKED_S)
            assert len(site.rows(Event)) == before
            waiting = len(list((site.data / "journal").glob("*.json")))
            assert waiting > 20
            other.execute("ROLLBACK")
        site.until(lambda: not list((site.data / "journal").glob("*.json")), 60)
        unlocked = site.rows(Event)
        assert len(unlocked) > before
        assert site.stop() == 0
        events = site.rows(Event)
        assert all(event.ended_at for event in events)
        files = {p.name for p in (site.data / "evidence").glob("*/*.jpg")}
        assert files == {Path(event.evidence).name for event in events if event.evidence}
        minutes = sorted(site.rows(CoverageMinute), key=lambda row: row.minute)
        for one, next_one in pairwise(minutes):
            assert next_one.minute - one.minute == timedelta(minutes=1)
        for row in minutes[1:-1]:
            assert row.watched_s + row.blind_s == pytest.approx(60.0, abs=0.1)
        with site.sessions() as session:
            assert faults(session, thorough=True) == []
        assert site.log.count("database not written, kept in the journal") == 1
        print(f"{len(events)} events, {waiting} entries waited, {len(minutes)} minutes")
