"""`plumbline report`"""

from datetime import date, datetime, timedelta
from pathlib import Path

import click

from monitor.cli.opened import store
from monitor.clock import SystemClock
from monitor.reports.daily import to_csv, to_html
from monitor.settings import load
from monitor.store.daily import daily_report


@click.command()
@click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The local day, as 2026-03-02; yesterday when left out.",
)
@click.option(
    "--format", "kind", type=click.Choice(["text", "csv", "html"]), default="text",
    show_default=True, help="How it is written.",
)  # fmt: skip
@click.pass_obj
def command(path: Path, day: datetime | None, kind: str) -> None:
    """Print the report of one day: events, minutes and coverage of every camera.

    \b
      plumbline report
      plumbline report --day 2026-03-02 --format csv > monday.csv
    """
    settings = load(path)
    now = SystemClock().now()
    zone = settings.site.zone
    wanted: date = day.date() if day else now.astimezone(zone).date() - timedelta(days=1)
    with store(settings) as sessions, sessions() as session:
        report = daily_report(session, wanted, zone, [c.name for c in settings.cameras], now)
    if kind == "html":
        click.echo(to_html(report, settings.site.name))
    elif kind == "csv":
        click.echo(to_csv(report), nl=False)
    else:
        click.echo(f"{wanted.isoformat()}  {report.summary}")
