"""`plumbline run`"""

import os
import sys
from pathlib import Path
from typing import NoReturn

import click
import structlog

from monitor import logs
from monitor.cli.doubts import doubts
from monitor.cli.opened import first_admin, store, writing_alone
from monitor.clock import SystemClock
from monitor.compose import (
    camera_jobs,
    engine_spec,
    keep_of,
    memory_mb,
    receivers,
    scheduled,
)
from monitor.crew import Crew, Orders, shared_out
from monitor.crews import Crews
from monitor.durable import share
from monitor.jobs import sweep
from monitor.pages import Pages
from monitor.settings import Settings, load
from monitor.store.journal import Journal
from monitor.supervisor import Supervisor

log = structlog.get_logger()


@click.command()
@click.option("--no-dashboard", is_flag=True, help="Watch only; serve no pages from here.")
@click.pass_obj
def command(path: Path, no_dashboard: bool) -> None:
    """Watch the cameras and serve the dashboard, until Ctrl-C or SIGTERM.

    Everything that is kept goes into the data folder of the settings (`var/` when left out). The
    pages are at http://127.0.0.1:8080 unless `dashboard` says otherwise; the first login is shown
    once.

    \b
      plumbline run                       the drawn camera
      plumbline -s my.yaml run            your cameras
    """
    logs.configure()
    settings = load(path)
    for doubt in doubts(settings):
        log.warning(doubt)
    keep, engine = keep_of(settings), engine_spec(settings)
    clock = SystemClock()
    with store(settings) as sessions, writing_alone(keep.writing) as lock:
        sweep(sessions, keep.data, clock.now())
        share(lock)
        first_admin(sessions)
        parts = shared_out(camera_jobs(settings), settings.workers)
        limit = memory_mb(settings, len(parts))
        Supervisor(
            Crews([Crew(Orders(part, engine, keep), memory_mb=limit) for part in parts]),
            Journal(keep.journal),
            sessions,
            receivers(settings),
            scheduled(settings, sessions, clock),
            clock,
            pages=None if no_dashboard else _pages(path, settings),
        ).run()
        _leave()


def _leave() -> NoReturn:
    """All is on disk by now; threads that wait for a locked database would hold the exit up."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _pages(path: Path, settings: Settings) -> Pages:
    command = [sys.executable, "-m", "monitor", "--settings", str(path), "dashboard"]
    return Pages(command, f"http://{settings.dashboard.host}:{settings.dashboard.port}")
