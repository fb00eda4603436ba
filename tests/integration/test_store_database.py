from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from monitor.errors import StoreError
from monitor.store.database import MIGRATIONS, migrate, open_database, sessions_of
from monitor.store.tables import Base, Incident
from tests.integration.rows import an_incident

pytest_plugins = ("tests.integration.store_fixtures",)

NEWEST = max(path.name for path in (MIGRATIONS / "versions").glob("*.py"))[:4]

NEXT = f"""
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "{NEWEST}"
branch_labels = depends_on = None


def upgrade() -> None:
    op.create_table("of_tomorrow", sa.Column("id", sa.Integer(), primary_key=True))
"""


@pytest.fixture
def tomorrow(tmp_path: Path) -> Path:
    """The migrations of a version that has one table more."""
    folder = copytree(MIGRATIONS, tmp_path / "tomorrow", ignore=ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_next.py").write_text(NEXT)
    return folder


def test_migrating_twice_changes_nothing(database: Engine, tmp_path: Path) -> None:
    with sessions_of(database)() as session, session.begin():
        session.add(an_incident())
    migrate(database, backups=tmp_path / "backups")
    with sessions_of(database)() as session:
        assert session.query(Incident).count() == 1
    assert not (tmp_path / "backups").exists()


def test_the_tables_are_those_the_migrations_make(database: Engine) -> None:
    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_sqlite_survives_a_power_cut(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'new-folder' / 'plumbline.db'}")
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA synchronous")) == 2
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_a_newer_program_keeps_a_copy_before_it_migrates(tmp_path: Path, tomorrow: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'plumbline.db'}")
    migrate(engine, backups=tmp_path / "backups")
    with sessions_of(engine)() as session, session.begin():
        session.add(an_incident(reason="before"))
    migrate(engine, backups=tmp_path / "backups", scripts=tomorrow)
    assert inspect(engine).has_table("of_tomorrow")
    copy = open_database(f"sqlite:///{tmp_path / 'backups' / 'before-9999.db'}")
    assert not inspect(copy).has_table("of_tomorrow")
    with sessions_of(copy)() as session:
        assert [incident.reason for incident in session.query(Incident)] == ["before"]


def test_a_newer_database_is_refused(database: Engine, tmp_path: Path, tomorrow: Path) -> None:
    migrate(database, backups=tmp_path / "backups", scripts=tomorrow)
    with pytest.raises(StoreError, match=r"newer Plumbline \(revision 9999\)"):
        migrate(database, backups=tmp_path / "backups")


def test_an_unreachable_database_is_told_in_a_sentence(tmp_path: Path) -> None:
    engine = open_database("postgresql+psycopg://nobody:hidden@127.0.0.1:1/none")
    with pytest.raises(StoreError, match="the database cannot be used") as told:
        migrate(engine, backups=tmp_path)
    assert "hidden" not in str(told.value)


def test_two_programs_starting_at_once_migrate_once(database_url: str, tmp_path: Path) -> None:
    """Processes, as the daemon and the pages are; Alembic is not made for two threads."""
    spawn = get_context("spawn")
    both = spawn.Barrier(2)
    programs = [spawn.Process(target=_start, args=(database_url, tmp_path, both)) for _ in "ab"]
    for program in programs:
        program.start()
    for program in programs:
        program.join()
    assert [program.exitcode for program in programs] == [0, 0]
    engine = open_database(database_url)
    assert set(inspect(engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
    engine.dispose()


def _start(database_url: str, folder: Path, both: Barrier) -> None:
    engine = open_database(database_url)
    both.wait()
    migrate(engine, backups=folder / "backups")
    engine.dispose()
