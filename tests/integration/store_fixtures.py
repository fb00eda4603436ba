"""The store over both kinds of database.

A test module asks for these fixtures with `pytest_plugins = ("tests.integration.store_fixtures",)`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from monitor.store.database import migrate, open_database, sessions_of
from tests.integration.postgres import Cluster, cluster


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a new database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'plumbline.db'}"
    running: Cluster = request.getfixturevalue("postgres")
    return running.fresh()


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a new database with its tables."""
    engine = open_database(database_url)
    migrate(engine, backups=tmp_path / "backups")
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(database: Engine) -> sessionmaker[Session]:
    return sessions_of(database)


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    with sessions() as opened, opened.begin():
        yield opened
