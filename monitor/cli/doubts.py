"""What is allowed in the settings and most likely not meant."""

import os
from collections.abc import Iterator
from itertools import combinations

from monitor.capture.urls import camera_kind
from monitor.settings import Settings

BUSY_CORES = 0.32
"""Of one core, that a camera of 1920 x 1080 pixels and 25 pictures a second takes while it follows
one person five times a second, as measured, decoding every picture included."""

BUSY_SHARE = 1 / 3
"""Of the cameras that are taken to have somebody in view at a time (ours)."""


def doubts(settings: Settings, cores: int | None = None) -> Iterator[str]:
    """One sentence for each. cores: of the computer; those it gives us when left out."""
    yield from _too_many(len(settings.cameras), cores or len(os.sched_getaffinity(0)))
    for one, other in combinations(settings.cameras, 2):
        if one.url == other.url and camera_kind(one.url) in ("rtsp", "http", "usb"):
            yield (
                f"cameras {one.name} and {other.name} have the same address: it would be watched "
                "twice, and its events told twice; several zones and rules fit on one camera"
            )


def _too_many(cameras: int, cores: int) -> Iterator[str]:
    needed = cameras * BUSY_SHARE * BUSY_CORES
    if needed > cores:
        yield (
            f"{cameras} cameras are too many for {cores} core{'s' if cores > 1 else ''}: with "
            f"people in a third of them they need about {needed:.0f}; all will be looked at less "
            "often"
        )
