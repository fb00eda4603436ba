"""The landmarks of one camera on disk: a file a minute, whole or not there.

    landmarks/2026-03-02/dock/120000-000000.landmarks      day and time in UTC

A file is `MAGIC`, the SHA-256 of the rest, and the rest: a header (JSON) and arrays (NumPy's .npz)
compressed together. See docs/replay.md. Files of the version before are read too.
"""

import io
import json
import lzma
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import numpy as np

from monitor.durable import make_folder, write_durably
from monitor.errors import InputError
from monitor.posture.landmarks import Look, pack, unpack

MAGIC = b"plumbline landmarks 2\n"
FORMER = b"plumbline landmarks 1\n"
DIGEST_BYTES = 32
SUFFIX = ".landmarks"
NAME = "%H%M%S-%f"
DAY = "%Y-%m-%d"

ROOM = 2
"""Landmarks are given up first: they need so many times the free disk that pictures need."""


@dataclass(frozen=True, slots=True)
class Source:
    """Who looked: run: one life of the camera's worker; slots and steady seconds mean nothing
    beyond it. gap_s: a longer silence between two looks was not watched."""

    camera: str
    engine: str
    fps: float
    gap_s: float
    run: str


class Recording(NamedTuple):
    """At most a minute of one camera, in the order of its looks."""

    source: Source
    looks: Sequence[Look]


class File(NamedTuple):
    """A recording on disk, and when its first look was taken."""

    start: datetime
    path: Path


class Tape:
    """Gathers looks until a minute is full."""

    def __init__(self, camera: str, engine: str, fps: float, gap_s: float) -> None:
        self._source = Source(camera, engine, fps, gap_s, uuid4().hex)
        self._looks: list[Look] = []

    def add(self, look: Look) -> Recording | None:
        """The minute before, once the next one begins."""
        begun = self._looks and self._looks[0].at
        full = self.cut() if begun and _minute(begun) != _minute(look.at) else None
        self._looks.append(look)
        return full

    def cut(self) -> Recording | None:
        """What has been gathered, if anything; the next look begins anew."""
        looks, self._looks = self._looks, []
        return Recording(self._source, looks) if looks else None


def write(folder: Path, recording: Recording) -> Path:
    """Keep a recording below the folder of landmarks. Raises OSError."""
    start = recording.looks[0].at
    place = folder / start.strftime(DAY) / recording.source.camera
    make_folder(place)
    path = place / f"{start.strftime(NAME)}{SUFFIX}"
    write_durably(path, encode(recording))
    return path


def files(folder: Path, camera: str, since: datetime, until: datetime) -> list[File]:
    """The recordings of a camera that begin in since <= start < until, in order of time."""
    days = (since.date() + timedelta(days=n) for n in range((until.date() - since.date()).days + 1))
    found = [
        File(start, path)
        for day in days
        for path in (folder / day.strftime(DAY) / camera).glob(f"*{SUFFIX}")
        if (start := _start(path)) is not None and since <= start < until
    ]
    return sorted(found)


def read(path: Path) -> Recording:
    """Raises InputError when the file is damaged or cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as e:
        raise InputError(f"{path} cannot be read ({e.strerror})") from e
    body = data[len(MAGIC) + DIGEST_BYTES :]
    digest = sha256(body).digest()
    if data[: -len(body)] not in (MAGIC + digest, FORMER + digest):
        raise InputError(f"{path} is damaged")
    return decode(body)


def purge(folder: Path, before: datetime) -> int:
    """Delete the recordings that began earlier; how many they were."""
    old = _before(folder, before)
    for _, path in old:
        path.unlink(missing_ok=True)
    _remove_empty_days(folder, before)
    return len(old)


def give_up(folder: Path, enough: int, before: datetime) -> int:
    """Delete recordings that began earlier, the oldest first, until so many bytes are free; how
    many they were."""
    given = 0
    for _, path in sorted(_before(folder, before)):
        if enough <= 0:
            break
        enough -= path.stat().st_size
        path.unlink()
        given += 1
    _remove_empty_days(folder, before)
    return given


def _before(folder: Path, before: datetime) -> list[File]:
    return [
        File(start, path)
        for path in folder.glob(f"*/*/*{SUFFIX}")
        if (start := _start(path)) is not None and start < before
    ]


def _remove_empty_days(folder: Path, before: datetime) -> None:
    for day in folder.glob("????-??-??"):
        if day.name < before.strftime(DAY):
            _remove_empty([*day.iterdir(), day])


def encode(recording: Recording) -> bytes:
    header, arrays = pack(recording.looks)
    header["source"] = {name: getattr(recording.source, name) for name in Source.__slots__}
    packed = io.BytesIO()
    written = np.frombuffer(json.dumps(header).encode(), np.uint8)
    np.savez(packed, allow_pickle=False, header=written, **arrays)
    body = lzma.compress(packed.getvalue())
    return MAGIC + sha256(body).digest() + body


def decode(body: bytes) -> Recording:
    with np.load(io.BytesIO(lzma.decompress(body)), allow_pickle=False) as arrays:
        header: Mapping[str, Any] = json.loads(arrays["header"].tobytes())
        return Recording(Source(**header["source"]), unpack(header, arrays))


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _remove_empty(places: Sequence[Path]) -> None:
    for place in places:
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()


def _start(path: Path) -> datetime | None:
    """When a file begins, by its name; `None` when it is none of ours."""
    if not re.fullmatch(r"\d{6}-\d{6}", path.stem):
        return None
    said = f"{path.parent.parent.name} {path.stem}"
    return datetime.strptime(said, f"{DAY} {NAME}").replace(tzinfo=UTC)
