"""Brings the pose models once, keeps them in the data folder and notices when they are damaged.

`<data>/models/` holds the bundle for PoseLandmarker, the bare models for BlazePose, and
`models.json`: which file plays which role, its SHA-256 and where it came from. The list is
written last, so an interrupted fetch leaves the former state.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from monitor.durable import sync
from monitor.errors import ModelError

REQUIREMENT = "mediapipe==0.10.21"
"""The last wheel that holds the pose models (Apache-2.0); it is unpacked, never installed."""

BUNDLE = "pose_landmarker_full.task"
DETECTOR = "pose_detector.tflite"
LANDMARKS = "pose_landmarks_detector.tflite"
PREPARED_DETECTOR = "pose_detector_prepared.tflite"
PREPARED_LANDMARKS = "pose_landmarks_prepared.tflite"
FACE = "face_detector.tflite"
BUNDLE_MEMBERS = (DETECTOR, LANDMARKS)
"""What PoseLandmarker looks for inside a bundle."""

PREPARED = {
    "prepared detector": PREPARED_DETECTOR,
    "prepared landmarks": PREPARED_LANDMARKS,
}
"""What `blazepose` looks with, made of the bare graphs."""

_WHEEL_MEMBERS = {
    DETECTOR: (
        "mediapipe/modules/pose_detection/pose_detection.tflite",
        "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
    ),
    LANDMARKS: (
        "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
        "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
    ),
    FACE: (
        "mediapipe/modules/face_detection/face_detection_full_range_sparse.tflite",
        "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
    ),
}
_DOWNLOAD = (
    *("-m", "pip", "--disable-pip-version-check", "--no-input", "download", "--quiet"),
    *("--no-deps", "--only-binary=:all:", "--python-version", "3.11"),
    *("--platform", "manylinux_2_28_x86_64", REQUIREMENT),
)
_DOWNLOAD_TIMEOUT_S = 900.0
_TRY_OUT_TIMEOUT_S = 120.0
_LARGEST_MODEL = 200_000_000
_MEND = "run `plumbline models fetch`"


@dataclass(frozen=True, slots=True)
class Model:
    """One model file. role: pose, detector, landmarks, either of these prepared, or face; sound: as
    it was stored."""

    role: str
    path: Path
    sha256: str
    source: str
    size: int
    sound: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    file: str
    sha256: str
    source: str


@dataclass(frozen=True, slots=True)
class Graphs:
    """The graphs to look with. model: which of BlazePose's they are."""

    model: str
    detector: Path
    landmarks: Path


def pose_task(data: Path) -> Path:
    """The bundle for PoseLandmarker. Raises ModelError when it is missing or damaged."""
    return _needed(data, "pose")


def pose_graphs(data: Path) -> Graphs:
    """What BlazePose on LiteRT reads. Raises ModelError when a part is missing or damaged."""
    model = pose_task(data).stem.removeprefix("pose_landmarker_")
    return Graphs(model, *(_needed(data, role) for role in PREPARED))


def face_model(data: Path) -> Path | None:
    """MediaPipe's full-range face detector; `None` where only a bundle was brought by hand."""
    return _sound(data, "face")


def describe(data: Path) -> list[Model]:
    """What the data folder holds, pose first; empty when nothing was brought yet."""
    return [_model(_folder(data), role, entry) for role, entry in _listed(data).items()]


def fetch(data: Path, *, progress: Callable[[str], None] = lambda _: None) -> None:
    """Bring the models through pip, hence through its mirror; nothing to do when all are sound."""
    if _complete(data):
        return
    with _only_one(data) as incoming:
        if _complete(data):
            return
        if _only_prepared_lack(data):
            progress("preparing the pose models")
            _install(data, incoming, _prepared(data, incoming))
            return
        progress("bringing the pose models (35 MB, once)")
        wheel = _download(incoming)
        progress("checking and storing the pose models")
        _install(data, incoming, _from_wheel(wheel, incoming))


def add(data: Path, file: Path) -> None:
    """Take an official `.task` bundle, or the wheel that `fetch` would bring, from a file."""
    with _only_one(data) as incoming:
        entries = (
            _from_wheel(file, incoming)
            if _WHEEL_MEMBERS[DETECTOR][0] in _names(file)
            else _from_bundle(file, incoming)
        )
        _install(data, incoming, entries)


def _folder(data: Path) -> Path:
    return data / "models"


def _list_path(data: Path) -> Path:
    return _folder(data) / "models.json"


def _listed(data: Path) -> dict[str, _Entry]:
    try:
        listed = json.loads(_list_path(data).read_bytes())
        return {role: _Entry(**entry) for role, entry in listed.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as e:
        raise ModelError(f"the list of models {_list_path(data)} is damaged; {_MEND}") from e


def _model(folder: Path, role: str, entry: _Entry) -> Model:
    path = folder / entry.file
    size = path.stat().st_size if path.is_file() else 0
    sound = size > 0 and _digest(path) == entry.sha256
    return Model(role, path, entry.sha256, entry.source, size, sound)


def _sound(data: Path, role: str) -> Path | None:
    entry = _listed(data).get(role)
    if entry is None:
        return None
    model = _model(_folder(data), role, entry)
    if not model.sound:
        state = "damaged" if model.size else "missing"
        raise ModelError(f"the {role} model {model.path} is {state}; {_MEND}")
    return model.path


def _needed(data: Path, role: str) -> Path:
    path = _sound(data, role)
    if path is None:
        raise ModelError(f"the {role} model is missing from {_folder(data)}; {_MEND}")
    return path


def _complete(data: Path) -> bool:
    try:
        models = describe(data)
    except ModelError:
        return False
    return {*PREPARED} <= {model.role for model in models} and all(model.sound for model in models)


def _only_prepared_lack(data: Path) -> bool:
    """Whether everything else was brought before: the prepared graphs are made of the bare ones."""
    try:
        sound = {model.role: model.sound for model in describe(data) if model.role not in PREPARED}
    except ModelError:
        return False
    return {"detector", "landmarks"} <= {*sound} and all(sound.values())


def _kept(data: Path) -> dict[str, _Entry]:
    try:
        listed = _listed(data)
    except ModelError:
        return {}
    return {role: e for role, e in listed.items() if _model(_folder(data), role, e).sound}


@contextmanager
def _only_one(data: Path) -> Iterator[Path]:
    """A fresh folder to work in, while no other process brings models; leavings are removed."""
    folder = _folder(data)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for leaving in folder.glob(".incoming-*"):
                shutil.rmtree(leaving, ignore_errors=True)
            with TemporaryDirectory(prefix=".incoming-", dir=folder) as incoming:
                yield Path(incoming).resolve()
    except OSError as e:
        raise ModelError(f"models cannot be stored in {folder}: {e.strerror}") from e


def _download(incoming: Path) -> Path:
    command = [sys.executable, *_DOWNLOAD, "--dest", str(incoming)]
    reason = _run(command, timeout_s=_DOWNLOAD_TIMEOUT_S, env={"TMPDIR": str(incoming)})
    wheel = next(incoming.glob("*.whl"), None)
    if reason is not None or wheel is None:
        raise ModelError(
            f"the pose model could not be fetched ({reason or 'pip brought nothing'}); without "
            "network, bring a pose_landmarker_full.task and run `plumbline models add FILE`"
        )
    return wheel


def _from_wheel(wheel: Path, incoming: Path) -> dict[str, _Entry]:
    for name, (member, pinned) in _WHEEL_MEMBERS.items():
        _unpack(wheel, member, incoming / name)
        if _digest(incoming / name) != pinned:
            raise ModelError(f"{wheel.name} holds another {member} than {REQUIREMENT}")
    _make(wheel, incoming, incoming, "--bundle", str(incoming / BUNDLE))
    return _entries(incoming, REQUIREMENT, BUNDLE) | {
        "face": _Entry(FACE, _digest(incoming / FACE), REQUIREMENT)
    }


def _from_bundle(file: Path, incoming: Path) -> dict[str, _Entry]:
    name = f"{file.stem}.task"
    for member in BUNDLE_MEMBERS:
        _unpack(file, member, incoming / member)
    shutil.copyfile(file, incoming / name)
    _make(file, incoming, incoming)
    return _entries(incoming, f"{file.name}, brought by hand", name)


def _prepared(data: Path, incoming: Path) -> dict[str, _Entry]:
    bare = _needed(data, "landmarks")
    _make(bare, bare.parent, incoming)
    source = _listed(data)["landmarks"].source
    return {role: _Entry(name, _digest(incoming / name), source) for role, name in PREPARED.items()}


def _entries(incoming: Path, source: str, bundle: str) -> dict[str, _Entry]:
    roles = {
        "pose": bundle,
        "detector": DETECTOR,
        "landmarks": LANDMARKS,
        **PREPARED,
    }
    return {role: _Entry(name, _digest(incoming / name), source) for role, name in roles.items()}


def _names(file: Path) -> list[str]:
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.namelist()
    except OSError as e:
        raise ModelError(f"{file} cannot be read: {e.strerror}") from e
    except zipfile.BadZipFile as e:
        raise ModelError(f"{file} is not a pose model bundle (.task): not a zip archive") from e


def _unpack(file: Path, member: str, to: Path) -> None:
    """Writes one member. Raises ModelError when it is absent, damaged or absurdly large."""
    try:
        with zipfile.ZipFile(file) as archive:
            if archive.getinfo(member).file_size > _LARGEST_MODEL:
                raise ModelError(f"{file} is not a pose model bundle: {member} is too large")
            to.write_bytes(archive.read(member))
    except KeyError as e:
        raise ModelError(f"{file} is not a pose model bundle: it holds no {member}") from e
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as e:
        raise ModelError(f"{file} is damaged: {member} cannot be unpacked") from e


def _make(origin: Path, models: Path, made: Path, *options: str) -> None:
    """Makes what is derived from the detector and landmark models in a folder, and tries it out,
    in a process that may crash."""
    command = [sys.executable, "-m", "monitor.pose.bundle", str(models), str(made), *options]
    reason = _run(command, timeout_s=_TRY_OUT_TIMEOUT_S, cwd=Path(__file__).parents[2])
    if reason is not None:
        raise ModelError(f"the pose model in {origin} cannot be used: {reason}")


def _run(
    command: list[str],
    *,
    timeout_s: float,
    env: Mapping[str, str] = MappingProxyType({}),
    cwd: Path | None = None,
) -> str | None:
    """Runs a program, `env` added to the environment; why it failed, or `None`."""
    try:
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            env={**os.environ, **env},
            cwd=cwd,
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {timeout_s:.0f} s"
    except subprocess.CalledProcessError as e:
        lines = [line.strip() for line in e.stderr.splitlines() if line.strip()]
        return lines[-1].removeprefix("ERROR: ") if lines else f"exit status {e.returncode}"
    return None


def _install(data: Path, incoming: Path, entries: Mapping[str, _Entry]) -> None:
    """Files first, then the list that names them; roles not brought now keep their file."""
    listed = {role: asdict(entry) for role, entry in {**_kept(data), **entries}.items()}
    for entry in entries.values():
        _settle(incoming / entry.file, _folder(data) / entry.file)
    (incoming / "models.json").write_text(json.dumps(listed, indent=2) + "\n")
    _settle(incoming / "models.json", _list_path(data))


def _settle(written: Path, final: Path) -> None:
    """Onto the disk, then under its name."""
    for path in (written, written.parent):
        sync(path)
    written.replace(final)
    sync(final.parent)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
