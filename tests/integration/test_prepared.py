"""The graphs that `blazepose` looks with answer as the bare ones they are made of."""

from pathlib import Path

import numpy as np
import pytest

from monitor.capture.mannequin import MannequinSource
from monitor.pose.blazepose.detector import Detector
from monitor.pose.blazepose.landmarks import OUTPUTS, Landmarks
from monitor.pose.blazepose.prepare import quantized, trimmed_to
from monitor.pose.crops import whole
from monitor.pose.models import DETECTOR, LANDMARKS, Graphs
from monitor.posture.model import Image, Region
from tests.integration.test_engines import apart

LEAST = 0.3


@pytest.fixture(scope="module")
def pictures() -> list[Image]:
    """Each second of 40 of the drawn shift that shows somebody."""
    source = MannequinSource.from_url("mannequin:shift?pace=asap")
    source.open()
    shown = (source.picture(float(second)) for second in range(40))
    return [picture.image for picture in shown if picture.truth]


@pytest.fixture
def bare(graphs: Graphs) -> Path:
    return graphs.detector.parent


def test_landmarks_move_by_less_than_a_percent_of_a_trunk(
    graphs: Graphs, bare: Path, pictures: list[Image], tmp_path: Path
) -> None:
    trimmed = tmp_path / "trimmed.tflite"
    trimmed.write_bytes(trimmed_to((bare / LANDMARKS).read_bytes(), OUTPUTS))
    exact, quick = Landmarks(trimmed), Landmarks(graphs.landmarks)
    detector = Detector(graphs.detector)
    moved, in_metres = [], []
    for picture in pictures:
        for found in detector(picture, whole(picture), LEAST):
            one, other = (look(picture, found.region) for look in (exact, quick))
            moved.append(apart(one, other))
            in_metres.append(np.linalg.norm(one.world - other.world, axis=1).max())
            assert abs(one.score - other.score) < 0.05
    assert len(moved) > 10
    assert 0 < np.median(moved) < 0.01
    assert np.median(in_metres) < 0.03


def test_whoever_is_detected_is_detected_in_the_same_place(
    graphs: Graphs, bare: Path, pictures: list[Image]
) -> None:
    exact, quick = Detector(bare / DETECTOR), Detector(graphs.detector)
    count = 0
    for picture in pictures:
        one, other = (look(picture, whole(picture), LEAST) for look in (exact, quick))
        assert len(one) == len(other)
        for found, again in zip(one, other, strict=True):
            count += 1
            assert again.score == pytest.approx(found.score, abs=0.02)
            assert distance(found.region, again.region) < 0.01 * found.region.size
            assert again.region.size == pytest.approx(found.region.size, rel=0.02)
    assert count > 10


def distance(one: Region, other: Region) -> float:
    return float(np.hypot(one.x - other.x, one.y - other.y))


def test_the_same_graph_is_quantized_to_the_same_smaller_bytes(bare: Path) -> None:
    model = (bare / LANDMARKS).read_bytes()
    assert quantized(model) == quantized(model)
    assert len(quantized(model)) < len(model)
