"""Putting the pages together."""

from io import BytesIO
from typing import IO

from flask import Flask, Request, Response
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect

from dashboard import access, cameras, errors, events, health, overview, reports, upload, words
from dashboard.config import DashboardConfig
from dashboard.secret import secret_key

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""`data:` pictures are the small signs inside Bootstrap's own style sheet."""


class InMemory(Request):
    """Uploaded files stay in memory: the original picture never touches the disk."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()


def create_app(config: DashboardConfig) -> Flask:
    """The pages of one site; a WSGI application."""
    app = Flask("dashboard")
    app.request_class = InMemory
    app.extensions["plumbline"] = config
    app.config.update(
        SECRET_KEY=secret_key(config.data / "secret.key"),
        MAX_CONTENT_LENGTH=config.body_bytes,
        SESSION_COOKIE_NAME="plumbline",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        BOOTSTRAP_SERVE_LOCAL=True,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    access.guard(app)
    CSRFProtect(app)
    Bootstrap5(app)
    words.teach(app)
    errors.answer(app)
    for noun in (access, overview, events, reports, cameras, upload, health):
        app.register_blueprint(noun.pages)
    app.after_request(_protect)
    return app


def _protect(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", "no-store")
    return response
