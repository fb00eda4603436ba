"""Packets of a stream, kept until a picture is asked for."""

from heapq import heappop, heappush
from math import inf

import av

from monitor.capture.video import AvPacket, Video

MOST_BYTES = 8_000_000
"""Packets kept undecoded: two seconds of the heaviest 1080p stream."""

MOST_REORDERED = 16
"""Pictures that H.264 and H.265 let a decoder hold back."""

JUMP_S = 1.0
"""A step back of a stream's clock by more is no picture shown out of order."""


class Group:
    """What came since the last key picture: decoded when a picture is asked for, and never if the
    next key picture comes before."""

    def __init__(self, video: Video) -> None:
        self._video = video
        self._kept: list[AvPacket] = []
        self._bytes = 0
        self._skipped = False

    def add(self, packet: AvPacket) -> None:
        if packet.is_keyframe:
            self._skipped |= bool(self._kept)
            self._kept, self._bytes = [], 0
        self._kept.append(packet)
        self._bytes += packet.size
        if self._bytes > MOST_BYTES:
            self._decoded()

    @property
    def waits(self) -> bool:
        """Whether something came that is not decoded yet."""
        return bool(self._kept)

    def newest(self) -> av.VideoFrame | None:
        """The newest picture that can be had of what was not decoded yet; `None` where all of it
        is damaged or nothing new came.

        A decoder that holds the key picture back, as others may have to be shown before, is made
        to show it, and begins with it again the next time.
        """
        kept = self._kept
        frame = self._decoded()
        if frame is None and kept and kept[0].is_keyframe:
            frame = self._video.held_back()
            self._kept, self._bytes = kept, sum(packet.size for packet in kept)
        return frame

    def _decoded(self) -> av.VideoFrame | None:
        if self._skipped:
            self._video.forget()
        kept, self._kept, self._bytes, self._skipped = self._kept, [], 0, False
        frame = None
        for packet in kept:
            frame = self._video.decoded(packet) or frame
        return frame


class InOrder:
    """Moments of packets → of the pictures as they are shown: where pictures refer to later ones,
    those come first."""

    def __init__(self) -> None:
        self._held: list[float] = []
        self._depth = 0
        self._last = -inf

    def next(self, moment: float) -> float:
        """When the picture that this packet lets be shown is shown; never back, but with the
        stream's clock."""
        if moment < self._last - JUMP_S:
            self._held, self._depth, self._last = [], 0, moment
        if moment < self._last:
            self._depth = min(self._depth + 1, MOST_REORDERED)
        heappush(self._held, moment)
        while len(self._held) > self._depth:
            self._last = max(self._last, heappop(self._held))
        return self._last
