"""The repository speaks of the project alone, and its papers keep up with its code."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LARGEST = 1024 * 1024
BROUGHT = {".tflite", ".task", ".whl", ".mp4", ".mov", ".mkv", ".webm", ".avi", ".gif", ".db"}
"""Models, footage, packages and databases: brought or made, never committed."""

FOREIGN = re.compile(
    rb"https?://(?!127\.0\.0\.1)\S*/simple\b"  # a package index
    rb"|(?<![\w.])/(?:work|root|home/\w+)/"  # a path of somebody's machine
    rb"|(?:index-url|find-links)[ =]+(?:http|file|/)"
)


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def locked(lock: str) -> list[str]:
    """The packages that a lock installs somewhere."""
    named = re.findall(r"^([A-Za-z0-9_.-]+)==(.*)$", (ROOT / lock).read_text(), re.MULTILINE)
    return [name for name, condition in named if "'never'" not in condition]


@pytest.fixture(scope="module")
def files() -> list[Path]:
    return tracked()


def test_no_file_speaks_of_a_machine_or_a_package_index(files: list[Path]) -> None:
    me = Path(__file__)
    spoken = [
        f"{path.relative_to(ROOT)}: {found[0].decode()}"
        for path in files
        if path != me and (found := FOREIGN.search(path.read_bytes()))
    ]
    assert spoken == []


def test_no_file_is_large(files: list[Path]) -> None:
    assert [path.name for path in files if path.stat().st_size > LARGEST] == []


def test_no_model_footage_or_database_is_kept(files: list[Path]) -> None:
    assert [path.name for path in files if path.suffix.lower() in BROUGHT] == []


def test_every_locked_package_is_named_with_its_licence() -> None:
    notices = (ROOT / "THIRD_PARTY_NOTICES.md").read_text(encoding="utf-8")
    table = notices.partition("|---|")[2]
    named = set(re.findall(r"^\| ([a-z0-9-]+) \| [^|]+ \|", table, re.MULTILINE))
    assert named == set(locked("requirements.lock"))


def test_the_models_that_are_fetched_are_named() -> None:
    notices = (ROOT / "THIRD_PARTY_NOTICES.md").read_text(encoding="utf-8")
    code = (ROOT / "monitor" / "pose" / "models.py").read_text(encoding="utf-8")
    models = set(re.findall(r"/(\w+\.tflite)\"", code))
    assert models
    assert {model for model in models if model not in notices} == set()


def test_every_module_of_the_daemon_stands_on_a_floor() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    placed = set(re.findall(r"monitor\.(\w+)", " ".join(layers)))
    modules = {path.stem for path in (ROOT / "monitor").glob("[!.]*.py")}
    packages = {path.parent.name for path in (ROOT / "monitor").glob("*/__init__.py")}
    assert (modules | packages) - {"__init__"} <= placed


def test_every_link_in_the_papers_leads_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if not re.match(r"[a-z]+:", link) and not (page.parent / link).exists()
    ]
    assert broken == []
