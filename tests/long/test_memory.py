"""A day of looks takes no more memory than the first minutes; the figure is in docs/engines.md."""

import os
from itertools import cycle, islice
from pathlib import Path

import pytest

from monitor.pose.engine import Engine
from tests.integration.pictures import film

LOOKS = 20_000
WARM_UP = 1_000
SEARCH_EACH = 100
"""Looks between two searches: 20 s at the usual rate."""

MOST_MB = 3.0


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.mark.media
@pytest.mark.timeout(1800)
def test_following_for_20_000_pictures_takes_no_more_memory(blazepose: Engine) -> None:
    pictures = list(islice(film("bend-crouch-with-dog.mp4"), 60))
    (found,) = blazepose.find(pictures[0])
    region, warm = found.region, 0.0
    for index, picture in enumerate(islice(cycle(pictures), LOOKS)):
        (pose,) = blazepose.follow(picture, [region])
        if index % SEARCH_EACH == 0:
            (pose,) = blazepose.find(picture)
        assert pose is not None
        region = pose.region
        if index == WARM_UP:
            warm = resident_mb()
    grown = resident_mb() - warm
    print(f"{grown:+.1f} MB of {warm:.0f} after {LOOKS} looks")
    assert grown <= MOST_MB
