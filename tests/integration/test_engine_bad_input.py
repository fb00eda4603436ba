"""Damaged models and strange pictures: a named error or the right answer, never a silent nobody."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from monitor.errors import ModelError
from monitor.pipeline import CameraPipeline, CameraPlan
from monitor.pose.blazepose.engine import BlazePoseEngine
from monitor.pose.engine import Engine
from monitor.pose.models import Graphs
from monitor.posture.model import Frame, Image, Region
from monitor.store.tables import CoverageMinute, Incident
from tests.fakes import FakeClock
from tests.integration.conftest import DATA
from tests.integration.people import AT, FPS, looks
from tests.integration.pictures import film, photo
from tests.integration.plumbline import running

GREY = np.full((480, 640, 3), 128, np.uint8)
MIDDLE = Region(320, 240, 400)

Damage = Callable[[Path], Path]


@pytest.fixture
def damaged(tmp_path: Path) -> Damage:
    """A copy of a model whose largest weights in floats are no numbers (all bits set)."""

    def damage(model: Path) -> Path:
        whole = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model.read_bytes(), 0))
        (graph,) = whole.subgraphs
        floats = {t.buffer for t in graph.tensors if t.type != schema.TensorType.INT8}
        held = [whole.buffers[i] for i in floats if whole.buffers[i].data is not None]
        weights = max(held, key=lambda buffer: len(buffer.data))
        weights.data = np.full(len(weights.data), 0xFF, np.uint8)
        builder = flatbuffers.Builder(len(model.read_bytes()))
        builder.Finish(whole.Pack(builder), file_identifier=b"TFL3")
        copy = tmp_path / model.name
        copy.write_bytes(bytes(builder.Output()))
        return copy

    return damage


def test_a_detector_that_gives_no_numbers_is_an_error(graphs: Graphs, damaged: Damage) -> None:
    engine = BlazePoseEngine(replace(graphs, detector=damaged(graphs.detector)))
    with pytest.raises(ModelError, match=r"pose_detector.* no number.*plumbline models fetch"):
        engine.find(GREY)


def test_landmarks_that_are_no_numbers_are_an_error(graphs: Graphs, damaged: Damage) -> None:
    engine = BlazePoseEngine(replace(graphs, landmarks=damaged(graphs.landmarks)))
    with pytest.raises(ModelError, match=r"prepared.* no number.*plumbline models fetch"):
        engine.follow(GREY, [MIDDLE])


def test_a_graph_of_another_kind_says_what_it_holds(graphs: Graphs) -> None:
    with pytest.raises(ModelError, match=r"no tensor of 1×224×224×3 but 1×256×256×3"):
        BlazePoseEngine(replace(graphs, detector=graphs.landmarks))
    with pytest.raises(ModelError, match=r"no tensor of 1×256×256×3 but 1×224×224×3"):
        BlazePoseEngine(replace(graphs, landmarks=graphs.detector))


@pytest.mark.parametrize("kept", [0, 100, 100_000])
def test_a_graph_cut_short_cannot_be_loaded(graphs: Graphs, tmp_path: Path, kept: int) -> None:
    short = tmp_path / "short.tflite"
    short.write_bytes(graphs.landmarks.read_bytes()[:kept])
    with pytest.raises(ModelError, match=r"short\.tflite cannot be loaded"):
        BlazePoseEngine(replace(graphs, landmarks=short))


@pytest.fixture(params=["blazepose", "mediapipe"])
def engine(request: pytest.FixtureRequest) -> Engine:
    engine: Engine = request.getfixturevalue(request.param)
    return engine


def test_a_picture_of_8k_holds_its_person_where_he_is(engine: Engine) -> None:
    lunge = photo("yoga-warrior-mediapipe-golden.jpg")
    (small,) = engine.find(lunge)
    height, width = lunge.shape[:2]
    huge = np.zeros((4320, 7680, 3), np.uint8)
    huge[: 4 * height, : 4 * width] = lunge.repeat(4, axis=0).repeat(4, axis=1)[:4320, :7680]
    region = small.region
    (found,) = engine.find(huge, [Region(2 * width, 2 * height, 4 * width)])
    (followed,) = engine.follow(huge, [Region(4 * region.x, 4 * region.y, 4 * region.size)])
    assert followed is not None
    for pose in (found, followed):
        off = np.linalg.norm(pose.landmarks[:, :2] / 4 - small.landmarks[:, :2], axis=1)
        assert np.median(off) < 0.02 * region.size


def _resized(picture: Image, every: int) -> Image:
    return np.ascontiguousarray(picture[::every, ::every])


def test_a_stream_that_changes_its_size_keeps_its_person(blazepose: Engine) -> None:
    """Three seconds each of full size, a third of it, a sliver, and full size again."""
    each = islice(film("bend-crouch-with-dog.mp4"), 0, None, 6)
    pictures = [*islice(each, 15), *(_resized(p, 3) for p in islice(each, 15))]
    sliver = [np.zeros((1, 1280, 3), np.uint8)] * 5
    frames = [*pictures, *sliver, *pictures[:15]]

    def stream() -> Iterator[Frame]:
        for i, image in enumerate(frames):
            yield Frame(image, AT + timedelta(seconds=i / FPS), i / FPS, i)

    seen = looks(stream(), blazepose)
    for last in (14, 29, 49):
        (person,) = seen[last].people
        (alone,) = blazepose.find(frames[last])
        off = np.linalg.norm(person.pose.landmarks[:, :2] - alone.landmarks[:, :2], axis=1)
        assert np.median(off) < 0.05 * alone.region.size
    assert seen[34].people == []


def test_time_that_a_damaged_model_could_not_judge_is_not_counted_as_watched(
    graphs: Graphs, damaged: Damage
) -> None:
    engine = BlazePoseEngine(replace(graphs, detector=damaged(graphs.detector)))
    clock = FakeClock()
    pipeline = CameraPipeline(CameraPlan("hall", ()), engine, clock)
    clock.advance(1.0)
    noise = np.random.default_rng(1).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    with pytest.raises(ModelError):
        pipeline.step(Frame(noise, clock.now(), clock.steady()))
    assert sum(minute.watched_s for minute in pipeline.minutes.flush()) == 0.0


def test_a_worker_whose_model_gives_no_numbers_is_an_incident_and_watches_nothing(
    graphs: Graphs, damaged: Damage, tmp_path: Path
) -> None:
    """The list of models vouches for the damage, so only looking tells."""
    site = tmp_path / "site"
    models = site / "var" / "models"
    shutil.copytree(DATA / "models", models)
    broken = damaged(graphs.detector).read_bytes()
    (models / graphs.detector.name).write_bytes(broken)
    listed = json.loads((models / "models.json").read_text())
    listed["prepared detector"]["sha256"] = hashlib.sha256(broken).hexdigest()
    (models / "models.json").write_text(json.dumps(listed))
    settings = 'cameras: [{name: bent, url: "mannequin:bend", pitch_deg: 20, fps: 5}]\n'
    with running(site, settings, "--no-dashboard") as plumbline:
        plumbline.until(lambda: plumbline.rows(Incident), 40)
        plumbline.stop()
        assert {incident.kind for incident in plumbline.rows(Incident)} == {"worker"}
        assert sum(minute.watched_s for minute in plumbline.rows(CoverageMinute)) == 0.0
        assert "gives what is no number" in plumbline.log
