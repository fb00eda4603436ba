import os
import subprocess
import sys
import threading
import time

from monitor.vitals import LivedTime, machine_mb, memory_mb, toil_s


def test_a_round_counts_for_a_second_at_most():
    lived = LivedTime()
    assert [lived.round(t) for t in (100.0, 100.5, 700.0, 700.25)] == [0, 0.5, 1.5, 1.75]


def test_memory_is_told_and_of_nobody_is_none():
    used = {size: holding_mb(size) for size in (0, 50_000_000)}
    assert 30 < used[50_000_000] - used[0] < 100
    assert memory_mb(2**22 + 1) == 0
    assert used[0] < machine_mb()


def holding_mb(size: int) -> float:
    """The memory of a new process that holds so many bytes."""
    program = f"held = b'1' * {size}; print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        used = memory_mb(process.pid)
        process.communicate(b"\n")
    return used


def test_only_threads_that_wait_are_seen_not_to_toil():
    me = threading.get_native_id()
    over = threading.Event()
    threading.Thread(target=over.wait, daemon=True).start()
    assert toil_s(os.getpid(), but=()) == float("inf")
    until = time.monotonic() + 10.0
    while toil_s(os.getpid(), but={me}) == float("inf"):
        assert time.monotonic() < until
    over.set()


def test_of_whom_nothing_can_be_told_toils():
    assert toil_s(2**22 + 1, but=()) == float("inf")
