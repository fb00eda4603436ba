"""`plumbline analyze`"""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from monitor import evidence
from monitor.analysis.files import Looked, expand, film_length_s, look_at
from monitor.analysis.results import frame_result
from monitor.clock import SystemClock
from monitor.errors import InputError
from monitor.pose.mediapipe_engine import MediaPipeEngine
from monitor.pose.models import pose_task
from monitor.posture.gravity import Calibration
from monitor.settings import ROOT


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line and picture.")
@click.option("--camera-pitch", default=0.0, help="Degrees the camera looks down.")
@click.option("--camera-roll", default=0.0, help="Degrees it is turned clockwise about its view.")
@click.option(
    "--camera-fov",
    default=60.0,
    show_default=True,
    type=click.FloatRange(10, 150),
    help="Horizontal field of view in degrees.",
)
@click.option(
    "--fps",
    default=5.0,
    show_default=True,
    type=click.FloatRange(0.01, 1000),
    help="Looks a second at videos; 1000 takes every frame.",
)
@click.option(
    "--engine",
    type=click.Choice(["mediapipe"]),
    default="mediapipe",
    show_default=True,
    help="What finds the people.",
)
@click.option(
    "--overlay",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for pictures with skeletons; heads are hidden.",
)
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    as_json: bool,
    camera_pitch: float,
    camera_roll: float,
    camera_fov: float,
    fps: float,
    engine: str,
    overlay: Path | None,
) -> None:
    """Measure the postures in pictures, videos and folders of them.

    Pictures are searched whole; in videos (a GIF is one) people are followed, and only those
    believed after a moment are listed. A file that cannot be read is named on standard error and
    ends the command with status 2; the others are analysed all the same.

    \b
      plumbline analyze photo.jpg
      plumbline analyze --json --camera-pitch 20 shift.mp4 > angles.jsonl
      plumbline analyze --overlay out/ pictures/
    """
    calibration = Calibration(camera_pitch, camera_roll, camera_fov, "settings")
    looker = _engine()
    failed = False
    for source in expand(paths):
        path = Path(source)
        try:
            looks = look_at(path, looker, calibration, fps, SystemClock())
            for look in _with_progress(path, looks, quiet=as_json and sys.stdout.isatty()):
                _say(source, look, as_json)
                if overlay is not None:
                    _draw(overlay, path, look)
        except InputError as e:
            failed = True
            click.echo(f"plumbline: {source}: {e}", err=True)
    looker.close()
    ctx.exit(2 if failed else 0)


def _engine() -> MediaPipeEngine:
    """Settings are not needed to analyse: the model lies in the data folder."""
    data = Path(os.environ.get("PLUMBLINE_DATA") or ROOT / "var")
    return MediaPipeEngine(pose_task(data))


def _with_progress(path: Path, looks: Iterable[Looked], *, quiet: bool) -> Iterator[Looked]:
    """The same looks, with a bar on a terminal for what takes long."""
    length = None if quiet or not sys.stderr.isatty() else film_length_s(path, SystemClock())
    if length is None:
        yield from looks
        return
    with click.progressbar(length=round(length * 10), label=path.name, file=sys.stderr) as bar:
        done = 0
        for look in looks:
            yield look
            bar.update(round(look.t * 10) - done)
            done = round(look.t * 10)
        bar.update(bar.length - done if bar.length else 0)


def _say(source: str, look: Looked, as_json: bool) -> None:
    if as_json:
        result = frame_result(source, look.frame, look.t, look.size, look.people)
        click.echo(json.dumps(result, ensure_ascii=False, allow_nan=False))
        return
    if not look.people:
        click.echo(f"{source}  {look.t:7.2f} s  nobody found")
    for person in look.people:
        angles = "  ".join(
            f"{name.replace('_', ' ')} {angle.deg:.0f}°"
            for name, angle in person.angles.items()
            if angle is not None
        )
        click.echo(f"{source}  {look.t:7.2f} s  person {person.slot}: {angles or 'not measurable'}")


def _draw(folder: Path, path: Path, look: Looked) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    picture = look.image.copy()
    if not evidence.hide_heads(picture, [person.pose for person in look.people]):
        raise InputError("a head could not be placed, so no overlay was drawn")
    for person in look.people:
        evidence.draw_skeleton(picture, person.pose.landmarks)
    (folder / f"{path.name}.{look.frame:06d}.jpg").write_bytes(evidence.jpeg(picture))
