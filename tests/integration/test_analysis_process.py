"""The process that looks at uploads, for real: what it says, and what happens when it breaks."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from threading import Timer

import numpy as np
import pytest
from PIL import Image as Pillow

from monitor.analysis.client import AnalysisProcess
from monitor.errors import InputError, ModelError
from monitor.posture.model import ANGLES
from tests.integration.conftest import DATA
from tests.media import media

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def analyst(task: Path) -> Iterator[AnalysisProcess]:
    analyst = AnalysisProcess(DATA)
    yield analyst
    analyst.close()


def children(parent: int | None = None) -> set[int]:
    """Pids of the analysis processes of this (or another) process, zombies included."""
    own = Path(f"/proc/{parent or os.getpid()}/task")
    listed = " ".join((task / "children").read_text() for task in own.iterdir())
    return {int(pid) for pid in listed.split()}


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def until(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.02)


def plain(width: int = 64, height: int = 48) -> bytes:
    out = BytesIO()
    Pillow.new("RGB", (width, height), "grey").save(out, "PNG")
    return out.getvalue()


def noisy_jpeg(width: int, height: int) -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    out = BytesIO()
    Pillow.fromarray(noise).save(out, "JPEG", quality=90)
    return out.getvalue()


def opened(picture: bytes) -> np.ndarray:
    return np.asarray(Pillow.open(BytesIO(picture)).convert("RGB"))


def detail(patch: np.ndarray) -> float:
    return float(np.abs(np.diff(patch.astype(float), axis=1)).mean())


@pytest.mark.media
def test_a_person_is_measured_and_the_same_picture_gives_the_same_answer(analyst):
    photo = media("kp-truck-worker-standing.jpg").read_bytes()
    first, again = (analyst.analyze(photo, blur=True) for _ in range(2))
    assert first == again
    result = first.result
    assert (result["width"], result["height"]) == (1280, 720)
    (person,) = result["people"]
    assert len(person["landmarks"]) == len(person["world"]) == 33
    assert set(person["angles"]) == set(ANGLES)
    assert opened(first.picture).shape == (720, 1280, 3)


@pytest.mark.media
def test_the_head_is_hidden_only_if_that_was_asked(analyst):
    photo = media("kp-truck-worker-standing.jpg").read_bytes()
    hidden = analyst.analyze(photo, blur=True)
    shown = analyst.analyze(photo, blur=False)
    x, y = (round(v) for v in hidden.result["people"][0]["landmarks"][0][:2])
    face = np.s_[y - 15 : y + 15, x - 15 : x + 15]
    assert detail(opened(hidden.picture)[face]) < 0.5 * detail(opened(shown.picture)[face])


@pytest.mark.media
def test_a_face_is_hidden_even_where_no_body_is_found(analyst):
    """The two at the table whom the pose model misses are hidden by the face detector."""
    photo = media("kp-table-seated-four.jpg").read_bytes()
    hidden = opened(analyst.analyze(photo, blur=True).picture)
    shown = opened(analyst.analyze(photo, blur=False).picture)
    for x, y in ((253, 111), (402, 142)):
        face = np.s_[y - 10 : y + 10, x - 10 : x + 10]
        assert detail(hidden[face]) < 0.5 * detail(shown[face])


def test_a_picture_of_nobody_comes_back_as_it_is(analyst):
    answer = analyst.analyze(plain(), blur=True)
    assert answer.result["people"] == []
    assert (answer.result["width"], answer.result["height"]) == (64, 48)
    assert np.ptp(opened(answer.picture)) <= 2


def test_a_picture_that_cannot_be_read_is_refused_and_the_next_one_works(analyst):
    with pytest.raises(InputError, match="no JPEG, PNG or WebP picture"):
        analyst.analyze(b"hello", blur=True)
    assert analyst.analyze(plain(), blur=True).result["people"] == []


def test_a_picture_that_needs_more_memory_than_there_is_costs_itself_alone(task):
    analyst = AnalysisProcess(DATA)
    before = children()
    analyst.analyze(plain(), blur=True)
    (child,) = children() - before
    resource.prlimit(child, resource.RLIMIT_AS, (1, resource.RLIM_INFINITY))
    with pytest.raises(InputError, match=r"more memory|broke the analysis"):
        analyst.analyze(noisy_jpeg(3000, 3000), blur=True)
    assert analyst.analyze(plain(), blur=True).result["people"] == []
    analyst.close()
    assert children() == before


def test_a_child_killed_at_work_costs_its_picture_alone(task):
    analyst = AnalysisProcess(DATA)
    before = children()
    analyst.analyze(plain(), blur=True)
    (child,) = children() - before
    os.kill(child, signal.SIGSTOP)
    Timer(0.2, os.kill, (child, signal.SIGKILL)).start()
    with pytest.raises(InputError, match="it broke the analysis"):
        analyst.analyze(plain(), blur=True)
    assert analyst.analyze(plain(), blur=True).result["people"] == []
    analyst.close()
    assert children() == before


def test_a_child_killed_between_pictures_is_replaced(task):
    analyst = AnalysisProcess(DATA)
    before, open_before = children(), descriptors()
    analyst.analyze(plain(), blur=True)
    for _ in range(2):
        (child,) = children() - before
        os.kill(child, signal.SIGKILL)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        assert analyst.analyze(plain(), blur=True).result["people"] == []
    analyst.close()
    assert children() == before, "neither a child nor a zombie is left"
    assert descriptors() == open_before


@pytest.mark.parametrize("picture", [plain(), noisy_jpeg(2000, 2000)], ids=["small", "large"])
def test_a_child_that_hangs_is_given_up_in_time(task, picture):
    """The large one does not fit the socket's buffer: sending it hangs too."""
    analyst = AnalysisProcess(DATA, answer_s=0.5)
    before = children()
    analyst.analyze(plain(), blur=True)
    (child,) = children() - before
    os.kill(child, signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(InputError, match=r"took longer than 0\.5 s and was given up"):
        analyst.analyze(picture, blur=True)
    assert time.monotonic() - began < 3
    assert children() == before
    analyst.close()


def test_the_child_ends_when_its_parent_is_killed(task, tmp_path):
    program = (
        "import sys, time; from pathlib import Path;"
        "from monitor.analysis.client import AnalysisProcess;"
        f"analyst = AnalysisProcess(Path({str(DATA)!r}));"
        f"analyst.analyze(bytes.fromhex({plain().hex()!r}), blur=True);"
        "print('ready', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        (child,) = children(parent.pid)
        parent.kill()
    until(lambda: not Path(f"/proc/{child}").exists(), 5)


def test_a_missing_model_is_said_with_how_to_bring_it(tmp_path):
    with pytest.raises(ModelError, match="plumbline models fetch"):
        AnalysisProcess(tmp_path).analyze(plain(), blur=True)


@pytest.mark.parametrize(
    "module", ["dashboard.app", "monitor.analysis.client", "monitor.cli.dashboard"]
)
def test_the_process_of_the_pages_loads_neither_opencv_nor_mediapipe(module):
    program = f"import sys, {module}; print(*{{'cv2', 'mediapipe', 'av'}} & set(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.split() == []


def test_without_a_face_model_heads_are_hidden_by_their_bodies_alone(task, tmp_path):
    """A bundle brought by hand holds no face model."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / task.name).symlink_to(task)
    listed = json.loads((task.parent / "models.json").read_text())
    (tmp_path / "models" / "models.json").write_text(json.dumps({"pose": listed["pose"]}))
    with closing(AnalysisProcess(tmp_path)) as analyst:
        assert analyst.analyze(plain(), blur=True).result["people"] == []
