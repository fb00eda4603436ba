"""A backup made while rows are written, and put back."""

import sqlite3
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs

from monitor.durable import locked
from monitor.errors import StoreError
from monitor.jobs import check_store, shorten_log
from monitor.jobs.backup import back_up, restore
from monitor.store.database import migrate, open_database, sessions_of
from monitor.store.health import faults
from monitor.store.tables import Event, Incident
from tests.integration.commands import plumbline, said_in_one_line
from tests.integration.rows import NOON, an_event

pytest_plugins = ("tests.integration.store_fixtures",)

Store = sessionmaker[Session]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A SQLite database with its tables."""
    return made(tmp_path / "var" / "plumbline.db")


def made(file: Path) -> Path:
    engine = open_database(f"sqlite:///{file}")
    migrate(engine, backups=file.parent)
    engine.dispose()
    return file


def put(file: Path, *events: Event) -> None:
    engine = open_database(f"sqlite:///{file}")
    with sessions_of(engine)() as session, session.begin():
        session.add_all(events)
    engine.dispose()


def count(file: Path) -> int:
    with closing(sqlite3.connect(file)) as rows:
        return int(rows.execute("SELECT count(*) FROM event").fetchone()[0])


def picture(data: Path, name: str = "2026-05-04/a.jpg", content: bytes = b"jpeg") -> Path:
    path = data / "evidence" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_backup_is_whole_while_rows_are_written(file: Path, tmp_path: Path) -> None:
    stop, written = threading.Event(), threading.Event()

    def write() -> None:
        while not stop.is_set():
            put(file, an_event(), an_event())
            written.set()

    writer = threading.Thread(target=write)
    writer.start()
    written.wait(20)
    back_up(file, None, tmp_path / "monday")
    stop.set()
    writer.join()
    copy = tmp_path / "monday" / "plumbline.db"
    assert 2 <= count(copy) <= count(file)
    assert count(copy) % 2 == 0
    with closing(sqlite3.connect(copy)) as rows:
        assert rows.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert {path.name for path in (tmp_path / "monday").iterdir()} == {"plumbline.db"}
    assert (tmp_path / "monday").stat().st_mode & 0o077 == 0


def test_what_is_restored_is_as_it_was_and_what_was_is_kept(file: Path, tmp_path: Path) -> None:
    data = file.parent
    lost, changed = picture(data), picture(data, "2026-05-04/b.jpg", b"then")
    put(file, *(an_event(evidence=f"2026-05-04/{name}.jpg") for name in "ab"))
    assert back_up(file, data / "evidence", tmp_path / "monday") == 2
    lost.unlink()
    changed.write_bytes(b"now")
    put(file, an_event())
    kept, copied = restore(tmp_path / "monday", file, data / "evidence", NOON)
    assert count(file) == 2
    assert kept == data / "plumbline-until-20260504T120000.db"
    assert count(kept) == 3
    assert (copied, lost.read_bytes(), changed.read_bytes()) == (1, b"jpeg", b"now")


def test_a_database_that_was_not_closed_is_kept_with_its_log(file: Path, tmp_path: Path) -> None:
    """As after a kill: its newest rows are in the write-ahead log alone."""
    back_up(file, None, tmp_path / "monday")
    engine = open_database(f"sqlite:///{file}")
    with sessions_of(engine)() as session, session.begin():
        session.add(an_event())
    assert Path(f"{file}-wal").stat().st_size > 0
    kept, _ = restore(tmp_path / "monday", file, file.parent / "evidence", NOON)
    assert kept is not None
    assert (count(file), count(kept)) == (0, 1)
    engine.dispose()


def test_a_damaged_database_is_replaced_and_kept(file: Path, tmp_path: Path) -> None:
    back_up(file, None, tmp_path / "monday")
    file.write_bytes(b"no database at all")
    kept, _ = restore(tmp_path / "monday" / "plumbline.db", file, file.parent / "evidence", NOON)
    assert count(file) == 0
    assert kept is not None
    assert kept.read_bytes() == b"no database at all"


def corrupt(file: Path) -> None:
    """Overwrite the pages behind the first."""
    with file.open("r+b") as pages:
        pages.seek(4096)
        pages.write(b"\xff" * (file.stat().st_size - 4096))


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as rows:
        rows.execute("UPDATE alembic_version SET version_num = 'zzzz'")
        rows.commit()


def foreign(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as rows:
        rows.execute("CREATE TABLE other (a)")
        rows.commit()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (corrupt, "damaged|cannot be read"),
        (newer, r"newer Plumbline \(revision zzzz\)"),
        (foreign, "is no database of Plumbline"),
        (Path.unlink, "is not there"),
        (lambda file: file.write_text("x" * 9000), "damaged|cannot be read"),
    ],
)
def test_what_cannot_be_restored_is_refused_and_changes_nothing(
    spoil, said: str, file: Path, tmp_path: Path
) -> None:
    back_up(file, None, tmp_path / "monday")
    spoil(tmp_path / "monday" / "plumbline.db")
    put(file, an_event())
    with pytest.raises(StoreError, match=said):
        restore(tmp_path / "monday", file, file.parent / "evidence", NOON)
    assert count(file) == 1
    assert list(file.parent.glob("*until*")) == []


def test_a_backup_never_overwrites(file: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is there already"):
        back_up(file, None, tmp_path)


def test_a_backup_that_fails_leaves_nothing(file: Path, tmp_path: Path) -> None:
    file.write_bytes(b"no database at all")
    with pytest.raises(StoreError, match="cannot be copied"):
        back_up(file, None, tmp_path / "monday")
    assert [path.name for path in tmp_path.iterdir()] == ["var"]


def test_the_commands_do_it_and_restoring_waits_for_nobody(file: Path, tmp_path: Path) -> None:
    settings = tmp_path / "my.yaml"
    settings.write_text("cameras: [{name: gate, url: 'mannequin:'}]\n")
    data = {"PLUMBLINE_DATA": str(file.parent)}
    copied = plumbline("-s", settings, "backup", "--evidence", tmp_path / "monday", **data)
    assert copied.stdout == f"{tmp_path / 'monday'}: the database and 0 pictures\n"
    asked = ("-s", settings, "restore", tmp_path / "monday")
    with locked(file.parent / "database.lock", alone=False):
        assert "the database is in use" in said_in_one_line(plumbline(*asked, **data))
    done = plumbline(*asked, **data)
    assert f"{file}: restored from {tmp_path / 'monday'}; 0 missing pictures" in done.stdout
    assert "the database until now is kept as" in done.stdout


@pytest.mark.parametrize(("command", "tool"), [("backup", "pg_dump"), ("restore", "pg_restore")])
def test_postgresql_has_its_own_tools(command: str, tool: str, tmp_path: Path) -> None:
    settings = tmp_path / "my.yaml"
    settings.write_text(
        "database: postgresql+psycopg://me@127.0.0.1:1/x\n"
        "cameras: [{name: gate, url: 'mannequin:'}]\n"
    )
    line = said_in_one_line(plumbline("-s", settings, command, tmp_path / "monday"))
    assert "the database is no SQLite file; " in line
    assert tool in line


def test_a_sound_database_has_no_incident(sessions: Store) -> None:
    for thorough in (False, True):
        assert check_store(sessions, NOON, thorough=thorough)
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Incident)) == 0


def test_a_damaged_database_is_an_incident_until_it_is_well(file: Path) -> None:
    engine = open_database(f"sqlite:///{file}")
    sessions = sessions_of(engine)
    break_index(engine, file)
    later = NOON + timedelta(days=1)
    with capture_logs() as logs:
        assert not check_store(sessions, NOON, thorough=True)
        assert not check_store(sessions, later, thorough=True)
    assert [line["event"] for line in logs] == ["incident begun"]
    with sessions() as session:
        incident = session.scalars(select(Incident)).one()
    assert (incident.kind, incident.camera, incident.ended_at) == ("store", None, None)
    assert "ix_event_met_at" in incident.reason
    with engine.begin() as connection:
        connection.execute(text("REINDEX"))
    assert check_store(sessions, later, thorough=True)
    with sessions() as session:
        assert session.scalars(select(Incident.ended_at)).one() == later
    engine.dispose()


def break_index(engine: Engine, file: Path) -> None:
    """An event that one index does not know."""
    with sessions_of(engine)() as session, session.begin():
        session.add(an_event())
    with engine.connect() as connection:
        page = connection.execute(
            text("SELECT rootpage FROM sqlite_master WHERE name = 'ix_event_met_at'")
        ).scalar_one()
        size = connection.execute(text("PRAGMA page_size")).scalar_one()
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine.dispose()
    with file.open("r+b") as pages:
        pages.seek((page - 1) * size + 3)
        pages.write(b"\0\0")


def test_a_file_that_is_no_database_is_a_fault_in_words(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    with sessions_of(engine)() as session:
        session.connection()
        (tmp_path / "x.db").write_bytes(b"x" * 9000)
        try:
            found = faults(session, thorough=False)
        except DatabaseError as e:
            pytest.fail(f"raised {e}")
    assert found == ["file is not a database"]
    engine.dispose()


def test_the_write_ahead_log_is_begun_anew(file: Path) -> None:
    engine = open_database(f"sqlite:///{file}")
    sessions = sessions_of(engine)
    with sessions() as session, session.begin():
        session.add(an_event())
    wal = Path(f"{file}-wal")
    assert wal.stat().st_size > 0
    shorten_log(sessions)
    assert wal.stat().st_size == 0
    with sessions() as session:
        assert session.connection().exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 30_000
    engine.dispose()
