"""A film as a network camera sends it, packet by packet, in its own time: no server, no waiting."""

from pathlib import Path

from monitor.capture.group import Group, InOrder
from monitor.capture.source import Packet, Picture
from monitor.capture.video import Video


class PacketFilm:
    """A `Source` that hands on every picture, as fast as they are taken."""

    live = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self.packet: Packet | None = None

    def open(self) -> None:
        self._video = Video(str(self._path), {}, quick=True)
        self._packets = self._video.packets()
        self._group, self._in_order = Group(self._video), InOrder()

    def grab(self) -> float | None:
        packet = next((packet for packet in self._packets if packet is not None), None)
        if packet is None:
            return None
        self._group.add(packet)
        self.packet = Packet(packet.size, packet.is_keyframe)
        self._stream_s = self._in_order.next(self._video.moment(packet))
        return self._stream_s

    def retrieve(self) -> Picture:
        frame = self._group.newest()
        assert frame is not None
        shown_s = self._video.shown_at(frame)
        behind_s = 0.0 if shown_s is None else self._stream_s - shown_s
        return Picture(self._video.sent(frame), behind_s=behind_s)

    def close(self) -> None:
        self._video.close()
