"""What the service manager is told, and what it is asked for."""

import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.sd_notify import notify
from monitor.watchdog import BITTEN
from tests.integration.plumbline import ROOT, running

UNIT = ROOT / "packaging" / "plumbline.service"

EMPTY = 'cameras:\n  - {name: hall, url: "mannequin:empty", fps: 2}\n'


@pytest.fixture
def listening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], socket.socket]:
    """A socket to be told on, at the address given, or else a file."""

    def listen(address: str = "") -> socket.socket:
        ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = address or str(tmp_path / "notify")
        ear.bind(address.replace("@", "\0", 1))
        ear.settimeout(30)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        return ear

    return listen


def hear(ear: socket.socket, word: str) -> str:
    """All that is said until `word` is."""
    while word not in (said := ear.recv(4096).decode()):
        pass
    return said


@pytest.mark.usefixtures("task")
def test_the_service_says_when_it_is_ready_that_it_is_well_and_that_it_stops(listening, tmp_path):
    with listening() as ear, running(tmp_path / "site", EMPTY, "--no-dashboard") as plumbline:
        assert "STATUS=1 cameras, 1 workers" in hear(ear, "READY=1")
        for _ in range(3):
            assert ear.recv(4096) == b"WATCHDOG=1"
        assert plumbline.stop() == 0
        hear(ear, "STOPPING=1")


def test_an_abstract_address_is_told_and_a_dead_one_or_none_is_not_minded(listening, monkeypatch):
    with listening("@plumbline-test") as ear:
        notify("READY=1")
        assert ear.recv(4096) == b"READY=1"
    notify("READY=1")
    monkeypatch.delenv("NOTIFY_SOCKET")
    notify("READY=1")


def test_the_unit_is_sound_and_asks_for_what_is_told(tmp_path):
    written = UNIT.read_text(encoding="utf-8")
    assert {"Type=notify", "Restart=always", "NoNewPrivileges=yes"} <= set(written.splitlines())
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / UNIT.name
    unit.write_text(re.sub(r"/opt/plumbline/\.venv/bin/plumbline", "/bin/true", written))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_process_whose_loop_stands_still_ends_and_says_where_it_stood():
    stands = (
        "from monitor.watchdog import Watchdog\nimport time\n"
        "dog = Watchdog(0.4)\ndog.start()\n"
        "for _ in range(10):\n    dog.feed()\n    time.sleep(0.1)\n"
        "print('fed')\ndef stand_still(): time.sleep(60)\nstand_still()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", stands],
        cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == BITTEN
    assert done.stdout.startswith("fed")
    assert "in stand_still" in done.stderr
