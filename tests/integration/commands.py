"""The command `plumbline` in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from tests.integration.conftest import DATA

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-m", "monitor"]


def environ(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PLUMBLINE_")}
    return {**kept, "PLUMBLINE_DATA": str(DATA), **more}


def plumbline(
    *arguments: str | Path, typed: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """typed: its standard input. variables: the environment besides; data is the models' folder."""
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        cwd=ROOT, env=environ(**variables), input=typed, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


def said_in_one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The one line of an error that ended a command with status 2."""
    assert done.returncode == 2, done
    (line,) = done.stderr.splitlines()
    assert line.startswith("plumbline: ")
    return line
