"""Pictures and the rows that name them agree again, whatever a crash left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import select, update

from monitor.durable import make_folder, unfinished, written_at
from monitor.store.database import Sessions
from monitor.store.journal import Journal
from monitor.store.tables import Event

log = structlog.get_logger()

ORPHANS = "orphans"
"""Where pictures that no row names wait, below `evidence/`, until they are as old as pictures may
be: the wrong database in the settings would make orphans of all of them."""

BATCH = 500
"""Rows changed in one transaction."""

MISSING = "the picture is missing on the disk"


class Missing(NamedTuple):
    """An event, and the name of its picture that is not there."""

    id: UUID
    evidence: str


@dataclass(frozen=True, slots=True)
class LooseEnds:
    """unfinished: files that were being written. orphans: pictures that no row names."""

    unfinished: Sequence[Path]
    orphans: Sequence[Path]
    missing: Sequence[Missing]

    @property
    def any(self) -> bool:
        return bool(self.unfinished or self.orphans or self.missing)


def loose_ends(sessions: Sessions, data: Path, before: datetime) -> LooseEnds:
    """What does not fit together; files written since `before` are left alone, for whoever wrote
    them may be about to write the row.

    A row that waits in the journal counts as a row. Files are listed first, rows read last, so
    that one that comes meanwhile is nothing loose.
    """
    folder = data / "evidence"
    files = [path for path in pictures(folder) if written_at(path) < before]
    named = set(_named_in_journal(data))
    with sessions() as session:
        query = select(Event.id, Event.evidence).where(Event.evidence.is_not(None))
        rows = [Missing(row.id, str(row.evidence)) for row in session.execute(query)]
    named.update(row.evidence for row in rows)
    return LooseEnds(
        unfinished(data, before),
        [path for path in files if str(path.relative_to(folder)) not in named],
        [row for row in rows if not (folder / row.evidence).is_file()],
    )


def pictures(folder: Path) -> list[Path]:
    """The whole pictures below `evidence/` but for the orphans."""
    return [path for path in folder.glob("*/*.jpg") if path.parent.name != ORPHANS]


def _named_in_journal(data: Path) -> Iterable[str]:
    for row in Journal(data / "journal").waiting(Event):
        if row.evidence is not None:
            yield row.evidence


def sweep(sessions: Sessions, data: Path, before: datetime) -> LooseEnds:
    """Delete what is half written, put orphans aside, and let rows say that their picture is
    gone; what was found. Files written since `before` are left alone."""
    loose = loose_ends(sessions, data, before)
    for path in loose.unfinished:
        path.unlink(missing_ok=True)
    _put_aside(loose.orphans, data / "evidence" / ORPHANS)
    for start in range(0, len(loose.missing), BATCH):
        _note(sessions, loose.missing[start : start + BATCH])
    if loose.any:
        log.warning(
            "swept",
            unfinished=len(loose.unfinished),
            orphans=len(loose.orphans),
            missing=len(loose.missing),
        )
    return loose


def _put_aside(orphans: Sequence[Path], folder: Path) -> None:
    if orphans:
        make_folder(folder)
    for path in orphans:
        path.replace(folder / path.name)


def _note(sessions: Sessions, missing: Sequence[Missing]) -> None:
    gone = update(Event).where(Event.id.in_([row.id for row in missing]))
    with sessions() as session, session.begin():
        session.execute(gone.values(evidence=None, evidence_note=MISSING))
