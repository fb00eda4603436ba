"""Users: the first one, passwords, and what cannot be."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from monitor.errors import StoreError
from monitor.store import users
from monitor.store.database import migrate, open_database, sessions_of
from tests.builders import NOON


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    engine = open_database(f"sqlite:///{tmp_path / 'plumbline.db'}")
    migrate(engine, backups=tmp_path)
    with sessions_of(engine)() as session, session.begin():
        yield session


def test_the_first_admin_is_made_once(session: Session) -> None:
    password = users.first_admin(session, NOON)
    assert password is not None
    assert len(password) == 23
    assert users.first_admin(session, NOON) is None
    assert users.with_password(session, "admin", password) is not None


def test_only_the_right_password_opens(session: Session) -> None:
    user = users.add(session, "anna", "correct-horse", NOON)
    assert user.password_hash.startswith("scrypt:")
    assert users.with_password(session, "anna", "correct-horse") is user
    assert users.with_password(session, "anna", "wrong") is None
    assert users.with_password(session, "nobody", "correct-horse") is None


def test_a_password_is_changed_and_a_user_removed(session: Session) -> None:
    users.add(session, "anna", "correct-horse", NOON)
    users.set_password(session, "anna", "battery-staple")
    assert users.with_password(session, "anna", "correct-horse") is None
    assert users.with_password(session, "anna", "battery-staple") is not None
    users.remove(session, "anna")
    assert users.everyone(session) == []


def test_what_cannot_be_is_said(session: Session) -> None:
    users.add(session, "anna", "correct-horse", NOON)
    with pytest.raises(StoreError, match="already a user 'anna'"):
        users.add(session, "anna", "correct-horse", NOON)
    with pytest.raises(StoreError, match="too short; take 10"):
        users.add(session, "bert", "short", NOON)
    with pytest.raises(StoreError, match="no user 'bert'; users: anna"):
        users.set_password(session, "bert", "correct-horse")
    with pytest.raises(StoreError, match="no user 'bert'"):
        users.remove(session, "bert")
