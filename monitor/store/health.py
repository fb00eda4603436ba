"""Is the database sound, and its write-ahead log short? PostgreSQL sees to both by itself."""

from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

TOLD = 3
"""So many faults are told; a broken file has thousands."""


def faults(session: Session, *, thorough: bool) -> list[str]:
    """What is wrong with a SQLite file, in its own words; none is good.

    thorough: every index against its table too, some times slower.
    """
    if session.get_bind().dialect.name != "sqlite":
        return []
    check = "integrity_check" if thorough else "quick_check"
    try:
        said = session.connection().exec_driver_sql(f"PRAGMA {check}({TOLD})").scalars().all()
    except DatabaseError as e:
        return [str(e.orig)]
    return [fault for fault in said if fault != "ok"]


def checkpoint(session: Session) -> None:
    """Bring the write-ahead log into the SQLite file and begin it anew, unless somebody reads."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
