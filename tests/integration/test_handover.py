"""An event that goes on while its worker is replaced is one event."""

import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.store.tables import Event, Outbox
from tests.builders import a_rule
from tests.integration.kills import settle
from tests.integration.plumbline import Plumbline, running, workers
from tests.integration.watched import Watched

RULE = a_rule()

HELD = """
alerts:
  webhooks: [{name: desk, url: "http://127.0.0.1:9", secret: "0123456789abcdef"}]
cameras: [{name: bends, url: "mannequin:bend?width=640&height=360", pitch_deg: 20, rules: patient}]
"""

PACK = """
pack: patient
version: "1"
rules:
  trunk-deep-bend:
    {title: Bend, measure: trunk_flexion, enter: 60, leave: 55, hold_s: 2, forget_s: 120,
     severity: alert, advice: none, source: test}
"""
"""Nobody is forgotten while a busy computer starts a worker."""


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path, [RULE])


def gap_s(event: Event) -> float:
    """How long its track says that nothing was seen."""
    (gone,) = [i for i, (_, value) in enumerate(event.track) if value is None]
    (since, _), (until, _) = event.track[gone - 1], event.track[gone + 1]
    return float(until - since)


def test_an_event_outlives_the_worker_that_was_killed_in_it(watched: Watched) -> None:
    watched.show(8.0, bent=80)
    (begun,) = watched.rows(Event)
    picture = watched.keep.evidence / begun.evidence
    watched.clock.advance(6.0)
    watched.start()
    watched.show(12.0, bent=75)
    (event,) = watched.rows(Event)
    assert (event.id, event.started_at, event.met_at) == (begun.id, begun.started_at, begun.met_at)
    assert (event.ended_at, event.evidence) == (None, begun.evidence)
    assert picture.stat().st_size > 0
    assert gap_s(event) == pytest.approx(7.0, abs=1.5)
    watched.show(3.0, bent=0)
    watched.stop()
    (event,) = watched.rows(Event)
    assert event.duration_s == pytest.approx(26.0, abs=1.5)
    assert list((watched.keep.data / "running").iterdir()) == []


def test_whoever_is_gone_afterwards_ended_the_event_where_last_seen(watched: Watched) -> None:
    watched.show(8.0, bent=80)
    gone = watched.clock.now()
    watched.start()
    watched.show(20.0)
    (event,) = watched.rows(Event)
    assert (gone - event.ended_at).total_seconds() == pytest.approx(0.0, abs=1.01)


def test_an_event_whose_row_was_lost_with_the_worker_is_stored_by_the_next(
    watched: Watched,
) -> None:
    watched.show(8.0, bent=80)
    for entry in watched.keep.journal.iterdir():
        entry.unlink()
    watched.start()
    watched.show(20.0)
    (event,) = watched.rows(Event)
    assert event.ended_at is not None


def test_a_worker_that_makes_way_leaves_its_events_to_the_next(watched: Watched) -> None:
    watched.show(8.0, bent=80)
    watched.leave()
    (begun,) = watched.rows(Event)
    assert (begun.ended_at, begun.seen_at) == (None, watched.clock.now())
    watched.start()
    watched.show(8.0, bent=80)
    (event,) = watched.rows(Event)
    assert (event.id, event.ended_at) == (begun.id, None)


def test_a_picture_that_was_lost_is_replaced_by_one_of_what_goes_on(watched: Watched) -> None:
    watched.show(8.0, bent=80)
    (begun,) = watched.rows(Event)
    (watched.keep.evidence / begun.evidence).unlink()
    watched.start()
    watched.show(3.0, bent=70)
    (event,) = watched.rows(Event)
    assert (event.evidence, event.peak) == (begun.evidence, begun.peak)
    assert (watched.keep.evidence / event.evidence).stat().st_size > 0


def test_who_is_stopped_in_good_order_leaves_nothing(watched: Watched) -> None:
    watched.show(8.0, bent=80)
    watched.stop()
    watched.start()
    watched.show(8.0, bent=80)
    assert len(watched.rows(Event)) == 2


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"at": 1, "t": 2, "left": []}', '{"t": 2}'])
def test_what_cannot_be_read_is_told_as_new(watched: Watched, damage: str) -> None:
    watched.show(8.0, bent=80)
    (watched.keep.data / "running" / "dock.json").write_text(damage)
    watched.start()
    watched.show(8.0, bent=80)
    assert len(watched.rows(Event)) == 2


def test_so_is_what_was_left_before_the_computer_was_started_anew(watched: Watched) -> None:
    watched.show(8.0, bent=80)
    kept = watched.keep.data / "running" / "dock.json"
    kept.write_text(json.dumps({**json.loads(kept.read_text()), "t": 1e6}))
    watched.start()
    watched.show(8.0, bent=80)
    assert len(watched.rows(Event)) == 2


def test_and_what_was_left_under_another_rule(watched: Watched) -> None:
    watched.show(8.0, bent=80)
    watched.rules = [replace(RULE, enter=65.0)]
    watched.start()
    watched.show(8.0, bent=80)
    assert [event.limit for event in watched.rows(Event)] == [60.0, 65.0]


@pytest.mark.alone
@pytest.mark.usefixtures("task")
@pytest.mark.timeout(240)
def test_one_row_and_one_alert_whoever_is_killed_during_an_event(tmp_path: Path) -> None:
    (tmp_path / "site" / "rules").mkdir(parents=True)
    (tmp_path / "site" / "rules" / "patient.yaml").write_text(PACK)
    with running(tmp_path / "site", HELD, "--no-dashboard") as site:
        begun = site.until(lambda: event_of(site), 60)
        os.kill(site.until(lambda: workers(site), 10)[0], signal.SIGKILL)
        once = site.until(lambda: taken_up(site, begun, gaps=1), 60)
        site.kill()
        site.start()
        site.until(lambda: taken_up(site, once, gaps=2), 60)
        settle(site)
        (event,) = [e for e in site.rows(Event) if e.rule == "trunk-deep-bend"]
        told = [row for row in site.rows(Outbox) if row.subject == event.id]
    assert event.ended_at is not None
    assert [row.kind for row in told] == ["event.started"]


def event_of(site: Plumbline) -> Event | None:
    return next((e for e in site.rows(Event) if e.rule == "trunk-deep-bend"), None)


def taken_up(site: Plumbline, before: Event, gaps: int) -> Event | None:
    """The same event, once it was seen again after so many gaps."""
    (event,) = [e for e in site.rows(Event) if e.rule == "trunk-deep-bend"]
    assert event.id == before.id
    seen = event.track[-1][1] is not None and event.ended_at is None
    return event if seen and [v for _, v in event.track].count(None) >= gaps else None
