"""What a crash leaves is found, put right at the next start, and told by `plumbline verify`."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs

from monitor.cli.opened import writing_alone
from monitor.clock import SystemClock
from monitor.durable import locked, share, unfinished
from monitor.errors import StoreError
from monitor.jobs import loose_ends, sweep
from monitor.store.journal import Journal
from monitor.store.tables import Event
from tests.integration.commands import plumbline
from tests.integration.rows import an_event

pytest_plugins = ("tests.integration.store_fixtures",)

Store = sessionmaker[Session]
SOON = timedelta(minutes=1)

WRITE_FOR_EVER = """
import sys
from pathlib import Path
from monitor.durable import write_durably
while True:
    write_durably(Path(sys.argv[1]), bytes(10_000_000))
    print(flush=True)
"""


def picture(data: Path, name: str) -> Path:
    path = data / "evidence" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"jpeg")
    return path


def keep(sessions: Store, *rows: Event) -> None:
    with sessions() as session, session.begin():
        session.add_all(rows)


def only_event(sessions: Store) -> Event:
    with sessions() as session:
        return session.scalars(select(Event)).one()


def test_where_all_is_well_nothing_is_touched(sessions: Store, tmp_path: Path) -> None:
    named = picture(tmp_path, "2026-05-04/a.jpg")
    keep(sessions, an_event(evidence="2026-05-04/a.jpg"))
    with capture_logs() as logs:
        assert not sweep(sessions, tmp_path, SystemClock().now() + SOON).any
    assert named.exists()
    assert logs == []


def test_a_crash_between_picture_and_row_leaves_neither(sessions: Store, tmp_path: Path) -> None:
    lost = picture(tmp_path, "2026-05-04/a.jpg")
    with capture_logs() as logs:
        sweep(sessions, tmp_path, SystemClock().now() + SOON)
    assert not lost.exists()
    assert (tmp_path / "evidence" / "orphans" / "a.jpg").exists()
    (line,) = logs
    assert (line["event"], line["orphans"], line["missing"]) == ("swept", 1, 0)
    assert not loose_ends(sessions, tmp_path, SystemClock().now() + SOON).any


def test_a_picture_whose_row_waits_in_the_journal_is_kept(sessions: Store, tmp_path: Path) -> None:
    kept = picture(tmp_path, "2026-05-04/a.jpg")
    Journal(tmp_path / "journal").put(an_event(evidence="2026-05-04/a.jpg"))
    assert not sweep(sessions, tmp_path, SystemClock().now() + SOON).any
    assert kept.exists()


def test_a_picture_that_may_still_get_its_row_is_left_alone(
    sessions: Store, tmp_path: Path
) -> None:
    young = picture(tmp_path, "2026-05-04/a.jpg")
    assert not sweep(sessions, tmp_path, SystemClock().now() - SOON).any
    assert young.exists()


def test_a_row_says_that_its_picture_is_missing(sessions: Store, tmp_path: Path) -> None:
    keep(sessions, an_event(evidence="2026-05-04/a.jpg"))
    sweep(sessions, tmp_path, SystemClock().now())
    event = only_event(sessions)
    assert (event.evidence, event.evidence_note) == (None, "the picture is missing on the disk")


def test_a_process_killed_while_it_writes_leaves_the_whole_file(tmp_path: Path) -> None:
    target = tmp_path / "a.jpg"
    for _ in range(20):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITE_FOR_EVER, str(target)], stdout=subprocess.PIPE
        )
        with writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            while not unfinished(tmp_path, SystemClock().now() + SOON):
                pass
            writer.kill()
        if left := unfinished(tmp_path, SystemClock().now() + SOON):
            break
    else:
        pytest.fail("20 kills and not one in the middle of writing")
    assert target.stat().st_size == 10_000_000
    assert {target, *left} == set(tmp_path.iterdir())


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "my.yaml"
    path.write_text("data: var\ncameras: [{name: gate, url: 'mannequin:'}]\n")
    return path


def verified(settings: Path) -> subprocess.CompletedProcess[str]:
    return plumbline("-s", settings, "verify", PLUMBLINE_DATA=str(settings.parent / "var"))


def test_verify_says_that_all_is_well(settings: Path) -> None:
    done = verified(settings)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "database: sqlite, sound",
        "pictures: 0",
        "journal: 0 entries wait for the database",
        "all is well",
    ]


def test_verify_names_what_is_wrong_and_changes_nothing(settings: Path) -> None:
    data = settings.parent / "var"
    orphan = picture(data, "2026-05-04/a.jpg")
    half = picture(data, f"2026-05-04/.b.jpg.{'0' * 32}")
    for path in (orphan, half):
        os.utime(path, (0, 0))
    (data / "journal").mkdir()
    (data / "journal" / "1-x.refused").write_text("{}")
    done = verified(settings)
    assert done.returncode == 1
    assert (
        "1 named by no row; put aside at the next start: evidence/2026-05-04/a.jpg" in done.stdout
    )
    assert "1 half written; deleted at the next start: " in done.stdout
    assert "1 refused by the database; the log says why: journal/1-x.refused" in done.stdout
    assert done.stdout.endswith("3 kinds of trouble\n")
    assert (orphan.exists(), half.exists()) == (True, True)


def test_two_plumblines_never_write_into_one_folder(tmp_path: Path) -> None:
    lock = tmp_path / "writing.lock"
    with writing_alone(lock, wait_s=0) as first:
        share(first)
        with (
            pytest.raises(StoreError, match=f"another Plumbline writes into {tmp_path}"),
            writing_alone(lock, wait_s=0),
        ):
            pytest.fail("two were alone")
        with locked(lock, alone=False):
            pass  # a worker of the first one
