"""A film as a network camera sends it, packet by packet, in its own time: no server, no waiting."""

from pathlib import Path

from monitor.capture.group import Group, InOrder
from monitor.capture.source import Packet, Picture
from monitor.capture.video import Video, upright


class PacketFilm:
    """A `Source` that hands on every picture, as fast as they are taken."""

    live = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self.packet: Packet | None = None
        self.decoded = 0

    def open(self) -> None:
        self._video = Video(str(self._path), {})
        self._packets = self._video.packets()
        self._group, self._in_order = Group(self._video), InOrder()

    def grab(self) -> float | None:
        packet = next((packet for packet in self._packets if packet is not None), None)
        if packet is None:
            return None
        self._group.add(packet)
        self.packet = Packet(packet.size, packet.is_keyframe)
        return self._in_order.next(self._video.moment(packet))

    def retrieve(self) -> Picture:
        frame = self._group.newest()
        assert frame is not None
        return Picture(upright(frame))

    def close(self) -> None:
        self._video.close()
