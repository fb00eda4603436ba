"""What is allowed in the settings and most likely not meant."""

import os
from collections.abc import Iterator
from itertools import combinations

from monitor.capture.open import make_source
from monitor.capture.urls import camera_kind, leads_to
from monitor.clock import SystemClock
from monitor.errors import CaptureError
from monitor.settings import Camera, Settings

BUSY_CORES = 0.32
"""Of one core, that a camera of 1920 x 1080 pixels and 25 pictures a second takes while it follows
one person five times a second, as measured, decoding every picture included."""

BUSY_SHARE = 1 / 3
"""Of the cameras that are taken to have somebody in view at a time (ours)."""


def doubts(settings: Settings, cores: int | None = None) -> Iterator[str]:
    """One sentence for each. cores: of the computer; those it gives us when left out."""
    yield from _too_many(len(settings.cameras), cores or len(os.sched_getaffinity(0)))
    for camera in settings.cameras:
        yield from _no_film(camera)
    for one, other in combinations(settings.cameras, 2):
        if _leads_to(one) & _leads_to(other):
            yield (
                f"cameras {one.name} and {other.name} have the same address: it would be watched "
                "twice, and its events told twice; several zones and rules fit on one camera"
            )


def _leads_to(camera: Camera) -> set[tuple[object, ...]]:
    return {leads for url in camera.addresses.values() if (leads := leads_to(url)) is not None}


def _no_film(camera: Camera) -> Iterator[str]:
    """A recording that is none: a text, a list of other addresses, or not there."""
    if camera_kind(camera.url) != "file":
        return
    source = make_source(camera.url, clock=SystemClock())
    try:
        source.open()
    except CaptureError as e:
        yield f"camera {camera.name} will show nothing: {e}"
    else:
        source.close()


def _too_many(cameras: int, cores: int) -> Iterator[str]:
    needed = cameras * BUSY_SHARE * BUSY_CORES
    if needed > cores:
        yield (
            f"{cameras} cameras are too many for {cores} core{'s' if cores > 1 else ''}: with "
            f"people in a third of them they need about {needed:.0f}; all will be looked at less "
            "often"
        )
