"""How the cameras are now, and how far that is to be believed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.store.tables import STALE_S, CameraState

REASONS = {
    "starting": "it is being opened",
    "blind": "its picture shows nothing",
    "down": "it gives no pictures",
    "ended": "its recording has been played to the end",
    "off": "it is switched off",
}
"""What is said when the worker gave no reason of its own."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One camera as it may be shown now.

    state: the worker's word, or `silent` when that is too old, or `unknown` when there never was
    one. since: when that began. row: the worker's last word, believed or not.
    """

    name: str
    state: str
    reason: str
    since: datetime | None
    row: CameraState | None

    @property
    def watched(self) -> bool:
        return self.state == "up"

    @property
    def fresh(self) -> bool:
        """Whether a worker answers for this camera."""
        return self.state not in ("silent", "unknown")


def standings(session: Session, names: Sequence[str], now: datetime) -> list[Standing]:
    """The cameras of these names, in this order."""
    query = select(CameraState).where(CameraState.camera.in_(names))
    rows = {row.camera: row for row in session.scalars(query)}
    return [_standing(name, rows.get(name), now) for name in names]


def _standing(name: str, row: CameraState | None, now: datetime) -> Standing:
    if row is None:
        return Standing(name, "unknown", "no worker has reported it yet", None, None)
    if now - row.updated_at > timedelta(seconds=STALE_S):
        reason = f"its worker has stopped reporting; the last word was “{row.state}”"
        return Standing(name, "silent", reason, row.updated_at, row)
    return Standing(name, row.state, row.reason or REASONS.get(row.state, ""), row.since, row)
