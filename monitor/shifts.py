"""Which shift a moment belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Shift:
    """A part of each day, from its local time of beginning until the next one begins."""

    name: str
    begins: time


class Turn(NamedTuple):
    """A shift of one day: the local day on which it began."""

    day: date
    shift: str


WHOLE_DAY = (Shift("day", time(0)),)
"""Where nobody said what the shifts are."""


def turn_of(at: datetime, shifts: Sequence[Shift], zone: ZoneInfo) -> Turn:
    """The shift that was on. What is before the day's first one belongs to yesterday's last."""
    local = at.astimezone(zone)
    in_order = sorted(shifts, key=lambda shift: shift.begins)
    begun = [shift for shift in in_order if shift.begins <= local.time()]
    if begun:
        return Turn(local.date(), begun[-1].name)
    return Turn(local.date() - timedelta(days=1), in_order[-1].name)
