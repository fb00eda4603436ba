"""Ends a process whose main loop does not come round any more, so that it is started anew.

For systemd that is done from outside (`WatchdogSec`); a container's engine starts again what has
ended, and nothing else.
"""

import faulthandler
import os
import sys
import threading
import time

import structlog

from monitor.vitals import LivedTime

log = structlog.get_logger()

BITTEN = 70
"""The exit status: an internal software error (sysexits.h)."""


class Watchdog:
    """Must be fed every `patience_s`, as this process lives them: a suspend starves nobody."""

    def __init__(self, patience_s: float = 60.0) -> None:
        self._patience_s = patience_s
        self._fed = True

    def start(self) -> None:
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def feed(self) -> None:
        self._fed = True

    def _run(self) -> None:
        lived, fed_at = LivedTime(), 0.0
        while True:
            now = lived.round(time.monotonic())
            if self._fed:
                self._fed, fed_at = False, now
            elif now - fed_at > self._patience_s:
                self._bite()
            time.sleep(min(0.5, self._patience_s / 4))

    def _bite(self) -> None:
        log.critical("the main loop stands still; ending, to be started anew")
        faulthandler.dump_traceback(file=sys.stderr)
        os._exit(BITTEN)
