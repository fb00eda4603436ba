"""`plumbline analyze`"""

import json
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, redirect_stderr
from pathlib import Path
from types import FrameType
from typing import get_args

import click

from monitor.analysis.files import Looked, expand, film_length_s, look_at
from monitor.analysis.overlay import Overlays
from monitor.analysis.results import MOST_PEOPLE, frame_result
from monitor.clock import SystemClock
from monitor.errors import InputError
from monitor.pose.engine import Engine
from monitor.pose.engines import EngineName, make_engine
from monitor.pose.faces import faces_of
from monitor.posture.gravity import Calibration
from monitor.settings import load


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line and picture.")
@click.option(
    "--camera-pitch",
    default=0.0,
    show_default=True,
    type=click.FloatRange(-90, 90),
    help="Degrees the camera looks down.",
)
@click.option(
    "--camera-roll",
    default=0.0,
    show_default=True,
    type=click.FloatRange(-180, 180),
    help="Degrees the camera is turned clockwise about its view.",
)
@click.option(
    "--camera-fov",
    default=60.0,
    show_default=True,
    type=click.FloatRange(10, 150),
    help="Field of view of the longer side of the picture in degrees.",
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
    type=click.Choice(get_args(EngineName)),
    default="blazepose",
    show_default=True,
    help="What finds the people.",
)
@click.option(
    "--overlay",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for pictures with skeletons; heads are hidden.",
)
@click.pass_obj
def command(
    settings: Path,
    paths: tuple[str, ...],
    as_json: bool,
    camera_pitch: float,
    camera_roll: float,
    camera_fov: float,
    fps: float,
    engine: EngineName,
    overlay: Path | None,
) -> None:
    """Measure the postures in pictures, videos and folders of them.

    All of a picture is searched; in videos (a GIF is one) people are followed, and only those
    believed after a moment are listed. A file that cannot be read is named on standard error and
    makes the status 2 in the end; the others are analysed all the same. Angles are degrees, most
    of them against gravity: say how the camera hangs, or it is taken to look straight ahead.

    \b
      plumbline analyze photo.jpg
      plumbline analyze --json --camera-pitch 20 shift.mp4 > angles.jsonl
      plumbline analyze --overlay out/ pictures/
    """
    data = load(settings).data.resolve()
    calibration = Calibration(camera_pitch, camera_roll, camera_fov, "settings")
    ctrl_c = _CtrlC()
    with _libraries_silenced(), _engine(engine, data) as looker:
        report = _Report(as_json, _overlays(data, overlay))
        for source in _sources(paths, report):
            path = Path(source)
            try:
                looks = look_at(path, looker, calibration, fps, SystemClock())
                for look in _with_progress(path, looks):
                    ctrl_c.heed()
                    report.look(source, look)
            except InputError as e:
                report.unreadable(source, e)
    sys.exit(2 if report.failed else 0)


class _CtrlC:
    """Pressed while a library calls back, it is swallowed there: so it is heeded at every look."""

    def __init__(self) -> None:
        self._pressed = False
        signal.signal(signal.SIGINT, self._press)

    def _press(self, _number: int, _frame: FrameType | None) -> None:
        self._pressed = True
        self.heed()

    def heed(self) -> None:
        if self._pressed:
            raise KeyboardInterrupt


class _Report:
    """What is said of every look, and of what cannot be read."""

    def __init__(self, as_json: bool, overlays: Overlays | None) -> None:
        self.failed = False
        self._say = _say_json if as_json else _say_words
        self._overlays = overlays

    def look(self, source: str, look: Looked) -> None:
        self._say(source, look)
        if self._overlays is not None:
            self._overlays.draw(Path(source), look)

    def unreadable(self, source: str, error: InputError) -> None:
        self.failed = True
        click.echo(f"plumbline: {click.format_filename(source)}: {error}", err=True)


def _sources(paths: Iterable[str], report: _Report) -> Iterator[str]:
    for given in paths:
        try:
            yield from expand(given)
        except InputError as e:
            report.unreadable(given, e)


def _engine(name: EngineName, data: Path) -> closing[Engine]:
    return closing(make_engine(name, data, max_people=MOST_PEOPLE))


def _overlays(data: Path, folder: Path | None) -> Overlays | None:
    return None if folder is None else Overlays(folder, faces_of(data))


@contextmanager
def _libraries_silenced() -> Iterator[None]:
    """MediaPipe and FFmpeg write to the standard error by themselves; what we say still does."""
    sys.stderr.flush()
    with (
        os.fdopen(os.dup(2), "w", encoding="utf-8", errors="backslashreplace") as ours,
        Path(os.devnull).open("wb") as nowhere,
        redirect_stderr(ours),
    ):
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(ours.fileno(), 2)


def _with_progress(path: Path, looks: Iterable[Looked]) -> Iterator[Looked]:
    """The same looks, with a bar on a terminal for what takes long.

    Not when the results go to a terminal too: they show how far it is.
    """
    shown = sys.stderr.isatty() and not sys.stdout.isatty()
    length = film_length_s(path, SystemClock()) if shown else None
    if length is None:
        yield from looks
        return
    with click.progressbar(length=round(length * 10), label=path.name, file=sys.stderr) as bar:
        for look in looks:
            yield look
            bar.update(round(look.t * 10) - bar.pos)
        bar.update(round(length * 10) - bar.pos)


def _say_json(source: str, look: Looked) -> None:
    result = frame_result(source, look.frame, look.t, look.size, look.people)
    click.echo(json.dumps(result, allow_nan=False))


def _say_words(source: str, look: Looked) -> None:
    begin = f"{click.format_filename(source)}  {look.t:7.2f} s  "
    if not look.people:
        click.echo(f"{begin}nobody found")
    for person in look.people:
        angles = "  ".join(
            f"{name.replace('_', ' ')} {angle.deg:.0f}°"
            for name, angle in person.angles.items()
            if angle is not None
        )
        click.echo(f"{begin}person {person.slot}: {angles or 'not measurable'}")
