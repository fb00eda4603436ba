"""The network between a camera and us, with its troubles: a real TCP relay."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Literal

How = Literal["well", "held", "dripping", "cut"]
"""held: connections stay and nothing comes through, as with a cable pulled in between (half-open);
dripping: a byte a second; cut: connections are broken off, new ones too."""


class Relay:
    def __init__(self, to_port: int, over: threading.Event) -> None:
        self.how: How = "well"
        self._to_port = to_port
        self._over = over
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(0.1)
        self.port: int = self._listening.getsockname()[1]

    def serve(self) -> None:
        with self._listening:
            while not self._over.is_set():
                with contextlib.suppress(TimeoutError):
                    client, _ = self._listening.accept()
                    self._join(client)

    def _join(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._to_port))
        except ConnectionRefusedError:
            client.close()
            return
        for here, there in ((client, server), (server, client)):
            threading.Thread(target=self._pass_on, args=(here, there), daemon=True).start()

    def _pass_on(self, here: socket.socket, there: socket.socket) -> None:
        with here, there, contextlib.suppress(OSError):
            here.settimeout(0.1)
            while not self._over.is_set() and self.how != "cut":
                if self.how == "held":
                    self._over.wait(0.1)
                    continue
                with contextlib.suppress(TimeoutError):
                    said = here.recv(1 if self.how == "dripping" else 65536)
                    if not said:
                        return
                    there.sendall(said)
                if self.how == "dripping":
                    self._over.wait(1.0)


@contextlib.contextmanager
def relay(to_port: int) -> Iterator[Relay]:
    over = threading.Event()
    made = Relay(to_port, over)
    threading.Thread(target=made.serve, daemon=True).start()
    try:
        yield made
    finally:
        over.set()
