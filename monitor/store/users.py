"""Who may look at the pages."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from monitor.errors import StoreError
from monitor.store.tables import User

READABLE = "abcdefghijkmnpqrstuvwxyz23456789"
"""No letter that is read as another."""

SHORTEST = 10


def first_admin(session: Session, now: datetime) -> str | None:
    """Make the user `admin` if there is no user at all; its password, never to be had again."""
    if session.scalars(select(func.count()).select_from(User)).one():
        return None
    password = "-".join("".join(secrets.choice(READABLE) for _ in range(5)) for _ in range(4))
    add(session, "admin", password, now)
    return password


def everyone(session: Session) -> Sequence[User]:
    return session.scalars(select(User).order_by(User.name)).all()


def find(session: Session, user: UUID) -> User | None:
    return session.get(User, user)


def named(session: Session, name: str) -> User | None:
    return session.scalars(select(User).where(User.name == name)).one_or_none()


def add(session: Session, name: str, password: str, now: datetime) -> User:
    """Raises StoreError when the name is taken or the password too short."""
    if named(session, name) is not None:
        raise StoreError(f"there is already a user {name!r}; choose another name")
    user = User(name=name, password_hash=_hashed(password), created_at=now)
    session.add(user)
    session.flush()
    return user


def set_password(session: Session, name: str, password: str) -> None:
    """Also ends every login of that user. Raises StoreError when there is no such user."""
    _known(session, name).password_hash = _hashed(password)


def remove(session: Session, name: str) -> None:
    """Raises StoreError when there is no such user."""
    session.delete(_known(session, name))


def with_password(session: Session, name: str, password: str) -> User | None:
    """The user, if this is the password; it takes as long to say no to an unknown name."""
    user = named(session, name)
    right = check_password_hash(user.password_hash if user else _nobodys(), password)
    return user if right else None


@cache
def _nobodys() -> str:
    return generate_password_hash(secrets.token_hex())


def _hashed(password: str) -> str:
    if len(password) < SHORTEST:
        raise StoreError(f"the password is too short; take {SHORTEST} characters or more")
    return generate_password_hash(password)


def _known(session: Session, name: str) -> User:
    user = named(session, name)
    if user is None:
        names = ", ".join(user.name for user in everyone(session))
        raise StoreError(f"there is no user {name!r}; users: {names}")
    return user
