"""Is the database sound, and its write-ahead log short? PostgreSQL sees to both by itself."""

from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

PATIENCE_MS = 1000

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
    """Bring the write-ahead log into the SQLite file and begin it anew; who reads for longer than
    `PATIENCE_MS` keeps it for another time, since writers wait meanwhile."""
    if session.get_bind().dialect.name != "sqlite":
        return
    ask = session.connection().exec_driver_sql
    patience = ask("PRAGMA busy_timeout").scalar_one()
    ask(f"PRAGMA busy_timeout={PATIENCE_MS}")
    ask("PRAGMA wal_checkpoint(TRUNCATE)")
    ask(f"PRAGMA busy_timeout={patience}")
