"""Calls that may hang for ever, ended in time."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class _Call(Generic[T]):
    def __init__(self, work: Callable[[], T]):
        self._work = work
        self._result: list[T] = []
        self._error: Exception | None = None

    def run(self) -> None:
        try:
            self._result.append(self._work())
        except Exception as e:  # noqa: BLE001 - handed on to the caller, whatever it is
            self._error = e

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        return self._result[0]


def within(seconds: float, work: Callable[[], T]) -> T:
    """What `work` returns or raises, or TimeoutError after `seconds`.

    The work is done in a daemon thread; one that hangs is left behind, as no thread can be ended
    from outside.
    """
    call = _Call(work)
    thread = threading.Thread(target=call.run, name="within", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError
    return call.result()
