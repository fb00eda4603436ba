"""What the pages are told when they are made."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app

from dashboard.analyst import Analyst
from monitor.clock import Clock
from monitor.store.database import Sessions

FORM_BYTES = 64 * 1024
"""What a form may weigh beside the picture in it."""


@dataclass(frozen=True, slots=True)
class DashboardConfig:
    """data: folder with `evidence/`, `snapshots/` and the secret key. cameras: in their order."""

    sessions: Sessions
    data: Path
    site: str
    zone: ZoneInfo
    cameras: tuple[str, ...]
    upload_mb: int
    analyst: Analyst
    clock: Clock

    @property
    def upload_bytes(self) -> int:
        return self.upload_mb * 1024 * 1024

    @property
    def body_bytes(self) -> int:
        """The longest request body that is read at all."""
        return self.upload_bytes + FORM_BYTES


def house() -> DashboardConfig:
    """The configuration of the pages that answer this request."""
    return cast(DashboardConfig, current_app.extensions["plumbline"])
