"""The process that serves the pages beside the workers."""

import subprocess
import time
from collections.abc import Sequence
from http import HTTPStatus
from urllib.request import urlopen

import structlog

log = structlog.get_logger()

AGAIN_S = 10.0
"""The pages are started at most this often: what keeps them from starting (a port in use) is said
each time and needs a person."""


class Pages:
    """Starts the command that serves the dashboard at `address`, again whenever it is gone."""

    def __init__(self, command: Sequence[str], address: str) -> None:
        self._command = command
        self._address = address
        self._process: subprocess.Popen[bytes] | None = None
        self._again_at = 0.0
        self._ready = False

    def keep(self) -> None:
        """Start it if it is not there; say once that it answers."""
        if self._process is None or self._process.poll() is not None:
            if time.monotonic() >= self._again_at:
                self._again_at = time.monotonic() + AGAIN_S
                self._process = subprocess.Popen(self._command)
        elif not self._ready and _answers(f"{self._address}/healthz"):
            self._ready = True
            log.info("ready", address=self._address)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=1.0) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False
