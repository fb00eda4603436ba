"""Every second of a camera is watched, blind or off, whatever happens to its worker."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from monitor.posture.minutes import MINUTE
from monitor.store.minutes import coverage
from monitor.store.tables import CoverageMinute, Event
from tests.builders import a_rule
from tests.integration.watched import Watched

pytestmark = pytest.mark.alone

WEIGHTS = [0.4, 0.15, 0.1, 0.15, 0.1, 0.1]


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def told(watched: Watched) -> tuple[float, float]:
    """Seconds watched and blind, of all minutes."""
    rows = watched.rows(CoverageMinute)
    return sum(row.watched_s for row in rows), sum(row.blind_s for row in rows)


def test_a_worker_killed_in_the_middle_of_a_minute_loses_seconds_only(watched: Watched) -> None:
    watched.show(45.0)
    watched.clock.advance(5.0)
    watched.start()
    watched.show(40.0)
    watched.stop()
    seen, blind = told(watched)
    assert seen + blind == pytest.approx(90.0, abs=0.01)
    assert 5.0 <= blind <= 5.0 + 10.0


def test_what_is_killed_again_and_again_stays_blind(watched: Watched) -> None:
    watched.show(5.0)
    for _ in range(20):
        watched.clock.advance(12.0)
        watched.start()
    watched.show(1.0)
    watched.stop()
    assert sum(told(watched)) == pytest.approx(246.0, abs=0.01)


def test_a_plumbline_that_was_killed_was_off_until_it_ran_again(watched: Watched) -> None:
    watched.show(45.0)
    watched.keep = replace(watched.keep, run=uuid4().hex)
    watched.clock.advance(600.0)
    watched.start()
    watched.show(10.0)
    watched.stop()
    seen, blind = told(watched)
    assert 45.0 <= seen <= 55.0
    assert blind == 0.0


def test_a_plumbline_that_was_stopped_was_off(watched: Watched) -> None:
    watched.show(45.0)
    watched.stop()
    watched.clock.advance(600.0)
    watched.start()
    watched.show(10.0)
    watched.stop()
    assert told(watched) == pytest.approx((55.0, 0.0), abs=0.01)


def test_a_damaged_account_is_said_and_costs_seconds(
    watched: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    watched.show(45.0)
    (account,) = (watched.keep.data / "accounts").iterdir()
    account.write_bytes(account.read_bytes()[:50])
    watched.start()
    watched.stop()
    assert "account of time not readable" in capsys.readouterr().out


@pytest.mark.parametrize("step_s", [3600.0, -3600.0, 40.0, -40.0])
def test_a_clock_that_is_set_changes_no_duration(watched: Watched, step_s: float) -> None:
    watched.show(90.0, every_s=1.0)
    watched.clock.set_by(step_s)
    watched.show(90.0, every_s=1.0)
    watched.stop()
    rows = watched.rows(CoverageMinute)
    assert sum(row.watched_s for row in rows) == pytest.approx(180.0, abs=0.01)
    assert sum(row.blind_s for row in rows) == 0.0
    assert {row.watched_s + row.blind_s <= 60.0 for row in rows} == {True}


def test_a_stopped_process_was_blind(watched: Watched) -> None:
    """SIGSTOP for 10 minutes: the steady clock goes on."""
    watched.show(30.0)
    watched.clock.advance(600.0)
    watched.show(30.0)
    watched.stop()
    seen, blind = told(watched)
    assert seen == pytest.approx(60.0, abs=0.3)
    assert seen + blind == pytest.approx(660.0, abs=0.01)


@pytest.mark.parametrize("step_s", [3600.0, -3600.0])
def test_a_clock_set_during_an_episode_changes_no_duration(tmp_path: Path, step_s: float) -> None:
    watched = Watched(tmp_path, [a_rule()])
    watched.show(2.0, bent=0.0)
    watched.show(6.0, bent=75.0)
    watched.clock.set_by(step_s)
    watched.show(6.0, bent=75.0)
    watched.show(3.0, bent=0.0)
    watched.stop()
    (event,) = watched.rows(Event)
    assert event.duration_s == pytest.approx(12.0, abs=0.5)
    assert event.ended_at is not None
    assert (event.ended_at - event.started_at).total_seconds() == pytest.approx(12.0, abs=0.5)


def test_a_process_stopped_during_an_episode_ends_it_where_it_was_last_seen(tmp_path: Path) -> None:
    watched = Watched(tmp_path, [a_rule()])
    watched.show(2.0, bent=0.0)
    watched.show(6.0, bent=75.0)
    watched.clock.advance(600.0)
    watched.show(6.0, bent=75.0)
    watched.stop()
    assert sorted(round(event.duration_s) for event in watched.rows(Event)) == [6, 6]


@pytest.mark.parametrize("seed", range(4))
def test_any_life_adds_up(watched: Watched, seed: int) -> None:
    """Looks, silences, kills, stops, crashes, in any order: what was off is exactly the
    time in which Plumbline did not run, and no minute holds more than 60 s."""
    random = np.random.default_rng(seed)
    on_s = lost_s = 0.0
    for _ in range(40):
        before = watched.clock.steady()
        match random.choice(["show", "silence", "gap", "kill", "stop", "crash"], p=WEIGHTS):
            case "show":
                watched.show(random.uniform(0.2, 40.0), every_s=random.choice([0.3, 0.7, 1.9]))
            case "silence":
                watched.silence(random.uniform(0.5, 30.0))
            case "gap":
                watched.clock.advance(random.uniform(0.0, 90.0))
            case "kill":
                watched.clock.advance(random.uniform(0.1, 30.0))
                watched.start()
            case "stop":
                watched.stop()
                on_s += watched.clock.steady() - before
                watched.clock.advance(random.uniform(1.0, 300.0))
                before = watched.clock.steady()
                watched.start()
            case "crash":
                lost_s += watched.unsaid_s
                watched.keep = replace(watched.keep, run=uuid4().hex)
                watched.clock.advance(random.uniform(1.0, 300.0))
                before = watched.clock.steady()
                watched.start()
        on_s += watched.clock.steady() - before
    watched.stop()
    rows = watched.rows(CoverageMinute)
    minutes: dict[datetime, float] = {}
    for row in rows:
        minutes[row.minute] = minutes.get(row.minute, 0.0) + row.watched_s + row.blind_s
    assert max(minutes.values()) <= 60.0 + 1e-6
    assert sum(minutes.values()) == pytest.approx(on_s - lost_s, abs=0.01)
    first, last = min(minutes), max(minutes) + MINUTE
    with watched.session() as session:
        whole = coverage(session, ["dock"], first, last)["dock"]
    assert whole.watched_s + whole.blind_s + whole.off_s == pytest.approx(whole.total_s)
