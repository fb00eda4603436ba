"""What of the asked time was not judged again, and why."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from monitor.posture.minutes import MINUTE
from monitor.replay.camera import Replayed

NOT_WATCHED = "the camera was not watched"
NOT_KEPT = "watched, but no landmarks are kept"

WATCHED_S = 1.0
"""Less of a minute, the last moment before a stop or the first after a start, is no loss."""


class Gap(NamedTuple):
    camera: str
    since: datetime
    until: datetime
    why: str


def gaps(
    camera: str,
    since: datetime,
    until: datetime,
    replayed: Replayed,
    watched_s: Mapping[datetime, float],
) -> list[Gap]:
    """Whole minutes, those side by side with one reason as one gap. watched_s: by minute."""
    damaged = {lost.minute: lost.reason for lost in replayed.damaged}

    def why(minute: datetime) -> str | None:
        if minute in damaged:
            return damaged[minute]
        if minute in replayed.minutes:
            return None
        if minute in replayed.blind:
            return f"blind: {replayed.blind[minute]}"
        return NOT_KEPT if watched_s.get(minute, 0.0) >= WATCHED_S else NOT_WATCHED

    found = []
    for reason, minutes in groupby(minutes_of(since, until), why):
        if reason is not None:
            first, *rest = minutes
            last = rest[-1] if rest else first
            found.append(Gap(camera, max(first, since), min(last + MINUTE, until), reason))
    return found


def minutes_of(since: datetime, until: datetime) -> Iterator[datetime]:
    """Every minute of which a part lies in this time."""
    minute = since.replace(second=0, microsecond=0)
    while minute < until:
        yield minute
        minute += MINUTE
