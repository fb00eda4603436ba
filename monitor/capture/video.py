"""One open video: packets in, upright RGB pictures out."""

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeAlias

import av
import av.error
import numpy as np
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from monitor.posture.model import AnyImage, Image, Planes

_WITHOUT_DISPLAY_TIMES = ("avi",)
"""Packets are numbered as they are stored: pictures shown out of that order would run backwards,
so the number of the packet that released a picture counts."""


_PLANES = {"yuv420p": False, "yuvj420p": True}
"""FFmpeg's formats of 4:2:0, and whether their values always span 0..255."""

AvPacket: TypeAlias = "av.Packet[Any]"


class Video:
    """The first video stream of a file or address, decoded on one thread.

    Raises av.FFmpegError where reading fails, ValueError where there is no picture in it.
    timeout: seconds to open and seconds to read; `None` for files. quick: only key pictures have
    their blocks smoothed: a sixth less time, and landmarks move by 1 % of a trunk in the median
    (docs/design/decoding.md).
    """

    def __init__(
        self,
        url: str,
        options: Mapping[str, str],
        timeout: tuple[float, float] | None = None,
        *,
        quick: bool = False,
    ):
        _let_go_of_those_closed()
        self._container = av.open(url, options=dict(options), timeout=timeout)
        if not self._container.streams.video:
            self._container.close()
            raise ValueError("no video in it")
        self._stream = self._container.streams.video[0]
        self._stream.codec_context.thread_count = 1
        if quick:
            self._stream.codec_context.options = {"skip_loop_filter": "nokey"}
        rate = self._stream.average_rate or self._stream.guessed_rate
        self._step_s = float(1 / rate) if rate else 0.04
        self._last_s: float | None = None
        self._first_ticks: int | None = None
        self._turn: tuple[int, NDArray[np.int32] | None] | None = None
        self.format: str = self._container.format.name
        self._counts_packets = self.format in _WITHOUT_DISPLAY_TIMES

    def steps(self) -> Iterator[av.VideoFrame | None]:
        """A picture, or `None` for each packet that yields none, so that a caller can give up."""
        for packet in self._container.demux():
            frames = self._decoded(packet)
            if frames:
                yield from frames
            else:
                yield None

    def packets(self) -> "Iterator[AvPacket | None]":
        """The pictures as they come, none decoded; `None` for each packet of anything else."""
        for packet in self._container.demux():
            yield packet if packet.stream is self._stream and packet.size else None

    def decoded(self, packet: AvPacket) -> av.VideoFrame | None:
        """The last picture that this packet lets the decoder show."""
        frames = self._decoded(packet)
        return frames[-1] if frames else None

    def afresh(self, packets: Iterable[AvPacket]) -> Iterator[av.VideoFrame]:
        """All pictures of a few packets, the first of them a key picture, by a decoder made for
        them: it smooths blocks, and holds no memory afterwards."""
        own = self._stream.codec_context
        decoder = av.CodecContext.create(own.name, "r")
        assert isinstance(decoder, av.VideoCodecContext)
        decoder.extradata, decoder.thread_count = own.extradata, 1
        for packet in (*packets, None):
            with suppress(av.error.InvalidDataError, av.error.EOFError):
                yield from decoder.decode(packet)

    def held_back(self) -> av.VideoFrame | None:
        """The last picture the decoder has not shown yet; it needs a key picture next."""
        try:
            frames = self._stream.codec_context.decode(None)
        except (av.error.InvalidDataError, av.error.EOFError):
            frames = []
        self.forget()
        return frames[-1] if frames else None

    def forget(self) -> None:
        """Nothing decoded so far counts: a key picture comes next."""
        self._stream.codec_context.flush_buffers()

    def _decoded(self, packet: AvPacket) -> list[av.VideoFrame]:
        """Nothing from sound, nor from a damaged packet: the next key picture mends that."""
        if packet.stream is not self._stream:
            return []
        try:
            return [frame for frame in packet.decode() if isinstance(frame, av.VideoFrame)]
        except av.error.InvalidDataError:
            return []

    def seconds(self, frame: av.VideoFrame) -> float:
        """Stream time of a picture; where the stream gives none, one usual step after the last."""
        ticks = self._since_first(frame.dts) if self._counts_packets else frame.pts
        if ticks is not None and frame.time_base is not None:
            self._last_s = float(ticks * frame.time_base)
        else:
            self._last_s = 0.0 if self._last_s is None else self._last_s + self._step_s
        return self._last_s

    def _since_first(self, ticks: int | None) -> int | None:
        if self._first_ticks is None:
            self._first_ticks = ticks
        if ticks is None or self._first_ticks is None:
            return None
        return ticks - self._first_ticks

    def sent(self, frame: av.VideoFrame) -> AnyImage:
        """The picture in the decoder's own memory, where that is 4:2:0 and upright: a 1080p picture
        becomes RGB in 5 ms of a worker's time, most of them for 12 MB that are new to it."""
        kind = frame.format.name
        if kind not in _PLANES or self._matrix(frame) is not None:
            return self.upright(frame)
        luma, blue, red = map(_held, frame.planes)
        return Planes(luma, blue, red, _PLANES[kind] or frame.color_range == ColorRange.JPEG)

    def upright(self, frame: av.VideoFrame) -> Image:
        """(height, width, 3) RGB, turned and mirrored as the stream's display matrix asks.

        Nothing is scaled, so the cheapest filter gives the same picture as the best.
        """
        rgb = frame.reformat(format="rgb24", interpolation="POINT", threads=1)
        image = rgb.to_ndarray().astype(np.uint8, copy=False)
        matrix = self._matrix(frame)
        return image if matrix is None else _turned(image, matrix)

    def _matrix(self, frame: av.VideoFrame) -> NDArray[np.int32] | None:
        """The display matrix, asked for when the stream is turned alone: a picture asked for what
        comes with it refers to itself from then on, and 3 MB of 1080p stay until Python collects
        them."""
        if self._turn is None or self._turn[0] != frame.rotation:
            self._turn = frame.rotation, _display_matrix(frame)
        return self._turn[1]

    def shown_at(self, frame: av.VideoFrame) -> float | None:
        """Stream time of a decoded picture, where the stream gives one."""
        base = self._stream.time_base
        return None if frame.pts is None or base is None else float(frame.pts * base)

    def moment(self, packet: AvPacket) -> float:
        """Stream time of a packet's picture; where the stream gives none, one step after the
        last."""
        if packet.pts is not None and packet.time_base is not None:
            self._last_s = float(packet.pts * packet.time_base)
        else:
            self._last_s = 0.0 if self._last_s is None else self._last_s + self._step_s
        return self._last_s

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as the stream declares them; 0 where it does not."""
        return self._stream.codec_context.width, self._stream.codec_context.height

    @property
    def length_s(self) -> float | None:
        """Seconds the container says it lasts; `None` when it does not say."""
        duration = self._container.duration
        return None if duration is None else duration / 1_000_000

    @property
    def step_s(self) -> float:
        """Seconds from one picture to the next, as the stream declares them."""
        return self._step_s

    def close(self) -> None:
        self._container.close()


def _let_go_of_those_closed() -> None:
    """PyAV's containers and streams refer to each other, and so keep a decoder and its pictures
    until they are collected; which of itself Python does by the number of objects, not by their
    size, hours later: a 320 x 180 camera that connects anew leaves a megabyte each time."""
    gc.collect()


def _held(plane: VideoPlane) -> Image:
    """(height, width) values in the decoder's memory, which it leaves alone meanwhile."""
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: plane.height, : plane.width]


def _display_matrix(frame: av.VideoFrame) -> NDArray[np.int32] | None:
    matrix: Any = frame.side_data.get("DISPLAYMATRIX")
    return None if matrix is None else np.frombuffer(bytes(matrix), np.int32)


def _turned(image: Image, matrix: NDArray[np.int32]) -> Image:
    """Display matrix: x' = a x + c y, y' = b x + d y, stored a b u c d v x y w (ISO 14496-12)."""
    a, b, c, d = (int(matrix[i]) for i in (0, 1, 3, 4))
    if abs(b) > abs(a):
        image = image.swapaxes(0, 1)
        a, d = c, b
    return np.ascontiguousarray(image[:: -1 if d < 0 else 1, :: -1 if a < 0 else 1])
