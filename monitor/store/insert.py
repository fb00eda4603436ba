"""Writing what may have been written before."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from monitor.store.tables import Base

_INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_new(
    session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]], key: Any
) -> int:
    """Insert the rows whose unique columns are not there yet; how many they were.

    key: the column to answer with, any of the table. Two writers at once never fail.
    """
    if not rows:
        return 0
    insert = _INSERTS[session.get_bind().dialect.name]
    new = insert(table).values(list(rows)).on_conflict_do_nothing().returning(key)
    return len(session.execute(new).all())
