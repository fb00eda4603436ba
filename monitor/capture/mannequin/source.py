"""The drawn camera as a source of pictures."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np

from monitor.capture.mannequin.body import BUILDS, Build, stand_up
from monitor.capture.mannequin.camera import Camera, aimed
from monitor.capture.mannequin.figure import CLOTHES
from monitor.capture.mannequin.hall import hall
from monitor.capture.mannequin.render import Figure, draw, truth
from monitor.capture.mannequin.script import (
    HELD,
    MOVED,
    Key,
    Part,
    Stage,
    crossing,
    furniture,
    one,
    shift,
)
from monitor.capture.source import Picture
from monitor.clock import Clock, SystemClock
from monitor.errors import CaptureError, SettingsError

SCENES = ("shift", "cross", "empty", *HELD, *MOVED)


@dataclass(frozen=True, slots=True)
class View:
    """What a `mannequin:` address can say, with its defaults; degrees, metres, pixels."""

    scene: str = "shift"
    yaw: float = 75.0
    pitch: float = 20.0
    roll: float = 0.0
    fov: float = 60.0
    distance: float = 4.5
    people: int = 1
    build: str = "average"
    width: int = 1280
    height: int = 720
    fps: float = 15.0
    seed: int = 1
    loop: bool = True
    pace: str = "real"


RANGES: Mapping[str, tuple[float, float]] = {
    "yaw": (-360, 360),
    "pitch": (-10, 80),
    "roll": (-180, 180),
    "fov": (20, 120),
    "distance": (1.5, 12),
    "people": (1, 4),
    "width": (160, 3840),
    "height": (120, 2160),
    "fps": (0.1, 60),
    "seed": (0, 2**31 - 1),
}
CHOICES = {"build": tuple(BUILDS), "pace": ("real", "asap"), "loop": ("true", "false")}


def parse(url: str) -> View:
    """Read an address like `mannequin:shift?yaw=30&people=2`. Raises SettingsError."""
    address = urlsplit(url)
    scene = address.path.strip("/") or "shift"
    if address.scheme != "mannequin":
        raise SettingsError(f"{url!r} is no drawn camera: its address begins with mannequin:")
    if scene not in SCENES:
        raise SettingsError(f"mannequin:{scene} is unknown; {_nearest(scene, SCENES)}.")
    query = parse_qsl(address.query, keep_blank_values=True)
    values: dict[str, Any] = {key: _value(key, text) for key, text in query}
    return View(scene, **values)


def _value(key: str, text: str) -> object:
    kinds: dict[str, Callable[[str], object]] = {
        field.name: type(field.default) for field in fields(View) if field.name != "scene"
    }
    if key not in kinds:
        raise SettingsError(f"mannequin: has no setting {key!r}; {_nearest(key, tuple(kinds))}.")
    if key in CHOICES:
        return _choice(key, text)
    low, high = RANGES[key]
    try:
        value = kinds[key](text)
        fits = low <= float(text) <= high
    except ValueError as e:
        raise SettingsError(_refused(key, text)) from e
    if not fits:
        raise SettingsError(_refused(key, text))
    return value


def _refused(key: str, text: str) -> str:
    low, high = RANGES[key]
    whole = "a whole number" if isinstance(getattr(View(), key), int) else "a number"
    return f"mannequin: {key}={text} will not do; give {whole} from {low:g} to {high:g}."


def _choice(key: str, text: str) -> object:
    if text not in CHOICES[key]:
        raise SettingsError(f"mannequin: {key}={text} is unknown; {_nearest(text, CHOICES[key])}.")
    return text == "true" if key == "loop" else text


def _nearest(word: str, allowed: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(word, allowed, 1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"{hint}It can be {', '.join(allowed)}"


SPOTS = ((0.0, 0.0), (2.3, -1.4), (-2.5, -1.3), (0.3, -2.6))
HEADINGS = (0.0, -75.0, 60.0, 150.0)
OFFSET = 31.0
"""Seconds by which each further figure is ahead in the script."""


def cast(view: View, camera: Camera) -> list[tuple[Part, Build]]:
    """Who is in the hall and what each of them does."""
    if view.scene == "empty":
        return []
    names = list(BUILDS)
    first = names.index(view.build)
    return [
        _part(view, camera, number, BUILDS[names[(first + number) % len(names)]])
        for number in range(view.people)
    ]


def _part(view: View, camera: Camera, number: int, build: Build) -> tuple[Part, Build]:
    spot = SPOTS[number]
    depth = camera.at[2] - spot[1]
    edge = float(np.hypot(depth, camera.at[1]) * np.tan(np.radians(camera.fov) / 2) + 0.7)
    side = -1 if number % 2 else 1
    stage = Stage(spot, view.yaw + HEADINGS[number], edge, side)
    crate, seat = furniture(stage, build)
    shows_seat = view.scene in ("shift", "sit")
    shows_crate = view.scene in ("shift", "stoop-lift", "squat-lift")
    part = Part(
        keys=_keys(view.scene, stage),
        offset=OFFSET * number,
        seed=view.seed + number,
        crate=crate if shows_crate else None,
        seat=seat if shows_seat else None,
    )
    return part, build


def _keys(scene: str, stage: Stage) -> tuple[Key, ...]:
    if scene == "shift":
        return shift(stage)
    return crossing(stage) if scene == "cross" else one(stage, scene)


class MannequinSource:
    """A `Source` that draws its pictures. Paced by the clock, or as fast as they are taken."""

    packet = None

    def __init__(self, view: View, clock: Clock | None = None):
        self.view = view
        self.live = view.pace == "real"
        self.camera = aimed(
            view.distance,
            pitch=view.pitch,
            roll=view.roll,
            fov=view.fov,
            width=view.width,
            height=view.height,
        )
        self._cast = cast(view, self.camera)
        self._clock = clock or SystemClock()
        self._opened: float | None = None
        self._index = -1

    @classmethod
    def from_url(cls, url: str, clock: Clock | None = None) -> "MannequinSource":
        """Raises SettingsError naming the key, the value and what is allowed."""
        return cls(parse(url), clock)

    @property
    def seconds(self) -> float:
        """How long the script is before it begins again."""
        return max((part.seconds for part, _ in self._cast), default=60.0)

    def open(self) -> None:
        hall(self.camera)
        self._opened, self._index = self._clock.steady(), -1

    def grab(self) -> float | None:
        if self._opened is None:
            raise CaptureError("The drawn camera is not open.")
        self._index += 1
        if self.live:
            self._wait(self._opened)
        t = self._index / self.view.fps
        return t if self.view.loop or t < self.seconds else None

    def _wait(self, opened: float) -> None:
        """Sleep until the next picture is due; skip those whose time has passed."""
        passed = self._clock.steady() - opened
        self._index = max(self._index, int(passed * self.view.fps))
        self._clock.sleep(self._index / self.view.fps - passed)

    def retrieve(self) -> Picture:
        if self._index < 0:
            raise CaptureError("The drawn camera has no picture yet: grab one first.")
        return self.picture(self._index / self.view.fps)

    def picture(self, t: float) -> Picture:
        """What the camera sees `t` seconds into the script."""
        figures, boxes = [], []
        for number, (part, build) in enumerate(self._cast):
            moment = part.at(t)
            boxes += part.boxes(moment, build)
            if moment.posture is not None:
                body = stand_up(moment.posture, build, moment.place, moment.heading)
                figures.append(Figure(body, CLOTHES[number], moment.activity))
        noise = self.view.seed * 100_003 + round(t * 1000)
        image = draw(self.camera, figures, boxes, noise)
        return Picture(image, tuple(truth(self.camera, figure) for figure in figures))

    def close(self) -> None:
        self._opened = None
