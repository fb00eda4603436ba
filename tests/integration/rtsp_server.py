"""A camera for tests: serves raw H.264 files over RTSP (TCP and UDP), in real time.

The files need access unit delimiters, by which they are cut into pictures.

Run by the Python that has `gi` (Debian's /usr/bin/python3); prints its port once it listens, and
whenever it begins to play a file its path and the moment, in seconds since 1970.
A file played `once` starts anew for every client; one played in a `loop` is a live camera that
all clients share, joined wherever it is. `live` is a loop too, and whatever is played so shows the
same moment: the streams of one camera.
"""

import argparse
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstApp, GstRtspServer  # noqa: E402

ROLE = "viewer"
DELIMITER = b"\x00\x00\x00\x01\x09"
BEGAN, TICK_MS = time.monotonic(), 10


def main() -> None:
    asked = arguments()
    Gst.init(None)
    server = GstRtspServer.RTSPServer(address="127.0.0.1", service=str(asked.port))
    if asked.user:
        server.set_auth(auth(asked.user, asked.password))
    mounts = server.get_mount_points()
    for path, file, fps, how in asked.mount:
        film = Film(Path(file), float(fps), how)
        mounts.add_factory(path, factory(path, film, protected=bool(asked.user)))
    if not server.attach(None):
        raise SystemExit(f"port {asked.port} is taken")
    print(server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    parser.add_argument(
        "--mount",
        nargs=4,
        action="append",
        required=True,
        metavar=("/PATH", "FILE", "FPS", "once|loop|live"),
    )
    return parser.parse_args()


class Film:
    def __init__(self, file: Path, fps: float, how: str):
        start, *units = file.read_bytes().split(DELIMITER)
        assert not start, f"{file} does not begin with an access unit delimiter"
        self.pictures = [DELIMITER + unit for unit in units]
        self.fps = fps
        self.loop = how != "once"
        self.live = how == "live"
        self._sent = 0
        self._sources: list[GstApp.AppSrc] = []

    def play(self, media: GstRtspServer.RTSPMedia) -> None:
        """Hands picture after picture to a new connection (or to the one all share)."""
        source = media.get_element().get_by_name_recurse_up("source")
        if not self.live:
            source.connect("need-data", self.feed, count())
            return
        if not self._sent:
            GLib.timeout_add(TICK_MS, self.send)
            self._sent = self.now
        self._sources.append(source)

    @property
    def now(self) -> int:
        return int((time.monotonic() - BEGAN) * self.fps)

    def send(self) -> bool:
        """What the camera has taken since the last tick, to all who still take it."""
        while self._sent < self.now:
            self._sent += 1
            picture = self.pictures[self._sent % len(self.pictures)]
            self._sources = [
                source
                for source in self._sources
                if source.emit("push-buffer", Gst.Buffer.new_wrapped(picture)) == Gst.FlowReturn.OK
            ]
        return True

    def feed(self, source: GstApp.AppSrc, _: int, numbers: Iterator[int]) -> None:
        number = next(numbers)
        if number >= len(self.pictures) and not self.loop:
            source.emit("end-of-stream")
            return
        buffer = Gst.Buffer.new_wrapped(self.pictures[number % len(self.pictures)])
        buffer.pts = buffer.dts = int(number / self.fps * Gst.SECOND)
        buffer.duration = int(Gst.SECOND / self.fps)
        source.emit("push-buffer", buffer)


def told(media: GstRtspServer.RTSPMedia, path: str) -> None:
    def tell(_: GstRtspServer.RTSPMedia, state: int) -> None:
        if state == Gst.State.PLAYING:
            print(path, time.time(), flush=True)

    media.connect("new-state", tell)


def factory(path: str, film: Film, protected: bool) -> GstRtspServer.RTSPMediaFactory:
    made = GstRtspServer.RTSPMediaFactory()
    timed = " is-live=true do-timestamp=true" if film.live else ""
    made.set_launch(
        f"( appsrc name=source format=time{timed}"
        " caps=video/x-h264,stream-format=byte-stream,alignment=au"
        " ! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96 )"
    )
    made.set_shared(film.loop)
    made.connect("media-configure", lambda _, media: (film.play(media), told(media, path)))
    if protected:
        made.add_role_from_structure(
            Gst.Structure.new_from_string(
                f"{ROLE}, media.factory.access=(boolean)true, media.factory.construct=(boolean)true"
            )
        )
    return made


def auth(user: str, password: str) -> GstRtspServer.RTSPAuth:
    made = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", ROLE)
    made.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    return made


if __name__ == "__main__":
    main()
