"""Killing Plumbline's processes at random moments during events, and what must be true after."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Literal
from uuid import UUID

from sqlalchemy import text

from monitor.jobs.sweep import pictures
from monitor.store.tables import Event
from tests.integration.plumbline import ROOT, Plumbline, workers

Victim = Literal["worker", "supervisor"]

Written = tuple[UUID, int]
"""An event, and which of its rows."""

BUSY = """
workers: 2
cameras:
  - name: bends
    url: "mannequin:bend?width=640&height=360"
    pitch_deg: 20
    changes: {trunk-deep-bend: {hold_s: 0, release_s: 1}}
  - name: lifts
    url: "mannequin:stoop-lift?width=640&height=360"
    pitch_deg: 20
    changes: {trunk-deep-bend: {hold_s: 0, release_s: 1}}
"""
"""An event that goes on for ever, whoever watches it, and events one after the other."""


class Killer:
    """Kills, and remembers which events had begun to be stored when it did."""

    def __init__(self, site: Plumbline, seed: int) -> None:
        self._site = site
        self._chance = random.Random(seed)
        self.begun: set[UUID] = set()

    def kill(self, victim: Victim) -> None:
        """At a random moment within a second after an event has begun or gone on; waits for it."""
        before = self._written()
        self._site.until(lambda: self._written() - before, 120)
        time.sleep(self._chance.uniform(0.0, 1.0))
        self.begun |= {event for event, _ in self._written()}
        if victim == "worker":
            alive = self._site.until(lambda: workers(self._site), 60)
            os.kill(self._chance.choice(alive), signal.SIGKILL)
        else:
            self._site.kill()
            self._site.start()

    def _written(self) -> set[Written]:
        """In the journal or in the database; an entry may go from one to the other meanwhile."""
        entries = (self._site.data / "journal").glob("[0-9]*.json")
        waiting = {event for path in entries if (event := _event_in(path))}
        return waiting | {(event.id, event.revision) for event in self._site.rows(Event)}


def _event_in(path: Path) -> Written | None:
    try:
        entry = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    if entry.get("table") != "event":
        return None
    return UUID(entry["row"]["id"]), entry["row"]["revision"]


def settle(site: Plumbline) -> None:
    """Stop, and start once more: what a crash left is swept up at a start."""
    site.stop()
    site.start()
    site.until(lambda: workers(site), 60)
    site.stop()


def check_kept(site: Plumbline, begun: set[UUID]) -> None:
    """After `settle`: nothing lost, nothing doubled, nothing left over."""
    events = site.rows(Event)
    assert begun <= {event.id for event in events}
    assert all(event.ended_at is not None for event in events)
    told = {event.evidence for event in events if event.evidence is not None}
    folder = site.data / "evidence"
    assert told == {str(path.relative_to(folder)) for path in pictures(folder)}
    assert [path.name for path in (site.data / "journal").iterdir()] == []
    with site.sessions() as session:
        assert session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    verified = subprocess.run(
        [sys.executable, "-m", "monitor", "-s", str(site.settings), "verify"],
        cwd=ROOT, env={**os.environ, "PLUMBLINE_DATA": str(site.data)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert verified.returncode == 0, verified.stdout + verified.stderr
    for camera, rule in {(event.camera, event.rule) for event in events}:
        spans = sorted(
            (e.started_at, e.ended_at, e.slot, str(e.id))
            for e in events
            if (e.camera, e.rule) == (camera, rule)
        )
        assert [(a, b) for a, b in pairwise(spans) if a[1] > b[0]] == []
