"""`plumbline status`"""

import sys
from pathlib import Path

import click
from sqlalchemy import select

from monitor.cli.opened import store
from monitor.clock import SystemClock
from monitor.settings import load
from monitor.store.tables import STALE_S, CameraState


@click.command()
@click.pass_obj
def command(path: Path) -> None:
    """How the cameras are now: state, reason, pictures a second reached and asked for.

    Ends with status 0 if every camera is watched, 1 if one is not, 2 if that cannot be told.

    \b
      plumbline status || echo "call the technician"
    """
    settings = load(path)
    with store(settings) as sessions, sessions() as session:
        states = {state.camera: state for state in session.scalars(select(CameraState))}
    now = SystemClock().now()
    well = True
    for camera in settings.cameras:
        state = states.get(camera.name)
        if state is None:
            said, watched = "never started", False
        elif (now - state.updated_at).total_seconds() > STALE_S:
            said, watched = f"not running since {state.updated_at:%Y-%m-%d %H:%M:%S} UTC", False
        else:
            watched = state.state == "up"
            said = state.state + (f" ({state.reason})" if state.reason else "")
            said += f", {state.fps_reached:.1f} of {state.fps_asked:g} fps, {state.people} people"
        click.echo(f"{camera.name}: {said}")
        well = well and watched
    sys.exit(0 if well else 1)
