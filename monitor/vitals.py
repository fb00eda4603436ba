"""How a process is, as Linux tells it under /proc: memory used, and whether anything goes on."""

import os
from collections.abc import Collection
from pathlib import Path

MB = 1_000_000


def memory_mb(pid: int) -> float:
    """What is in memory of a process; 0 when it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / MB


def machine_mb() -> float:
    """The memory there is: of the machine, or of the container if that has less."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / MB
    try:
        return min(machine, int(Path("/sys/fs/cgroup/memory.max").read_text()) / MB)
    except (OSError, ValueError):
        return machine


def toil_s(pid: int, *, but: Collection[int]) -> float:
    """Seconds that the threads of a process, `but` those, have run or stood in line to run.

    Endless when one is about to run or waits for the disk, and when that cannot be told.
    """
    try:
        tasks = [task for task in Path(f"/proc/{pid}/task").iterdir() if int(task.name) not in but]
        if any(_is_at_it(task) for task in tasks):
            return float("inf")
        return sum(_ran_or_stood_in_line_s(task) for task in tasks)
    except (OSError, ValueError, IndexError):
        return float("inf")


def _is_at_it(task: Path) -> bool:
    """Running or waiting for the disk. The state stands behind the name, which may hold brackets
    and blanks (proc(5))."""
    return (task / "stat").read_text().rpartition(")")[2].split()[0] in "RD"


def _ran_or_stood_in_line_s(task: Path) -> float:
    """Its first two numbers, nanoseconds (Documentation/scheduler/sched-stats.rst)."""
    ran, stood, _ = (task / "schedstat").read_text().split()
    return (int(ran) + int(stood)) / 1e9


class LivedTime:
    """Time as this process lived it: a round counts for `most_s` at most, however long it took.

    Whoever was stopped, suspended or starved itself has no business blaming others for a silence.
    """

    def __init__(self, *, most_s: float = 1.0) -> None:
        self._most_s = most_s
        self._last: float | None = None
        self._lived = 0.0

    def round(self, t: float) -> float:
        """Seconds lived through up to `t`, on any clock that never steps back."""
        if self._last is not None:
            self._lived += min(t - self._last, self._most_s)
        self._last = t
        return self._lived
