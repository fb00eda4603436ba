"""The daily report."""

from datetime import date, timedelta

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from dashboard.config import house
from dashboard.days import BadDayError, day_of
from monitor.daily import DailyReport
from monitor.ergonomics import dose, en1005_4, niosh
from monitor.ergonomics.verdict import Verdict
from monitor.reports.daily import to_csv
from monitor.store.daily import daily_report

pages = Blueprint("reports", __name__, url_prefix="/reports")


@pages.get("/")
def index() -> ResponseReturnValue:
    return redirect(url_for("reports.day", day=_today().isoformat()))


@pages.get("/<day>")
def day(day: str) -> str:
    wanted = _wanted(day)
    return render_template(
        "report.html",
        report=_report(wanted),
        before=wanted - timedelta(days=1),
        after=wanted + timedelta(days=1) if wanted < _today() else None,
        dose_method=dose.METHOD,
        verdict_method=en1005_4.METHOD,
        lifting_method=niosh.METHOD,
        verdicts=tuple(reversed(Verdict)),
    )


@pages.get("/<day>.csv")
def csv(day: str) -> Response:
    wanted = _wanted(day)
    name = f"plumbline-{wanted.isoformat()}.csv"
    return Response(
        to_csv(_report(wanted)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _today() -> date:
    return house().clock.now().astimezone(house().zone).date()


def _wanted(text: str) -> date:
    try:
        return day_of(text)
    except BadDayError as e:
        abort(404, str(e))


def _report(day: date) -> DailyReport:
    here = house()
    with here.sessions() as store:
        return daily_report(store, day, here.zone, here.cameras, here.clock.now())
