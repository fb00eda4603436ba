"""What tests of the pages share: a site with a store of its own, and a visitor."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard import DashboardConfig, create_app
from monitor.store import users
from monitor.store.database import migrate, open_database, sessions_of
from monitor.store.tables import Base, Lift, MovementMinute, PostureMinute, ZoneMinute
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


def a_worked_hour(camera: str, before: datetime = NOON) -> list[Base]:
    """An hour of four people: posture, verdicts, movements, and lifts in one of two zones."""
    bands = {
        ("trunk_flexion", "0-20"): 130.0,
        ("trunk_flexion", "20-30"): 25.0,
        ("trunk_flexion", "30-60"): 60.0,
        ("trunk_flexion", "60+"): 15.0,
        ("trunk_flexion", "unseen"): 10.0,
        ("upper_arm_elevation", "0-20"): 200.0,
        ("upper_arm_elevation", "90+"): 40.0,
        ("en1005_4.trunk", "static conditional"): 20.0,
        ("en1005_4.trunk", "high not acceptable"): 55.0,
        ("en1005_4.trunk", "static not acceptable"): 5.0,
        ("en1005_4.trunk", "acceptable"): 150.0,
        ("en1005_4.trunk", "unseen"): 10.0,
        ("en1005_4.upper_arm", "acceptable"): 200.0,
        ("en1005_4.upper_arm", "high conditional"): 40.0,
    }
    rows: list[Base] = []
    for i in range(1, 61):
        at: dict[str, Any] = {"camera": camera, "minute": before - timedelta(minutes=i)}
        for (measure, band), seconds in bands.items():
            shared = {**at, "measure": measure, "band": band}
            rows.append(PostureMinute(**shared, seconds=seconds))
            rows.append(ZoneMinute(**shared, zone="packing", seconds=seconds / 2))
            rows.append(ZoneMinute(**shared, zone="ramp", seconds=seconds / 4))
        kinds = {"bend": 5, "squat": 0, "overhead_reach": 1, "stoop_lift": 3, "squat_lift": 0}
        rows += [MovementMinute(**at, kind=kind, count=count) for kind, count in kinds.items()]
        hands = {"height_cm": [10.0, 80.0], "reach_cm": [25.0, 48.0]}
        carried = {"height_cm": [70.0, 140.0], "reach_cm": [20.0, 45.0]}
        known = {"zone": "packing", "load_kg": 12.0, "coupling": "fair"}
        rows += [
            Lift(**at, **known, number=n, kind="stoop_lift", origin=hands, destination=carried)
            for n in range(3)
        ]
    rows.append(Lift(**at, number=3, zone="ramp", kind="lowering"))
    return rows


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
