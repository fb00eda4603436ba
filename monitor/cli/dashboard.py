"""`plumbline dashboard`"""

from pathlib import Path

import click

from dashboard.serve import config_of, serve
from monitor import logs
from monitor.analysis.client import AnalysisProcess
from monitor.cli.opened import first_admin, store
from monitor.clock import SystemClock
from monitor.errors import SettingsError
from monitor.settings import load


@click.command()
@click.pass_obj
def command(path: Path) -> None:
    """Serve the pages alone, for cameras that another process or machine watches.

    Both need the same `database` and data folder. Where the pages are served is said by
    `dashboard.host` and `dashboard.port` in the settings.

    \b
      plumbline run --no-dashboard        on one side
      plumbline dashboard                 on the other
    """
    logs.configure()
    settings = load(path)
    place = settings.dashboard
    with store(settings) as sessions:
        first_admin(sessions)
        analyst = AnalysisProcess(settings.data.resolve())
        try:
            serve(config_of(settings, sessions, analyst, SystemClock()), place.host, place.port)
        except OSError as e:
            raise SettingsError(
                f"dashboard: cannot listen on {place.host}:{place.port} ({e.strerror}); "
                "stop what uses it, or set dashboard.port"
            ) from e
        finally:
            analyst.close()
