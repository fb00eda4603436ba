"""How far a camera's time is accounted for, kept so that the next worker goes on exactly there:
`accounts/CAMERA.json`.

Written whole before the rows it speaks of, and those rows are written again by whoever takes it
up: each carries its own key, so that twice changes nothing and a worker killed at any moment
neither loses more than the last seconds nor counts any twice.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from monitor.durable import write_durably
from monitor.store.journal import entry_of, row_of
from monitor.store.tables import Base

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Account:
    """run: of Plumbline, from its start to its stop. until: up to here every second is accounted
    for. rows: of the minutes that may not be stored yet, the running one too."""

    run: str
    until: datetime
    rows: Sequence[Base]


def file_of(data: Path, camera: str) -> Path:
    return data / "accounts" / f"{camera}.json"


def save(path: Path, account: Account) -> None:
    """What cannot be written is said; only a crash could need it."""
    rows = [entry_of(row).decode() for row in account.rows]
    kept = {"run": account.run, "until": account.until.isoformat(), "rows": rows}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, json.dumps(kept).encode())
    except OSError as e:
        log.warning("account of time not stored", file=path.name, reason=str(e))


def load(path: Path) -> Account | None:
    """What a worker left that was not stopped; one that cannot be read is said."""
    try:
        kept = json.loads(path.read_bytes())
        rows = [row_of(row.encode()) for row in kept["rows"]]
        return Account(kept["run"], datetime.fromisoformat(kept["until"]), rows)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as e:
        log.warning("account of time not readable", file=path.name, reason=str(e))
        return None
