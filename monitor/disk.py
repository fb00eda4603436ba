"""What a worker writes: in its order, and by a thread of its own, so that whoever judges never
waits for a disk. A disk that was kept busy by others was seen to hold up a file for 1.4 s."""

import threading
from collections.abc import Callable
from queue import Queue

import structlog

log = structlog.get_logger()

Job = Callable[[], None]

Disk = Callable[[Job], None]
"""Does what it is given, once everything before is done."""

MOST_WAITING = 1000
"""Jobs, of which a look gives one to a few. Then whoever asks waits as well: the supervisor
notices, and nothing is lost."""


def at_once(job: Job) -> None:
    job()


class Writer:
    """The thread, from the first to the last job of a worker."""

    def __init__(self) -> None:
        self._jobs: Queue[Job | None] = Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="disk", daemon=True)
        self._thread.start()

    def do(self, job: Job) -> None:
        self._jobs.put(job)

    def close(self) -> None:
        """Once everything is done that was asked for."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception:
                log.exception("not written")
