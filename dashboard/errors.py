"""What is said when something is wrong: a page, or JSON for those who ask for it."""

import structlog
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from dashboard.config import house

TITLES = {
    400: "That cannot be answered",
    401: "Log in first",
    403: "Not allowed",
    404: "Not here",
    405: "Not in this way",
    413: "Too large",
    415: "Not a picture",
    422: "Cannot be read",
    429: "Too often",
    500: "Something broke",
    503: "Not now",
}

SENTENCES = {
    400: "The request is not complete; go back, load the page again and send it once more.",
    401: "This needs a login: open /login in a browser, then ask again.",
    403: "You may not see this page.",
    404: "There is no such page, or what it showed has been deleted since.",
    405: "This address does not take that kind of request.",
    415: "Only JPEG, PNG and WebP pictures can be analysed.",
    500: "Plumbline made a mistake; the log says more. Watching goes on.",
    503: "The database does not answer; watching goes on. Try again in a minute.",
}

log = structlog.get_logger()


def wants_json() -> bool:
    """Whether the answer is for a program."""
    if request.path.endswith(".json") or request.endpoint == "health.readyz":
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return best == "application/json"


def answer(app: Flask) -> None:
    app.register_error_handler(HTTPException, _said)
    app.register_error_handler(CSRFError, _form_too_old)
    app.register_error_handler(OperationalError, _no_database)
    app.register_error_handler(Exception, _broken)


def problem(code: int, sentence: str | None = None) -> ResponseReturnValue:
    """An answer in the house's style; the sentence of the code when none is given."""
    sentence = sentence or SENTENCES.get(code) or SENTENCES[400 if code < 500 else 500]
    if wants_json():
        return {"error": sentence}, code
    title = TITLES.get(code, TITLES[400 if code < 500 else 500])
    return render_template("error.html", code=code, title=title, sentence=sentence), code


def _said(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:
        return error.get_response()
    if code == 413:
        return problem(413, f"A picture may have up to {house().upload_mb} MB; send a smaller one.")
    own = error.description if error.description != type(error).description else None
    return problem(code, own)


def _form_too_old(error: CSRFError) -> ResponseReturnValue:
    return problem(400, "This form is too old: go back, load the page again and send it once more.")


def _no_database(error: OperationalError) -> ResponseReturnValue:
    log.error("the database does not answer", error=str(error.orig))
    return problem(503)


def _broken(error: Exception) -> ResponseReturnValue:
    log.error("a page broke", path=request.path, exc_info=error)
    return problem(500)
