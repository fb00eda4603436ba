"""A detector of the user's own: what it proposes is verified, and what is none is named."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from monitor.errors import ModelError
from monitor.pose.blazepose.detector import Detection
from monitor.pose.blazepose.engine import BlazePoseEngine
from monitor.pose.engines import check_detector
from monitor.pose.models import Graphs
from monitor.pose.proposals import region_of
from monitor.posture.model import Image, Region
from tests.integration.people import drawn

SMALL = "mannequin:stand?distance=12&fov=110&pace=asap"
"""Too small for a detector that looks at the whole picture."""


class Told:
    """Proposes the same places whatever it is shown."""

    def __init__(self, *regions: Region) -> None:
        self._regions = regions

    def __call__(self, picture: Image, window: Region, min_score: float) -> list[Detection]:
        return [Detection(0.9, region) for region in self._regions]


def test_who_is_proposed_is_found_and_what_is_nobody_is_not(graphs: Graphs) -> None:
    (frame,) = drawn(SMALL, 0.2)
    low, high = frame.truth[0].pixels.min(axis=0), frame.truth[0].pixels.max(axis=0)
    x, y = (low + high) / 2
    person = Region(float(x), float(y), 1.25 * float(high[1] - low[1]))
    wall = Region(200.0, 150.0, person.size)
    assert BlazePoseEngine(graphs).find(frame.image) == []
    (found,) = BlazePoseEngine(graphs, own=Told(person, wall)).find(frame.image)
    assert (found.region.x, found.region.y) == pytest.approx((x, y), abs=0.2 * person.size)


def test_a_box_in_a_square_becomes_the_region_of_a_standing_body() -> None:
    box = SimpleNamespace(origin_x=100, origin_y=50, width=40, height=200)
    assert region_of(box, Region(500, 300, 640), 320) == Region(420, 280, 500)


def test_a_missing_detector_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"engine\.detector\.path: .*none\.tflite cannot be read"):
        check_detector(tmp_path / "none.tflite")


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.tflite"
    wrong.write_bytes(b"no model" * 100)
    with pytest.raises(ModelError, match=r"wrong\.tflite is no object detector"):
        check_detector(wrong)


def test_a_model_of_another_kind_is_named(graphs: Graphs) -> None:
    with pytest.raises(ModelError, match="is no object detector"):
        check_detector(graphs.detector)
