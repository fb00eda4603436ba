"""A private PostgreSQL for one test session: own cluster, own port, gone afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

import psycopg
import pytest


def binaries() -> Path:
    """The newest installed server's programs; skips the test where there are none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    if not found:
        pytest.skip("needs a PostgreSQL server (Debian: postgresql), and none is installed")
    return found[-1]


class Cluster:
    """A running server; `fresh()` gives the URL of a new, empty database."""

    def __init__(self, port: int):
        self._port = port

    def fresh(self) -> str:
        name = f"t{uuid4().hex}"
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return f"postgresql+psycopg://plumbline@127.0.0.1:{self._port}/{name}"

    def _dsn(self, name: str) -> str:
        return f"postgresql://plumbline@127.0.0.1:{self._port}/{name}"


@contextmanager
def cluster() -> Iterator[Cluster]:
    programs = binaries()
    folder = Path(mkdtemp(prefix="plumbline-pg-"))
    user = _unprivileged()
    try:
        if user:
            shutil.chown(folder, user)
        _run(user, programs / "initdb", "-D", folder / "data", "-U", "plumbline", "-A", "trust")
        port = _free_port()
        options = f"-p {port} -h 127.0.0.1 -k {folder} -F -c full_page_writes=off"
        control = (programs / "pg_ctl", "-D", folder / "data", "-w")
        _run(user, *control, "-l", folder / "log", "-o", options, "start")
        try:
            yield Cluster(port)
        finally:
            _run(user, *control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> str | None:
    """Who runs the server when root may not: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def _run(user: str | None, *command: str | Path) -> None:
    subprocess.run(
        [str(part) for part in command],
        user=user,
        cwd="/",
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
