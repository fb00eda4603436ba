"""Telling systemd how the service is: sd_notify(3), a datagram to the socket it names."""

import os
import socket
from contextlib import suppress


def notify(state: str) -> None:
    """`READY=1`, `WATCHDOG=1`, `STOPPING=1` …; says nothing where nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as told,
        suppress(OSError),
    ):
        told.setblocking(False)
        told.sendto(state.encode(), address.replace("@", "\0", 1) if address[0] == "@" else address)
