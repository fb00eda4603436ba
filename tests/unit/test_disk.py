"""What is written by a thread of its own."""

from functools import partial
from threading import Event, Thread

import pytest

from monitor import disk
from monitor.disk import Writer


def test_all_is_done_in_its_order_and_one_surprise_ends_nothing() -> None:
    done: list[int] = []
    writer = Writer()
    for number in range(100):
        writer.do(partial(done.append, number))
        if number == 50:
            writer.do(partial(done.remove, -1))
    writer.close()
    assert done == list(range(100))


def test_whoever_asks_for_too_much_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "MOST_WAITING", 2)
    writer, free, begun = Writer(), Event(), Event()

    def hold() -> None:
        begun.set()
        free.wait()

    writer.do(hold)
    assert begun.wait(5.0)
    for _ in range(2):
        writer.do(lambda: None)
    asking = Thread(target=writer.do, args=(lambda: None,))
    asking.start()
    asking.join(0.2)
    assert asking.is_alive()
    free.set()
    asking.join(5.0)
    assert not asking.is_alive()
    writer.close()
