"""What tests of the pages share: a site with a store of its own, and a visitor."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard import DashboardConfig, create_app
from monitor.store import users
from monitor.store.database import migrate, open_database, sessions_of
from tests.builders import NOON
from tests.fakes_analyst import FakeAnalyst

PASSWORD = "correct-horse-battery"

COACH = {
    "seen_s": 900,
    "verdicts": [
        {"title": "deep bends of the trunk", "verdict": "yes", "reason": ""},
        {"title": "raised arms", "verdict": "yes", "reason": ""},
        {"title": "slight bends of the trunk", "verdict": "partly", "reason": "known to ±12°"},
        {"title": "kneeling", "verdict": "no", "reason": "feet are hidden 80 % of the time"},
    ],
    "unsupported": [
        {"title": "Deep knee bend", "verdict": "no", "reason": "feet are hidden 80 % of the time"},
        {"title": "Kneeling", "verdict": "no", "reason": "feet are hidden 80 % of the time"},
    ],
    "advice": ["Feet are hidden 80 % of the time: move what hides them."],
}
"""What a camera told that sees people without their feet."""


@dataclass
class StandingClock:
    """A clock that moves only when told."""

    at: datetime = NOON
    t: float = 1000.0

    def now(self) -> datetime:
        return self.at

    def steady(self) -> float:
        return self.t

    def sleep(self, seconds: float) -> None:
        self.t += seconds


@dataclass
class Site:
    """A dashboard with a real database in a folder of its own."""

    config: DashboardConfig
    clock: StandingClock
    analyst: FakeAnalyst
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.app = create_app(self.config)
        self.client = self.app.test_client()

    def add(self, rows: Iterable[Any]) -> None:
        with self.config.sessions() as session, session.begin():
            session.add_all(rows)

    def log_in(self, password: str = PASSWORD, **query: str) -> TestResponse:
        return self.post("/login", {"name": "anna", "password": password}, query_string=query)

    def post(self, path: str, form: dict[str, Any], **more: Any) -> TestResponse:
        """Send a form with the token of the page it stands on."""
        form = {**form, "csrf_token": token_in(self.client.get("/login", follow_redirects=True))}
        return self.client.post(path, data=form, **more)


def a_site(folder: Path, **changed: Any) -> Site:
    """A site with the camera hall-a and the user anna, at noon in Berlin's summer-less time."""
    engine = open_database(f"sqlite:///{folder / 'plumbline.db'}")
    migrate(engine, backups=folder / "backups")
    clock, analyst = StandingClock(), FakeAnalyst()
    config = DashboardConfig(
        sessions=sessions_of(engine),
        data=folder,
        site="Test hall",
        zone=ZoneInfo("Europe/Berlin"),
        cameras=("hall-a", "hall-b"),
        upload_mb=1,
        analyst=analyst,
        clock=clock,
    )
    config = replace(config, **changed)
    with config.sessions() as session, session.begin():
        users.add(session, "anna", PASSWORD, NOON)
    return Site(config, clock, analyst)


def token_in(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.get_data(as_text=True))
    assert found, "the page has no form"
    return found[1]
