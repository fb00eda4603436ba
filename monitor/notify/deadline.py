"""Work over the network that ends in time, whatever the other side does."""

import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Thread


def within(
    seconds: float, work: Callable[[], None], opened: Callable[[], socket.socket | None]
) -> None:
    """Do the work, or hang up on it after `seconds` and raise TimeoutError.

    Socket timeouts bound each read, not their sum: a side that drips a byte a second would never
    end. So the work has a thread of its own, and what `opened` gives is shut down under it.
    """
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as e:  # noqa: BLE001 - raised again where it was called from
            failures.append(e)

    thread = Thread(target=run, name="notify", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        if connection := opened():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        raise TimeoutError
    if failures:
        raise failures[0]
