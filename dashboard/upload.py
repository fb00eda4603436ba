"""A picture in, the picture with its skeleton and angles back."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from dashboard.config import house
from dashboard.desk import BusyError, Desk, kind_of
from dashboard.skeleton import THICKEST, THINNEST, Style, bones_of, drawn, joints_of, style_of
from dashboard.words import sentence
from monitor.errors import InputError
from monitor.posture.model import ANGLES, Landmark
from monitor.store import analyses
from monitor.store.tables import Analysis

NEWEST = 12

pages = Blueprint("upload", __name__, url_prefix="/upload")


@pages.record_once
def _set_up(state: Any) -> None:
    clock = state.app.extensions["plumbline"].clock
    state.app.extensions["desk"] = Desk(clock)


def _desk() -> Desk:
    desk: Desk = current_app.extensions["desk"]
    return desk


@pages.get("")
def index() -> str:
    with house().sessions() as store:
        newest = analyses.newest(store, NEWEST)
    return render_template("upload.html", newest=newest)


@pages.post("")
def receive() -> ResponseReturnValue:
    data = _checked()
    try:
        digest = _desk().answer(data, blur="blur" in request.form, user=current_user.user_id)
    except InputError as e:
        abort(422, sentence(str(e)))
    except BusyError as e:
        abort(503, str(e))
    return redirect(url_for("upload.one", digest=digest), 303)


def _checked() -> bytes:
    """The bytes of a picture that may be analysed; every other upload ends here."""
    given = request.files.get("picture")
    if given is None or not given.filename:
        abort(400, "No picture came with the form: choose or drop one first.")
    data: bytes = given.read()
    if not data:
        abort(422, "The file is empty; choose a JPEG, PNG or WebP picture.")
    if len(data) > house().upload_bytes:
        abort(413)
    if kind_of(data) is None:
        abort(415, "The file is not a JPEG, PNG or WebP picture, whatever it is called.")
    return data


@pages.get("/<digest>")
def one(digest: str) -> str:
    analysis = _analysis(digest)
    return render_template(
        "analysis.html",
        analysis=analysis,
        result=analysis.result,
        picture=_picture_of(analysis),
        angle_names=ANGLES,
        landmark_names=[mark.name.lower().replace("_", " ") for mark in Landmark],
        style=Style(),
        thinnest=THINNEST,
        thickest=THICKEST,
        bones_of=bones_of,
        joints_of=joints_of,
    )


@pages.get("/<digest>.json")
def as_json(digest: str) -> dict[str, Any]:
    analysis = _analysis(digest)
    return {
        "digest": digest,
        "created_at": analysis.created_at.isoformat(),
        "blurred": bool(analysis.picture),
        **analysis.result,
    }


@pages.get("/<digest>/plain.jpg")
def plain(digest: str) -> Response:
    """The picture without a skeleton."""
    picture = _picture_of(_analysis(digest))
    return _jpeg(picture) if picture else abort(404, "The picture itself is not kept.")


@pages.get("/<digest>/picture.jpg")
def picture(digest: str) -> Response:
    """The picture with the skeleton in the colours asked for."""
    analysis = _analysis(digest)
    try:
        style = style_of(request.args)
    except InputError as e:
        abort(400, str(e))
    answer = _jpeg(drawn(_picture_of(analysis), analysis.result, style))
    answer.headers["Content-Disposition"] = f'attachment; filename="skeleton-{digest[:12]}.jpg"'
    return answer


@pages.post("/<digest>/delete")
def delete(digest: str) -> ResponseReturnValue:
    _desk().unblurred.forget(digest)
    with house().sessions() as store, store.begin():
        analyses.remove(store, digest)
    flash("The result and its picture are deleted.")
    return redirect(url_for("upload.index"), 303)


def _analysis(digest: str) -> Analysis:
    with house().sessions() as store:
        analysis = analyses.find(store, digest)
    if analysis is None:
        abort(404, "There is no such result; it may have been deleted. Upload the picture again.")
    return analysis


def _picture_of(analysis: Analysis) -> bytes | None:
    return analysis.picture or _desk().unblurred.find(analysis.digest, current_user.user_id)


def _jpeg(picture: bytes) -> Response:
    return Response(picture, mimetype="image/jpeg", headers={"Cache-Control": "private, no-store"})
