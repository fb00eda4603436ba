"""`plumbline calibrate`"""

from pathlib import Path

import click

from monitor import calibrations
from monitor.compose import camera_jobs
from monitor.errors import SettingsError
from monitor.posture.vertical import LEAST_LOOKS, Vertical
from monitor.settings import load


@click.command()
@click.argument("camera")
@click.pass_obj
def command(path: Path, camera: str) -> None:
    """What is known of how a camera hangs, and how surely.

    A camera whose pitch and roll are not in the settings learns them from people who stand and
    walk. What it has learnt is used at once, kept over restarts, and forgotten when the camera
    is moved.

    \b
      plumbline calibrate gate
    """
    settings = load(path)
    plans = {job.plan.name: job.plan for job in camera_jobs(settings)}
    if camera not in plans:
        raise SettingsError(f"no camera {camera!r}; there are {', '.join(plans)}")
    plan = plans[camera]
    vertical = Vertical(plan.calibration, fov_known=plan.fov_known)
    calibrations.restore(calibrations.file_of(settings.data, camera), vertical)
    seen = len(vertical.kept())
    vertical.settle(0.0)
    for line in _told(vertical, fov_known=plan.fov_known, seen=seen):
        click.echo(line)


def _told(vertical: Vertical, *, fov_known: bool, seen: int) -> list[str]:
    now = vertical.calibration
    said = f"pitch {now.pitch_deg:.1f}°, roll {now.roll_deg:.1f}°, field of view {now.fov_deg:.0f}°"
    if now.origin == "settings":
        return [f"{said}: from the settings"]
    lens = "from the settings" if fov_known else "not known, so less sure: set fov_deg if you can"
    lines = [f"upright people seen: {seen}", f"field of view: {lens}"]
    if now.origin == "learnt":
        return [f"{said}: learnt, pitch within {2 * now.sd_deg:.0f}° (95 %)", *lines]
    need = f"nothing learnt yet; {LEAST_LOOKS} looks at people who walk through are needed"
    return [f"{said}: assumed", need, *lines]
