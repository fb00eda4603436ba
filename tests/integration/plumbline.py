"""The real thing: `plumbline run` in a process of its own, on settings in a folder of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from monitor.store.database import Sessions, open_database, sessions_of
from monitor.store.tables import Base, CameraState
from tests.integration.conftest import DATA

ROOT = Path(__file__).parents[2]

T = TypeVar("T")
Row = TypeVar("Row", bound=Base)


class Plumbline:
    """A running Plumbline. folder: its settings file and its data folder `var/`."""

    def __init__(self, folder: Path, settings: str, *options: str) -> None:
        self.folder = folder
        self.data = folder / "var"
        self.settings = folder / "plumbline.yaml"
        self.settings.write_text(settings)
        if (DATA / "models").is_dir() and not self.data.exists():
            self.data.mkdir()
            (self.data / "models").symlink_to(DATA / "models")
        self._command = [
            sys.executable, "-m", "monitor", "-s", str(self.settings), "run", *options
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None
        self._engine = open_database(f"sqlite:///{self.data / 'plumbline.db'}")
        self.sessions: Sessions = sessions_of(self._engine)

    def start(self) -> None:
        environ = {**os.environ, "PLUMBLINE_DATA": str(self.data)}
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=environ, stdout=log, stderr=log
            )

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def stop(self) -> int:
        """As systemd would; the exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(15)
        finally:
            self._process.kill()

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.stop()
        self._engine.dispose()

    def rows(self, table: type[Row]) -> Sequence[Row]:
        with self.sessions() as session:
            return session.scalars(select(table)).all()

    def camera(self, name: str) -> CameraState | None:
        with self.sessions() as session:
            return session.get(CameraState, name)

    def until(self, true: Callable[[], T], timeout: float) -> T:
        """Wait until something holds; fails with the log's end when it does not in time."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if value := true():
                return value
            assert self._process is not None
            assert self._process.poll() is None, self.log[-3000:]
            time.sleep(0.1)
        raise AssertionError(f"not within {timeout} s; the log ends:\n{self.log[-3000:]}")


def workers(plumbline: Plumbline) -> list[int]:
    """The processes of its workers."""
    found = subprocess.run(
        ["pgrep", "-P", str(plumbline.pid), "-f", "monitor.work"],
        capture_output=True,
        text=True,
        check=False,
    )
    return [int(pid) for pid in found.stdout.split()]


@contextmanager
def running(folder: Path, settings: str, *options: str) -> Iterator[Plumbline]:
    """A Plumbline that has made its tables."""
    folder.mkdir(parents=True, exist_ok=True)
    plumbline = Plumbline(folder, settings, *options)
    plumbline.start()
    try:
        plumbline.until((plumbline.data / "journal").is_dir, 60)
        yield plumbline
    finally:
        plumbline.close()
