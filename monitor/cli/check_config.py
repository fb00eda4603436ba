"""`plumbline check-config`"""

from pathlib import Path

import click

from monitor.capture.open import make_source
from monitor.capture.urls import shown
from monitor.cli.doubts import doubts
from monitor.clock import SystemClock
from monitor.compose import notifiers
from monitor.errors import SettingsError
from monitor.pose.engines import check_detector
from monitor.settings import Camera, load, rules_of
from monitor.store.database import sqlite_file
from monitor.store.place import refuse_network


@click.command()
@click.pass_obj
def command(path: Path) -> None:
    """Check the settings without starting anything.

    Ends with status 0 if all is well; otherwise every wrong key is named with what would be
    right, and the status is 2. What is allowed and most likely not meant is warned of. No camera is
    called, nothing is written; recordings are looked into.

    \b
      plumbline -s my.yaml check-config
    """
    settings = load(path)
    notifiers(settings)
    file = sqlite_file(settings.database_url)
    if file is not None:
        refuse_network(file)
    if settings.engine.detector_path is not None:
        check_detector(settings.engine.detector_path)
    for camera in settings.cameras:
        _check_address(camera)
        rules = rules_of(camera, settings)
        click.echo(
            f"camera {camera.name}: {shown(camera.url, camera.substream)}, {camera.fps:g} fps, "
            f"{len(rules)} rules, {len(camera.zones)} zones, {len(camera.masks)} masks"
        )
    for doubt in doubts(settings):
        click.echo(f"warning: {doubt}", err=True)
    click.echo(f"{path}: all is well; data goes to {settings.data.resolve()}")


def _check_address(camera: Camera) -> None:
    for key, url in camera.addresses.items():
        try:
            make_source(url, clock=SystemClock())
        except SettingsError as e:
            raise SettingsError(f"cameras.{camera.name}.{key}: {e}") from e
