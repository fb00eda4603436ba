"""What was kept, judged again: the same events, what is missing, and other limits."""

import json
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor import recordings
from monitor.errors import InputError
from monitor.pipeline import CameraPipeline, CameraPlan
from monitor.recorder import Recorder
from monitor.replay.answer import Answer, Question, answer
from monitor.replay.camera import Alert
from monitor.replay.gaps import NOT_KEPT, NOT_WATCHED
from monitor.shifts import WHOLE_DAY
from monitor.store import events
from monitor.store.tables import Event, Incident
from tests.integration.commands import plumbline, said_in_one_line
from tests.integration.people import drawn
from tests.integration.recorded import BEGIN, LOOK_S, Recorded, after
from tests.integration.rows import a_minute

UTC = ZoneInfo("UTC")
MINUTE = timedelta(minutes=1)
END = after(3600)


@pytest.fixture
def site(tmp_path: Path) -> Recorded:
    return Recorded(tmp_path)


def ask(
    site: Recorded,
    since: datetime = BEGIN,
    until: datetime = END,
    limit: tuple[str, int] | None = None,
) -> Answer:
    question = Question(since, until, {"dock": site.rules}, {}, UTC, WHOLE_DAY, True, limit)
    with site.session() as session:
        return answer(question, site.folder, session)


def told(site: Recorded) -> list[Event]:
    with site.session() as session:
        return list(events.begun(session, ["dock"], BEGIN, END))


def everything(one: Alert | Event) -> tuple[object, ...]:
    """All that an event says of its time, apart from its id."""
    return (
        one.camera, one.rule, one.severity, one.slot, one.zone, one.started_at, one.met_at,
        one.ended_at, one.duration_s, one.peak, one.peak_at, one.unit,
    )  # fmt: skip


def work(site: Recorded) -> None:
    """Two people, one of whom bends, alone and while the other does, with silence in between."""
    site.show(3, 0)
    site.show(9, 75)
    site.show(20, 0, 0)
    site.show(12, 80, 70)
    site.silence(20)
    site.show(30, 0, 65)
    site.show(35, 0)


def test_the_same_rules_give_the_same_events(site):
    work(site)
    site.off(2)
    site.show(10, 0)
    site.show(8, 70)
    site.stop()
    found = ask(site)
    then = told(site)
    assert len(then) >= 5
    assert [everything(alert) for alert in found.alerts] == [everything(event) for event in then]
    assert found.compared is not None
    assert (found.compared.same, found.compared.only_then, found.compared.only_now) == (
        len(then), [], [],
    )  # fmt: skip


@pytest.mark.timeout(240)
def test_a_drawn_shift_is_judged_again_as_it_was_live(tmp_path, blazepose):
    site = Recorded(tmp_path)
    pipeline = CameraPipeline(CameraPlan("dock", tuple(site.rules)), blazepose, site.clock)
    recorder = Recorder(pipeline.plan, blazepose.name, site.keep)
    for frame in drawn("mannequin:shift?pace=asap", 48):
        recorder.record(pipeline.step(frame))
    recorder.record(pipeline.finish(frame.t, frame.at))
    then = told(site)
    assert {event.rule for event in then} >= {"trunk-deep-bend", "upper-arm-raised"}
    assert [everything(alert) for alert in ask(site).alerts] == [everything(e) for e in then]


def test_an_event_that_runs_belongs_to_where_it_began(site):
    site.show(50, 0)
    site.show(20, 75)
    site.show(20, 0)
    site.stop()
    (event,) = told(site)
    for since, until, count in ((0, 60, 1), (60, 120, 0), (50, 55, 1)):
        found = ask(site, after(since), after(until))
        assert len(found.alerts) == count
        assert [everything(a) for a in found.alerts] == [everything(event)] * count


@pytest.mark.timeout(240)
def test_minutes_that_are_missing_are_named_with_the_reason(site):
    site.show(60 * 4 - LOOK_S, 0)
    site.off(3)
    site.show(60 - LOOK_S, 0)
    site.silence(60)
    site.stop()
    files = recordings.files(site.folder, "dock", BEGIN, END)
    files[1].path.unlink()
    files[2].path.write_bytes(b"plumbline landmarks 1\nbut then the disk broke" * 9)
    assert replay(site).stderr == f"plumbline: {files[2].path} is damaged\n"
    found = ask(site, until=after(60 * 10))
    assert [(g.since - BEGIN, g.until - BEGIN, g.why) for g in found.gaps] == [
        (MINUTE, 2 * MINUTE, NOT_KEPT),
        (2 * MINUTE, 3 * MINUTE, f"{files[2].path} is damaged"),
        (4 * MINUTE, 7 * MINUTE, NOT_WATCHED),
        (8 * MINUTE, 9 * MINUTE, "blind: no pictures"),
        (9 * MINUTE, 10 * MINUTE, NOT_WATCHED),
    ]


def test_days_without_landmarks_are_one_gap_each_way(site):
    site.show(60, 0)
    site.stop()
    with site.session() as session:
        session.add_all(
            a_minute(after(86400 + 60 * i), camera="dock", writer="w") for i in range(3)
        )
        session.flush()
        question = Question(
            BEGIN - timedelta(days=1),
            BEGIN + timedelta(days=2),
            {"dock": site.rules},
            {},
            UTC,
            WHOLE_DAY,
        )
        found = answer(question, site.folder, session)
    day = timedelta(days=1)
    assert [(g.since, g.until, g.why) for g in found.gaps] == [
        (BEGIN - day, BEGIN, NOT_WATCHED),
        (BEGIN + 2 * MINUTE, BEGIN + day, NOT_WATCHED),
        (BEGIN + day, BEGIN + day + 3 * MINUTE, NOT_KEPT),
        (BEGIN + day + 3 * MINUTE, BEGIN + 2 * day, NOT_WATCHED),
    ]


def test_nothing_recorded_is_said(site):
    site.stop()
    with pytest.raises(InputError, match="nothing is recorded of dock in this time"):
        ask(site)


def test_what_was_told_and_is_not_judged_so_again_is_listed(site):
    site.show(5, 0)
    site.show(8, 75)
    site.show(60, 0)
    site.show(8, 75)
    site.show(50, 0)
    site.stop()
    first, _ = told(site)
    files = recordings.files(site.folder, "dock", BEGIN, END)
    files[0].path.unlink()
    compared = ask(site).compared
    assert compared is not None
    assert compared.same == 1
    assert [everything(a) for a in compared.only_then] == [everything(first)]
    assert compared.only_now == []


def bends(site: Recorded, *degrees: float) -> None:
    for deg in degrees:
        site.show(6, 0)
        site.show(7, deg)
    site.show(6, 0)


def test_the_limit_is_raised_until_few_enough_alerts_are_left(site):
    bends(site, 66, 72, 78, 84, 90)
    site.stop()
    search = ask(site, limit=("trunk-deep-bend", 2)).search
    assert search is not None
    assert search.tried[0] == (60.0, 5, 5)
    assert [tried.enter for tried in search.tried] == [60.0 + i for i in range(len(search.tried))]
    assert search.chosen == search.tried[-1].enter
    assert search.tried[-1].most <= 2 < search.tried[-2].most
    assert 74 <= search.chosen <= 84


def test_the_limit_is_lowered_while_few_enough_alerts_come(site):
    bends(site, 40, 50, 70)
    site.stop()
    search = ask(site, limit=("trunk-deep-bend", 2)).search
    assert search is not None
    assert search.tried[-1].most == 3
    assert search.chosen == search.tried[-1].enter + 1
    assert 36 <= search.chosen <= 50


def test_a_limit_found_gives_what_it_says_as_a_rule(site):
    """The search judges as the rule would."""
    bends(site, 66, 72, 78, 84, 90)
    site.off(1)
    bends(site, 90, 80, 70)
    site.stop()
    search = ask(site, limit=("trunk-deep-bend", 3)).search
    assert search is not None
    for tried in (search.tried[0], search.tried[-1]):
        trial = pack_of(site, "trunk-deep-bend", tried.enter)
        said = json.loads(replay(site, "--rules", trial, "--json").stdout)
        begun = [a for a in said["alerts"] if a["rule"] == "trunk-deep-bend"]
        assert len(begun) == tried.alerts


def pack_of(site: Recorded, rule: str, enter: float) -> Path:
    path = site.settings.parent / "trial.yaml"
    path.write_text(
        f"pack: trial\nversion: '2'\nrules:\n  {rule}:\n    title: Bend\n"
        "    measure: trunk_flexion\n"
        f"    enter: {enter}\n    leave: {enter - 5}\n    hold_s: 4\n    severity: notice\n"
        "    advice: none\n    source: ours\n"
    )
    return path


def replay(site: Recorded, *options: str | Path, end: str = "2026-03-02T13:00"):
    return plumbline(
        "-s", site.settings, "replay", "--from", "2026-03-02T12:00", "--to", end, *options,
        PLUMBLINE_DATA="",
    )  # fmt: skip


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    site = Recorded(tmp_path_factory.mktemp("worked"))
    work(site)
    site.stop()
    with site.session():
        return site


def test_the_same_question_gets_the_same_answer_byte_for_byte(worked):
    options = ("--json", "--rule", "trunk-deep-bend", "--at-most", "1")
    first, second = (replay(worked, *options) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    said = json.loads(first.stdout)
    assert said["alerts"]
    assert said["limits"]["moved"] == "enter"
    assert {gap["camera"] for gap in said["missing"]} == {"dock", "gate"}


def test_tables_say_what_was_found_and_what_is_missing(worked):
    said = replay(worked, "--camera", "dock", "--rule", "trunk-deep-bend", "--at-most", "1").stdout
    assert "2026-03-02 12:00 to 2026-03-02 13:00 (UTC), judged again: " in said
    assert "0 only then, 0 only now" in said
    assert "gives at most 1 alert in a shift (now 60°" in said
    assert NOT_WATCHED in said
    assert "gate" not in said


def test_other_rules_are_not_compared_with_then(worked):
    said = json.loads(replay(worked, "--rules", pack_of(worked, "bend", 40), "--json").stdout)
    assert {alert["rule"] for alert in said["alerts"]} == {"bend"}
    assert said["compared"] is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--camera", "dok"], "no 'dok'; did you mean 'dock'? there are: dock, gate"),
        (["--rule", "trunk-deep", "--at-most", "3"], "did you mean 'trunk-deep-bend'?"),
        (["--to", "2026-03-02T12:00"], "is not before"),
        (["--to", "2030-03-02"], "is more than a year"),
        (["--to", "tomorrow"], "--to tomorrow: is no date or time"),
        (["--to", "9999-12-31"], "--to 9999-12-31: is no date or time"),
        (["--rules", "none.yaml"], "none.yaml: cannot be read"),
        (["--camera", "gate"], "nothing is recorded of gate in this time"),
    ],
)
def test_a_question_that_cannot_be_answered_is_said_in_a_line(worked, options, words):
    assert words in said_in_one_line(replay(worked, *options))


def test_a_rule_without_a_number_is_refused(worked):
    done = replay(worked, "--rule", "trunk-deep-bend")
    assert done.returncode == 2
    assert "--rule and --at-most go together" in done.stderr


def test_times_and_shifts_are_the_sites(tmp_path):
    shifts = "{name: early, begins: '06:00'}, {name: late, begins: '13:01'}"
    site = Recorded(tmp_path, f"site: {{timezone: Europe/Berlin, shifts: [{shifts}]}}\n")
    bends(site, 75)
    site.show(50, 0)
    bends(site, 75)
    site.stop()
    done = plumbline(
        "-s", site.settings, "replay", "--from", "2026-03-02T13:00", "--to", "2026-03-02T14:00",
        "--json", PLUMBLINE_DATA="",
    )  # fmt: skip
    said = json.loads(done.stdout)
    assert said["from"] == "2026-03-02T12:00:00+00:00"
    assert [(t["day"], t["shift"], t["alerts"]) for t in said["totals"]] == [
        ("2026-03-02", "early", 1),
        ("2026-03-02", "late", 1),
    ]


def test_a_nearly_full_disk_costs_the_landmarks_before_the_pictures(tmp_path):
    site = Recorded(tmp_path)
    free_mb = shutil.disk_usage(site.data).free / 1e6
    site.keep = replace(site.keep, keep_free_mb=int(free_mb * 0.75))
    site.start()
    bends(site, 75)
    site.show(60, 0)
    site.stop()
    assert not list(site.folder.rglob("*.landmarks"))
    assert list(site.keep.evidence.rglob("*.jpg"))
    with site.session() as session:
        (incident,) = session.query(Incident).filter_by(kind="landmarks").all()
    assert (incident.kind, incident.ended_at) == ("landmarks", None)
    assert "landmarks cannot be stored: the disk is nearly full" in incident.reason


def test_without_days_to_keep_them_no_landmarks_are_written(tmp_path):
    site = Recorded(tmp_path)
    site.keep = replace(site.keep, landmarks=False)
    site.start()
    site.show(70, 0)
    site.stop()
    assert not list(site.folder.rglob("*.landmarks"))
