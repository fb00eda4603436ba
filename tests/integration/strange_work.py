"""A worker process that does what the names of its cameras say, and is there in milliseconds.

`dies…` crashes on the camera's own thread, `hangs…` waits for what never comes, `toils…` computes
without a word, `mute…` never comes to life, `grows…` takes 400 MB, any other only beats.
"""

import faulthandler
import os
import pickle
import signal
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from monitor.pulse import CAPTURE, Heart


class Told:
    """Whatever is in the orders, as a list of its fields: no need to import half the program."""

    def __setstate__(self, fields: list) -> None:
        self.fields = fields


class Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type:
        return Told if module.startswith("monitor.") else super().find_class(module, name)


def cameras() -> list[str]:
    jobs, *_ = Reader(sys.stdin.buffer).load().fields
    return [job.fields[0].fields[0] for job in jobs]


def crash(begin: threading.Event) -> None:
    """Not a beat too early: a supervisor is to know whose thread this was. All others hold still
    then, as `faulthandler` may crash itself at a thread that runs, before it names this one."""
    begin.wait()
    signal.raise_signal(signal.SIGSEGV)


def main() -> None:
    names, over, begin = cameras(), threading.Event(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, lambda *_: sys.exit())
    if any(name.startswith("mute") for name in names):
        over.wait()
    for name in names:
        does, until = (crash, begin) if name.startswith("dies") else (threading.Event.wait, over)
        threading.Thread(target=does, args=(until,), name=CAPTURE + name, daemon=True).start()
    heart = Heart(sys.stdout.fileno())
    faulthandler.enable(sys.stdout)
    held: list[bytes] = []
    while not over.wait(0.02):
        for name in names:
            heart.beat(name)
            behave(name, held, begin)


def behave(name: str, held: list[bytes], begin: threading.Event) -> None:
    if name.startswith("hangs"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGUSR1})
        threading.Event().wait()
    while name.startswith("toils"):
        pass
    if name.startswith("dies"):
        begin.set()
        threading.Event().wait()
    if name.startswith("grows") and not held:
        held.append(os.urandom(400_000_000))


if __name__ == "__main__":
    main()
