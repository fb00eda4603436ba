"""Servers that misbehave: real sockets that stay silent, drip, or break off."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

Manners = Callable[[socket.socket, threading.Event], None]


@contextlib.contextmanager
def rude_server(manners: Manners) -> Iterator[int]:
    """The port of a server that treats every connection with `manners`, until the block ends."""
    over = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.1)
    threading.Thread(target=_serve, args=(listening, manners, over), daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        over.set()
        listening.close()


def _serve(listening: socket.socket, manners: Manners, over: threading.Event) -> None:
    while not over.is_set():
        try:
            connection, _ = listening.accept()
        except TimeoutError:
            continue
        except OSError:
            return
        connection.settimeout(None)
        threading.Thread(target=_treat, args=(connection, manners, over), daemon=True).start()


def _treat(connection: socket.socket, manners: Manners, over: threading.Event) -> None:
    with connection, contextlib.suppress(OSError):
        manners(connection, over)


def silent(_: socket.socket, over: threading.Event) -> None:
    """Accepts and says nothing."""
    over.wait()


def dripping(text: bytes, every_s: float = 1.0) -> Manners:
    """Says `text`, for ever again, a byte a second."""

    def manners(connection: socket.socket, over: threading.Event) -> None:
        while True:
            for byte in text:
                connection.sendall(bytes([byte]))
                if over.wait(every_s):
                    return

    return manners


def saying(text: bytes, then: Manners = silent) -> Manners:
    """Answers the first request with `text`, then turns rude."""

    def manners(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(4096)
        connection.sendall(text)
        then(connection, over)

    return manners
