"""Serving the pages: the production server, and how long a body it takes."""

import socket
import time
from typing import Any

import structlog
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import create_server
from waitress.utilities import RequestEntityTooLarge

from dashboard.analyst import Analyst
from dashboard.app import create_app
from dashboard.config import DashboardConfig
from monitor.clock import Clock
from monitor.settings import Settings
from monitor.store.database import Sessions

THREADS = 8
ANSWER_BYTES = 64 * 1024 * 1024
"""No answer is longer, so none is ever parked in a temporary file."""

log = structlog.get_logger()


class Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Hands a request whose body is too long to the pages without its body, as soon as it shows.

    They answer it in their own words from its Content-Length; nothing more of it is kept.
    """

    refused = False
    error: Any = None

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if not isinstance(self.error, RequestEntityTooLarge):
            return consumed
        self.refused = True
        self.error = None
        self.expect_continue = False
        self.headers["CONTENT_LENGTH"] = str(max(self.content_length, self.body_bytes_received))
        self.headers["CONNECTION"] = "close"
        self.close()
        self.body_rcv = None
        return len(data)


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """Lets a client whose body was refused read the answer.

    Closing while it still sends would reset the connection and the answer would be lost, so what
    it sends is thrown away until it has finished or has been silent for the channel's timeout.
    """

    parser_class = Parser
    refused = False
    draining = False

    def service(self) -> None:
        self.refused = self.requests[0].refused
        super().service()

    def handle_close(self) -> None:
        if not self.refused or self.draining or not self.connected:
            super().handle_close()
            return
        self.draining = True
        self.will_close = False
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            super().handle_close()

    def readable(self) -> bool:
        return self.draining or bool(super().readable())

    def handle_read(self) -> None:
        if not self.draining:
            super().handle_read()
        elif self.recv(self.adj.recv_bytes):
            self.last_activity = time.time()


def make_server(config: DashboardConfig, host: str, port: int) -> Any:
    """A waitress server that listens already and answers once it is `run()`; port 0: any free one.

    Raises OSError when it cannot listen there.
    """
    server = create_server(
        create_app(config),
        listen=f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        threads=THREADS,
        ident=None,
        max_request_body_size=config.body_bytes + 1,
        inbuf_overflow=config.body_bytes + 2,
        outbuf_overflow=ANSWER_BYTES,
        clear_untrusted_proxy_headers=False,
    )
    for one in getattr(server, "map", {0: server}).values():
        if hasattr(one, "channel_class"):
            one.channel_class = Channel
    return server


def addresses(server: Any) -> list[str]:
    """Where a server made by `make_server` is reached."""
    several = getattr(server, "effective_listen", None)
    places = several or [(server.effective_host, server.effective_port)]
    return [f"http://{f'[{host}]' if ':' in host else host}:{port}" for host, port in places]


def serve(config: DashboardConfig, host: str, port: int) -> None:
    """Answer until the process is told to end. Raises OSError when it cannot listen there."""
    server = make_server(config, host, port)
    log.info("dashboard ready", address=addresses(server)[0])
    server.run()


def config_of(
    settings: Settings, sessions: Sessions, analyst: Analyst, clock: Clock
) -> DashboardConfig:
    """The pages of one file of settings."""
    return DashboardConfig(
        sessions=sessions,
        data=settings.data.resolve(),
        site=settings.site.name,
        zone=settings.site.zone,
        cameras=tuple(camera.name for camera in settings.cameras),
        upload_mb=settings.dashboard.upload_mb,
        analyst=analyst,
        clock=clock,
    )
