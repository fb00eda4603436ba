"""What is told, and to whom it can be told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to be told to one receiver.

    id stays the same when the message is sent again, so that a receiver can drop a second one.
    """

    id: UUID
    kind: str
    """One of those in `WORDS`."""
    at: datetime
    """When it happened."""
    title: str
    """One line that says it all."""
    text: str
    data: Mapping[str, Any]
    link: str | None
    """Where to look on the dashboard."""


class Notifier(Protocol):
    def send(self, message: Message) -> None:
        """Returns once the receiver has accepted. Raises NotifyError, within bounded time."""
        ...


def message_of(
    id: UUID, kind: str, data: Mapping[str, Any], zone: ZoneInfo, dashboard: str | None
) -> Message:
    """The words for an outbox row; times are said in `zone`."""
    at, title, text, path = WORDS[kind](data, zone)
    link = dashboard.rstrip("/") + path if dashboard else None
    return Message(id, kind, at, title, text, data, link)


Words = tuple[datetime, str, str, str]


def _event(data: Mapping[str, Any], zone: ZoneInfo) -> Words:
    met = datetime.fromisoformat(data["met_at"])
    where = data["camera"] + (f", zone {data['zone']}" if data["zone"] else "")
    title = f"[{data['severity']}] {data['rule_title']} at {data['camera']} – {_clock(met, zone)}"
    text = (
        f"{data['rule_title']} at {where}, {_date(met, zone)}.\n"
        f"Measured: {data['value']:.0f} {data['unit']}, limit {data['limit']:g} {data['unit']}.\n"
        f"What helps: {data['advice']}"
    )
    return met, title, text, f"/events/{data['event']}"


def _down(data: Mapping[str, Any], zone: ZoneInfo) -> Words:
    since = datetime.fromisoformat(data["started_at"])
    if data.get("watching"):
        title = f"[camera] {_who(data)} needs a look – since {_clock(since, zone)}"
        text = f"{_who(data)} goes on watching, but since {_date(since, zone)}: {data['reason']}."
        return since, title, text, "/cameras"
    title = f"[camera] {_who(data)} is not watching – since {_clock(since, zone)}"
    text = (
        f"{_who(data)} has not been watching since {_date(since, zone)}: {data['reason']}.\n"
        "No posture is seen there until it is back."
    )
    return since, title, text, "/cameras"


def _up(data: Mapping[str, Any], zone: ZoneInfo) -> Words:
    since = datetime.fromisoformat(data["started_at"])
    back = datetime.fromisoformat(data["ended_at"])
    title = f"[camera] {_who(data)} is watching again – {_clock(back, zone)}"
    text = f"{_who(data)} was not watching from {_date(since, zone)} to {_date(back, zone)}."
    return back, title, text, "/cameras"


def _trouble(data: Mapping[str, Any], zone: ZoneInfo) -> Words:
    since = datetime.fromisoformat(data["started_at"])
    title = f"[plumbline] Not to be relied on{_near(data)} – since {_clock(since, zone)}"
    text = f"Since {_date(since, zone)}{_near(data)}: {data['reason']}."
    return since, title, text, "/"


def _well(data: Mapping[str, Any], zone: ZoneInfo) -> Words:
    since = datetime.fromisoformat(data["started_at"])
    back = datetime.fromisoformat(data["ended_at"])
    title = f"[plumbline] Well again{_near(data)} – {_clock(back, zone)}"
    text = f"From {_date(since, zone)} to {_date(back, zone)}{_near(data)}: {data['reason']}."
    return back, title, text, "/"


def _near(data: Mapping[str, Any]) -> str:
    return f" at {data['camera']}" if data["camera"] else ""


def _who(data: Mapping[str, Any]) -> str:
    return data["camera"] or "A worker"


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%H:%M")


def _date(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


WORDS: Mapping[str, Callable[[Mapping[str, Any], ZoneInfo], Words]] = {
    "event.started": _event,
    "camera.down": _down,
    "camera.up": _up,
    "site.trouble": _trouble,
    "site.well": _well,
}
