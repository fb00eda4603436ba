"""Who may see the pages: login, logout, and the gate before everything else."""

import hashlib
import ipaddress
import math
from collections import OrderedDict
from threading import Lock
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user, logout_user

from dashboard.config import house
from dashboard.errors import wants_json
from monitor.clock import Clock
from monitor.store import users
from monitor.store.tables import User

OPEN = frozenset({"health.healthz", "access.login", "access.log_in", "static", "bootstrap.static"})
"""What is answered without a login: a sign of life, the login itself, and its style."""

log = structlog.get_logger()
pages = Blueprint("access", __name__)


class Visitor:
    """A user who is logged in, as Flask-Login wants it."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, user: User) -> None:
        self.user_id = user.id
        self.name = user.name
        self._seal = hashlib.sha256(user.password_hash.encode()).hexdigest()[:16]

    def get_id(self) -> str:
        """Changes with the password, so that a new one ends every older login."""
        return f"{self.user_id}.{self._seal}"


class Throttle:
    """Makes guessing slow: after a few failures every further one doubles the wait.

    Kept in memory per name and address, for the names tried last.
    """

    FREE = 5
    LONGEST_S = 300.0
    REMEMBERED = 10_000

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()
        self._lock = Lock()

    def wait_s(self, key: tuple[str, str]) -> float:
        """Seconds until this key may try again; 0: now."""
        with self._lock:
            failures, at = self._failures.get(key, (0, 0.0))
        if failures < self.FREE:
            return 0.0
        pause = min(2.0 ** min(failures - self.FREE + 1, 16), self.LONGEST_S)
        return max(0.0, at + pause - self._clock.steady())

    def failed(self, key: tuple[str, str]) -> None:
        with self._lock:
            failures, _ = self._failures.pop(key, (0, 0.0))
            self._failures[key] = (failures + 1, self._clock.steady())
            if len(self._failures) > self.REMEMBERED:
                self._failures.popitem(last=False)

    def succeeded(self, key: tuple[str, str]) -> None:
        with self._lock:
            self._failures.pop(key, None)


def guard(app: Flask) -> None:
    """Refuse bodies that are too long, then everybody who is not logged in."""
    manager = LoginManager(app, add_context_processor=False)
    manager.user_loader(_visitor)
    app.jinja_env.globals["current_user"] = current_user  # asked for only where it is shown
    app.extensions["throttle"] = Throttle(app.extensions["plumbline"].clock)
    app.before_request(_refuse_long)
    app.before_request(_ask_for_login)


def _visitor(key: str) -> Visitor | None:
    try:
        user_id = UUID(key.partition(".")[0])
    except ValueError:
        return None
    with house().sessions() as store:
        user = users.find(store, user_id)
    visitor = Visitor(user) if user else None
    return visitor if visitor and visitor.get_id() == key else None


def _refuse_long() -> None:
    if (request.content_length or 0) > house().body_bytes:
        abort(413)


def _ask_for_login() -> ResponseReturnValue | None:
    if request.endpoint in OPEN or current_user.is_authenticated:
        return None
    if request.endpoint == "health.readyz" and asked_from_here():
        return None
    if wants_json():
        abort(401)
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("access.login", next=back if back != "/" else None))


def asked_from_here() -> bool:
    """Whether a program on this machine asks, and not one further away through a proxy."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


@pages.get("/login")
def login() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(_inside(request.args.get("next")))
    return render_template("login.html", name="", problem=None)


@pages.post("/login")
def log_in() -> ResponseReturnValue:
    name = request.form.get("name", "").strip()
    key = (name, request.remote_addr or "")
    throttle: Throttle = current_app.extensions["throttle"]
    wait_s = throttle.wait_s(key)
    if wait_s > 0:
        problem = f"Too many wrong passwords: try again in {math.ceil(wait_s)} s."
        return render_template("login.html", name=name, problem=problem), 429
    with house().sessions() as store:
        user = users.with_password(store, name, request.form.get("password", ""))
    if user is None:
        throttle.failed(key)
        log.warning("login refused", address=key[1])
        problem = "Name and password do not go together."
        return render_template("login.html", name=name, problem=problem), 401
    throttle.succeeded(key)
    session.clear()
    login_user(Visitor(user))
    return redirect(_inside(request.args.get("next")), 303)


@pages.post("/logout")
def logout() -> ResponseReturnValue:
    logout_user()
    session.clear()
    return redirect(url_for("access.login"), 303)


def _inside(target: str | None) -> str:
    """The page asked for if it is one of ours, else the overview."""
    start = url_for("overview.index")
    if not target or not target.startswith("/") or not target.isprintable():
        return start
    if target.startswith("//") or "\\" in target or urlsplit(target).netloc:
        return start
    return target
