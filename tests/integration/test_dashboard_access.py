"""Login, the gate before every page, and the answers to machines."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard import create_app
from monitor.store import users
from monitor.store.tables import STALE_S
from tests.builders import NOON, a_camera_state
from tests.pages import Site, a_site, token_in


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return a_site(tmp_path)


PATHS = ["/", "/events", "/reports/2026-11-23", "/cameras/", "/upload", "/no-such-page"]


@pytest.mark.parametrize("path", PATHS)
def test_pages_ask_for_a_login(site: Site, path: str) -> None:
    answer = site.client.get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login")


@pytest.mark.parametrize("path", PATHS)
def test_programs_are_told_in_json(site: Site, path: str) -> None:
    answer = site.client.get(path, headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert "login" in answer.get_json()["error"]


def test_login_leads_back_to_the_page_asked_for(site: Site) -> None:
    asked = site.client.get("/events?camera=hall-a")
    answer = site.client.get(asked.headers["Location"])
    form = {"name": "anna", "password": "correct-horse-battery", "csrf_token": token_in(answer)}
    answer = site.client.post(asked.headers["Location"], data=form)
    assert answer.headers["Location"] == "/events?camera=hall-a"
    assert site.client.get("/").status_code == 200


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\t/evil",
    ],
)
def test_login_never_leads_elsewhere(site: Site, target: str) -> None:
    assert site.log_in(next=target).headers["Location"] == "/"
    assert site.client.get("/login", query_string={"next": target}).headers["Location"] == "/"


def test_a_wrong_password_is_refused_and_guessing_becomes_slow(site: Site) -> None:
    for _ in range(5):
        assert site.log_in("wrong").status_code == 401
    assert site.log_in().status_code == 429
    site.clock.sleep(2)
    assert site.log_in("wrong").status_code == 401
    site.clock.sleep(2)
    assert site.log_in().status_code == 429
    site.clock.sleep(2)
    assert site.log_in().status_code == 303


def test_forms_without_the_token_are_refused(site: Site) -> None:
    answer = site.client.post("/login", data={"name": "anna", "password": "x"})
    assert answer.status_code == 400
    assert "too old" in answer.get_data(as_text=True)


def test_logging_out_ends_it(site: Site) -> None:
    site.log_in()
    assert site.post("/logout", {}).status_code == 303
    assert site.client.get("/").status_code == 302


def test_a_new_password_ends_every_login(site: Site) -> None:
    site.log_in()
    with site.config.sessions() as session, session.begin():
        users.set_password(session, "anna", "another-long-one")
    assert site.client.get("/").status_code == 302


def test_the_session_outlives_a_restart_and_its_cookie_is_closed_to_scripts(site: Site) -> None:
    cookie = site.log_in().headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    again = create_app(site.config).test_client()
    name, _, value = cookie.partition(";")[0].partition("=")
    again.set_cookie(name, value)
    assert again.get("/").status_code == 200
    assert (site.config.data / "secret.key").stat().st_mode & 0o777 == 0o600


def test_every_answer_forbids_what_it_does_not_need(site: Site) -> None:
    for path in ("/login", "/healthz", "/static/plumbline.css", "/nothing"):
        headers = site.client.get(path).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
    assert site.client.get("/login").headers["Cache-Control"] == "no-store"


def test_healthz_needs_no_login(site: Site) -> None:
    assert site.client.get("/healthz").get_json() == {"status": "ok"}


def test_readyz_says_what_is_missing(site: Site) -> None:
    answer = site.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["workers"] == {"ok": False, "silent": ["hall-a", "hall-b"]}
    site.add([a_camera_state(), a_camera_state(camera="hall-b", state="down", reason="refused")])
    answer = site.client.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json()["cameras"]["reasons"] == {"hall-b": "refused"}
    site.clock.at = NOON + timedelta(seconds=STALE_S + 1)
    assert site.client.get("/readyz").status_code == 503


def test_readyz_tells_strangers_nothing(site: Site) -> None:
    for stranger in (
        {"environ_base": {"REMOTE_ADDR": "192.168.1.9"}},
        {"headers": {"X-Forwarded-For": "192.168.1.9"}},
    ):
        answer = site.client.get("/readyz", **stranger)
        assert answer.status_code == 401
        assert list(json.loads(answer.data)) == ["error"]


def test_errors_are_said_in_the_houses_style(site: Site) -> None:
    site.log_in()
    answer = site.client.get("/no-such-page")
    assert answer.status_code == 404
    assert "There is no such page" in answer.get_data(as_text=True)
    assert site.client.post("/events", data={"csrf_token": "x"}).status_code in (400, 405)


def test_a_lost_database_is_said_and_life_goes_on(site: Site) -> None:
    site.log_in()
    with site.config.sessions() as session:
        session.connection().exec_driver_sql("ALTER TABLE user RENAME TO gone")
        session.commit()
    answer = site.client.get("/")
    assert answer.status_code == 503
    assert "database does not answer" in answer.get_data(as_text=True)
    answer = site.client.get("/readyz")
    assert answer.status_code == 503
    assert site.client.get("/healthz").status_code == 200
