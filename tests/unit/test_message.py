from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from monitor.notify.message import message_of

ID = UUID(int=7)
BERLIN = ZoneInfo("Europe/Berlin")
EVENT = {
    "event": str(UUID(int=1)),
    "camera": "dock-1",
    "zone": "ramp",
    "severity": "alert",
    "rule_title": "Deep forward bend",
    "unit": "°",
    "limit": 60.0,
    "value": 72.4,
    "met_at": "2026-05-04T10:31:07+00:00",
    "advice": "Raise the pallet.",
}
OUTAGE = {
    "camera": "dock-1",
    "reason": "no answer",
    "started_at": "2026-05-04T10:31:07+00:00",
    "ended_at": "2026-05-04T10:40:00+00:00",
}


def test_an_events_title_says_it_all() -> None:
    message = message_of(ID, "event.started", EVENT, BERLIN, "http://plumbline.local/")
    assert message.title == "[alert] Deep forward bend at dock-1 – 12:31"
    assert message.at == datetime(2026, 5, 4, 10, 31, 7, tzinfo=UTC)
    assert message.link == f"http://plumbline.local/events/{UUID(int=1)}"
    assert message.text == (
        "Deep forward bend at dock-1, zone ramp, 2026-05-04 12:31:07.\n"
        "Measured: 72 °, limit 60 °.\n"
        "What helps: Raise the pallet."
    )


def test_without_the_dashboards_address_there_is_no_link() -> None:
    assert message_of(ID, "event.started", EVENT, BERLIN, None).link is None


def test_an_outage_says_since_when_and_why() -> None:
    message = message_of(ID, "camera.down", OUTAGE, BERLIN, None)
    assert message.title == "[camera] dock-1 is not watching – since 12:31"
    assert "since 2026-05-04 12:31:07: no answer." in message.text


def test_a_camera_that_watches_on_needs_a_look() -> None:
    moved = {**OUTAGE, "watching": True, "reason": "the camera looks elsewhere"}
    message = message_of(ID, "camera.down", moved, BERLIN, None)
    assert message.title == "[camera] dock-1 needs a look – since 12:31"
    assert "goes on watching, but since 2026-05-04 12:31:07: the camera looks" in message.text


def test_a_return_says_how_long_nothing_was_seen() -> None:
    message = message_of(ID, "camera.up", OUTAGE, BERLIN, None)
    assert message.title == "[camera] dock-1 is watching again – 12:40"
    assert "from 2026-05-04 12:31:07 to 2026-05-04 12:40:00." in message.text


def test_a_worker_without_a_camera_is_named_so() -> None:
    message = message_of(ID, "camera.down", {**OUTAGE, "camera": None}, BERLIN, None)
    assert message.title == "[camera] A worker is not watching – since 12:31"


def test_trouble_of_plumbline_itself_says_what_it_is() -> None:
    trouble = {**OUTAGE, "camera": None, "reason": "the database is damaged (x)"}
    begun = message_of(ID, "site.trouble", trouble, BERLIN, "http://here")
    assert begun.title == "[plumbline] Not to be relied on – since 12:31"
    assert begun.text == "Since 2026-05-04 12:31:07: the database is damaged (x)."
    assert begun.link == "http://here/"
    over = message_of(ID, "site.well", {**trouble, "camera": "dock-1"}, BERLIN, None)
    assert over.title == "[plumbline] Well again at dock-1 – 12:40"
