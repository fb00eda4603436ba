"""Files that outlive a crash, and files that say who uses a folder."""

import fcntl
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from uuid import uuid4

AGAIN_S = 0.1
"""How often a lock that somebody holds is tried again."""


def write_durably(path: Path, data: bytes) -> None:
    """Write a file so that after a crash it is there whole or not at all, its name included."""
    aside = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    sync(path.parent)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, but after a power cut perhaps empty."""
    aside = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        aside.write_bytes(data)
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise


def unfinished(folder: Path, before: datetime) -> list[Path]:
    """What crashes left of files that were being written, below a folder and not since `before`."""
    return [
        path
        for path in folder.rglob(".*")
        if re.fullmatch(r"\..+\.[0-9a-f]{32}", path.name) and written_at(path) < before
    ]


def written_at(path: Path) -> datetime:
    """When a file was last written; the end of time when it is gone."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.max.replace(tzinfo=UTC)


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, that are there after a crash."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(exist_ok=True)
        sync(path.parent)


def sync(path: Path) -> None:
    """Put a file, or the names in a folder, onto the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path, *, alone: bool, wait_s: float = 0.0) -> Iterator[IO[bytes]]:
    """Hold a lock file, alone or together with others who do not ask to be alone.

    The system lets go of it when this process ends, however it ends. Yields what `share` takes.
    Raises BlockingIOError when somebody is in the way for longer than `wait_s` seconds.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        _lock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH, time.monotonic() + wait_s)
        yield file


def share(file: IO[bytes]) -> None:
    """Hold on to a lock, no longer alone."""
    fcntl.flock(file, fcntl.LOCK_SH)


def _lock(file: IO[bytes], how: int, until: float) -> None:
    while True:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise
            time.sleep(AGAIN_S)
        else:
            return
