"""The container's papers, as far as they can be checked without an engine."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.settings import load

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    written: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return written


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.*)$", DOCKERFILE, re.MULTILINE)


def last_stage() -> str:
    return DOCKERFILE.rpartition("\nFROM ")[2]


def test_both_services_share_one_image_and_one_volume(compose: dict[str, Any]) -> None:
    monitor, dashboard = compose["services"]["monitor"], compose["services"]["dashboard"]
    assert monitor["image"] == dashboard["image"]
    assert monitor["volumes"] == dashboard["volumes"]
    (place,) = [
        v.split(":")[1] for v in monitor["volumes"] if v.split(":")[0] in compose["volumes"]
    ]
    assert f"PLUMBLINE_DATA={place}" in last_stage()


def test_every_secret_named_in_the_environment_is_handed_in(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        files = {k: v for k, v in service["environment"].items() if k.endswith("_FILE")}
        assert files
        for path in files.values():
            name = Path(path).name
            assert path == f"/run/secrets/{name}"
            assert name in service["secrets"]
            assert name in compose["secrets"]


def test_memory_is_limited_and_nothing_is_reached_from_outside(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert service["mem_limit"]
        assert service["read_only"]
        assert service["restart"] == "unless-stopped"
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_the_settings_of_the_containers_are_sound_and_listen_inside() -> None:
    settings = load(ROOT / "config" / "compose.yaml", {})
    assert settings.dashboard.host == "0.0.0.0"
    assert f"EXPOSE {settings.dashboard.port}" in DOCKERFILE
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert f"127.0.0.1:{settings.dashboard.port}/healthz" in compose


def test_the_commands_exist(compose: dict[str, Any]) -> None:
    from monitor.cli import main

    for service in compose["services"].values():
        command = main.get_command(None, service["command"][0])  # type: ignore[arg-type]
        assert command is not None
        known = {name for option in command.params for name in option.opts}
        assert set(service["command"][1:]) <= known


def test_python_is_one_that_plumbline_runs_on() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (version,) = re.findall(r"^FROM python:3\.(\d+)-slim", DOCKERFILE, re.MULTILINE)
    low, high = re.findall(r"3\.(\d+)", project["requires-python"])
    assert int(low) <= int(version) < int(high)


def test_the_image_runs_as_nobody_special_and_stops_when_asked() -> None:
    assert re.search(r"^USER (?!root|0)\w+$", last_stage(), re.MULTILINE)
    assert instructions("ENTRYPOINT") == ['["plumbline"]']
    assert instructions("STOPSIGNAL") == ["SIGTERM"]
    assert instructions("HEALTHCHECK")


def test_what_is_copied_is_not_ignored() -> None:
    kept = set(re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE))
    assert {name for name in kept if not (ROOT / name).exists()} == set()
    assert {"config", "dashboard", "migrations", "monitor", "requirements.lock"} <= kept


def test_compose_itself_takes_the_file() -> None:
    subprocess.run(
        [*a_compose(), "config", "--quiet"], cwd=ROOT, check=True, capture_output=True, timeout=60
    )


def a_compose() -> list[str]:
    """The compose command of this machine: docker's plugin, or the program of its own."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]):
            asked = subprocess.run([*command, "version"], capture_output=True, check=False)
            if asked.returncode == 0:
                return command
    pytest.skip("neither `docker compose` nor docker-compose is installed")
