"""A film or picture as a camera shows it, and who is believed to be in it."""

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np

from monitor.analysis.files import read_film
from monitor.analysis.pictures import is_picture, read_picture
from monitor.capture.feed import Sampler
from monitor.capture.mannequin import MannequinSource
from monitor.pipeline import CameraPipeline, CameraPlan
from monitor.pose.engine import Engine
from monitor.posture.model import Floats, Frame, Image, Person, Pose, Region, Truth
from tests.fakes import FakeClock

FPS = 5.0
AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Look(NamedTuple):
    t: float
    image: Image
    people: Sequence[Person]
    truth: Sequence[Truth]


class Stay(NamedTuple):
    """Somebody in a film, in seconds: any of them comes into view, head to hips are in view, are
    no longer, and the last of them leaves."""

    comes: float
    whole: float
    parts: float
    gone: float


PRESENT = {
    "one-by-one-standing-table.mp4": (
        Stay(6.0, 6.6, 19.3, 19.8),
        Stay(22.7, 23.2, 44.3, 44.8),
        Stay(50.2, 50.9, 69.4, 70.1),
        Stay(74.5, 75.1, 86.4, 86.9),
        Stay(92.1, 93.0, 119.5, 120.0),
        Stay(123.5, 124.0, 135.4, 136.0),
    ),
    "worker-zone-surveillance.gif": (Stay(0.0, 0.4, 4.8, 4.8),),
    "store-aisle-surveillance.gif": (Stay(0.0, 0.0, 4.5, 4.5),),
    "surveillance-campus-vtest.avi": (Stay(0.0, 0.0, 79.5, 79.5),),
}
"""Read off the films by eye, picture by picture, before anything was measured."""


def film(path: Path) -> Iterator[tuple[float, Image]]:
    """A video at `FPS`; a picture held for 10 s with the noise of a sensor."""
    if not is_picture(path):
        for _, t, image in read_film(path, Sampler(FPS).due, FakeClock()):
            yield t, image
        return
    image = read_picture(path).astype(np.int16)
    random = np.random.default_rng(1)
    for i in range(int(10 * FPS)):
        noise = random.normal(0, 3, image.shape).round().astype(np.int16)
        yield i / FPS, np.clip(image + noise, 0, 255).astype(np.uint8)


def held(path: Path, seconds: float) -> Iterator[Frame]:
    """A video whose last picture stays."""
    for t, image in film(path):
        yield a_frame(t, image)
    for i in range(1, int(seconds * FPS) + 1):
        yield a_frame(t + i / FPS, image)


def drawn(url: str, seconds: float) -> Iterator[Frame]:
    source = MannequinSource.from_url(url)
    source.open()
    for i in range(int(seconds * FPS)):
        picture = source.picture(i / FPS)
        yield a_frame(i / FPS, picture.image, picture.truth)


def watched(path: Path, engine: Engine) -> list[Look]:
    return looks((a_frame(t, image) for t, image in film(path)), engine)


def looks(frames: Iterable[Frame], engine: Engine) -> list[Look]:
    """What the pipeline of a camera says of each frame."""
    plan = CameraPlan("hall", (), FPS, frozen_after_s=float("inf"))
    pipeline = CameraPipeline(plan, engine, FakeClock(AT))
    found = []
    for frame in frames:
        step = pipeline.step(frame)
        pipeline.minutes.flush()
        found.append(Look(frame.t, frame.image, step.people, frame.truth))
    return found


def a_frame(t: float, image: Image, truth: tuple[Truth, ...] = ()) -> Frame:
    return Frame(image, AT + timedelta(seconds=t), t, truth=truth)


def recall(found: Sequence[Look], stays: Sequence[Stay]) -> float:
    """Share of the looks, from 1 s after somebody is in view, in which somebody is believed."""
    due = [x for x in found if any(s.whole + 1.0 <= x.t < s.parts for s in stays)]
    return sum(bool(look.people) for look in due) / len(due)


def late(found: Sequence[Look], stays: Sequence[Stay]) -> list[Stay]:
    """The stays in which nobody was believed within a second of being in view."""
    believed = [look.t for look in found if look.people]
    return [s for s in stays if not any(s.comes <= t <= s.whole + 1.0 for t in believed)]


def phantoms(found: Sequence[Look], stays: Sequence[Stay]) -> float:
    """Share of the looks in which somebody is believed and nobody is there."""
    empty = [look for look in found if not any(s.comes <= look.t < s.gone for s in stays)]
    return sum(bool(look.people) for look in empty) / len(found)


def on_background(found: Sequence[Look]) -> float:
    """Share of the looks with somebody believed where the picture shows what it shows in most of
    the film: nobody stands in one place for half of it."""
    empty = np.median([look.image for look in found[::4]], axis=0)
    return sum(
        any(_shows(look.image, empty, person) for person in look.people) for look in found
    ) / len(found)


def _shows(image: Image, empty: Floats, person: Person) -> bool:
    corners = person.pose.landmarks[[11, 12, 23, 24], :2]
    (left, top), (right, bottom) = corners.min(0).astype(int) - 2, corners.max(0).astype(int) + 3
    part = slice(max(0, top), max(0, bottom)), slice(max(0, left), max(0, right))
    changed = np.abs(image[part].astype(float) - empty[part]).max(axis=-1) > 25
    return bool(changed.mean() < 0.2) if changed.size else False


class Timed:
    """An engine that tells how much of the processor it took."""

    def __init__(self, engine: Engine) -> None:
        self.name = engine.name
        self.seconds = 0.0
        self._engine = engine

    def find(
        self,
        image: Image,
        windows: Sequence[Region] = (),
        *,
        still: bool = False,
        known: Sequence[Region] = (),
        seen: Sequence[Pose] = (),
    ) -> list[Pose]:
        started = time.process_time()
        poses = self._engine.find(image, windows, still=still, known=known, seen=seen)
        self.seconds += time.process_time() - started
        return poses

    def follow(self, image: Image, regions: Sequence[Region]) -> list[Pose | None]:
        started = time.process_time()
        poses = self._engine.follow(image, regions)
        self.seconds += time.process_time() - started
        return poses

    def close(self) -> None:
        self._engine.close()


class Followed(NamedTuple):
    """share: of the looks at drawn people who are in view for a second, whole and unhidden, in
    which they are believed. swapped: (t, slot, before, now) where a slot went to another person;
    doubled: (t, person) with two slots."""

    share: float
    swapped: list[tuple[float, int, int, int]]
    doubled: list[tuple[float, int]]


JOINTS = [11, 12, 13, 14, 23, 24, 25, 26]
CLEAR = 0.5
"""A slot is on the person whose joints are, in the median, nearer than this many trunk lengths and
twice nearer than anybody else's; between two it says nothing."""


def followed(found: Sequence[Look]) -> Followed:
    owner: dict[int, int] = {}
    since: dict[int, float] = {}
    swapped, doubled, due, seen = [], [], 0, 0
    for look in found:
        on = {p.slot: person for p in look.people if (person := _who(p, look.truth)) is not None}
        for slot, person in on.items():
            if owner.setdefault(slot, person) != person:
                swapped.append((look.t, slot, owner[slot], person))
                owner[slot] = person
        people = list(on.values())
        doubled += [(look.t, person) for person in set(people) if people.count(person) > 1]
        height, width = look.image.shape[:2]
        for number, truth in enumerate(look.truth):
            if not _whole(truth, width, height):
                since.pop(number, None)
            elif look.t - since.setdefault(number, look.t) >= 1.0 and _alone(number, look.truth):
                due += 1
                seen += any(_off(p, truth) < 2 * CLEAR for p in look.people)
    return Followed(seen / max(1, due), swapped, doubled)


def waits(found: Sequence[Look], number: int) -> list[float]:
    """Seconds from when this drawn person is in view, whole, to when they are believed, each time
    they come."""
    every: list[float] = []
    since: float | None = None
    for look in found:
        height, width = look.image.shape[:2]
        here = number < len(look.truth) and _whole(look.truth[number], width, height)
        believed = here and any(_off(p, look.truth[number]) < 2 * CLEAR for p in look.people)
        if here and since is None:
            since = look.t
            every.append(float("inf"))
        if since is not None and believed:
            every[-1] = min(every[-1], look.t - since)
        since = since if here else None
    return every


def _who(person: Person, truth: Sequence[Truth]) -> int | None:
    off = sorted((_off(person, one), number) for number, one in enumerate(truth))
    if not off or off[0][0] > CLEAR or (len(off) > 1 and off[1][0] < 2 * off[0][0]):
        return None
    return off[0][1]


def _off(person: Person, truth: Truth) -> float:
    away = person.pose.landmarks[JOINTS, :2] - truth.pixels[JOINTS]
    return float(np.median(np.linalg.norm(away, axis=1))) / _trunk(truth)


def _trunk(truth: Truth) -> float:
    return float(np.linalg.norm(truth.pixels[[11, 12]] - truth.pixels[[23, 24]], axis=1).max())


def _whole(truth: Truth, width: int, height: int) -> bool:
    points = truth.pixels[JOINTS]
    return bool(((points > 0) & (points < (width, height))).all())


def _alone(number: int, truth: Sequence[Truth]) -> bool:
    middles = [one.pixels[JOINTS[:6]].mean(axis=0) for one in truth]
    room = 1.2 * _trunk(truth[number])
    return all(
        np.linalg.norm(middles[number] - other) > room
        for i, other in enumerate(middles) if i != number
    )  # fmt: skip
