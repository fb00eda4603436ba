"""The fixture `rtsp`: a real RTSP server that can be killed and brought back on the same port."""

import subprocess
import threading
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal

import pytest

PYTHON = "/usr/bin/python3"
SERVER = Path(__file__).with_name("rtsp_server.py")


@cache
def missing() -> str:
    """Why no RTSP server can run here, or nothing."""
    needs = (
        "import gi\n"
        "gi.require_version('GstApp', '1.0')\n"
        "gi.require_version('GstRtspServer', '1.0')\n"
        "from gi.repository import Gst, GstRtspServer\n"
        "Gst.init(None)\n"
        "for name in ('appsrc', 'h264parse', 'rtph264pay'):\n"
        "    if Gst.ElementFactory.find(name) is None: raise SystemExit(f'no {name}')\n"
    )
    if not Path(PYTHON).exists():
        return f"{PYTHON} is missing"
    done = subprocess.run([PYTHON, "-c", needs], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


class RtspServer:
    """Serves the files added to it; `address` is good before, during and after a restart.

    began: when it began to play the file at each path, once for each connection that it is played
    to from its beginning.
    """

    def __init__(self) -> None:
        self.began: defaultdict[str, list[datetime]] = defaultdict(list)
        self._mounts: list[str] = []
        self._user: list[str] = []
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    def add(
        self, path: str, file: Path, fps: float, how: Literal["once", "loop", "live"] = "once"
    ) -> None:
        """file: raw H.264 as `encode_h264` writes it. `loop` and `live` are shared by all that
        connect; all that are `live` show the same moment."""
        self._mounts += ["--mount", path, str(file), str(float(fps)), how]

    def protect(self, user: str, password: str) -> None:
        self._user = ["--user", user, "--password", password]

    def address(self, path: str, user: str = "") -> str:
        return f"rtsp://{user + '@' if user else ''}127.0.0.1:{self.port}{path}"

    def start(self) -> None:
        """Returns once it listens; on the port it had before, if it ran before."""
        command = [PYTHON, str(SERVER), "--port", str(self.port), *self._user, *self._mounts]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert said.strip().isdecimal(), "the RTSP server did not start"
        self.port = int(said)
        threading.Thread(target=self._hear, args=(self._process,), daemon=True).start()

    def _hear(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            path, moment = line.split()
            self.began[path].append(datetime.fromtimestamp(float(moment), UTC))

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def rtsp() -> Iterator[RtspServer]:
    """Not started yet: add files, then `start`. Skips where `scripts/test-services` is needed."""
    if missing():
        pytest.skip(f"no RTSP server ({missing()}): run scripts/test-services")
    server = RtspServer()
    yield server
    server.kill()
