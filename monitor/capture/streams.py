"""Network streams and video files, by PyAV."""

import stat
import time
from collections.abc import Iterator
from itertools import chain
from math import inf
from pathlib import Path

import av
import av.error

from monitor.capture.group import Group, InOrder
from monitor.capture.line import Line, Transport
from monitor.capture.source import Packet, Picture
from monitor.capture.urls import camera_kind
from monitor.capture.video import AvPacket, Video
from monitor.clock import Clock, SystemClock
from monitor.errors import CaptureError

_UNTIMED = ("mjpeg", "mpjpeg")
"""Pictures without timestamps: the moment of arrival counts."""

_FILE_FORMATS = (
    "mov,mp4,matroska,webm,avi,gif,apng,mpegts,mpeg,mpegvideo,h264,hevc,m4v,obu,ivf,flv,asf,ogg,"
    "mjpeg,dv,mxf,nut,dhav,yuv4mpegpipe"
)
"""Formats that hold pictures themselves: no playlist, no list of other files or addresses."""


class Pace:
    """Holds pictures back until their stream time has come, for streams that come in bursts.

    A picture over `slack_s` late, or over `ahead_s` early, sets a new beginning: a suspend is not
    made up for, and a jump in the stream's clock does not stall it.
    """

    def __init__(self, clock: Clock, *, slack_s: float = 2.0, ahead_s: float = 30.0):
        self._clock = clock
        self._slack_s = slack_s
        self._ahead_s = ahead_s
        self._offset: float | None = None

    def wait(self, stream_s: float) -> None:
        now = self._clock.steady()
        if self._offset is None:
            self._offset = now - stream_s
        early = stream_s + self._offset - now
        if -self._slack_s <= early <= self._ahead_s:
            self._clock.sleep(early)
        else:
            self._offset = now - stream_s


class StreamSource:
    """A camera or server on the network: RTSP, or HTTP with MJPEG, HLS or another video; the
    arguments are those of `Line`."""

    live = True

    def __init__(
        self,
        url: str,
        *,
        rtsp_transport: Transport = "tcp",
        open_timeout_s: float = 10.0,
        read_timeout_s: float = 10.0,
        clock: Clock | None = None,
    ):
        self._url = url
        self._line = Line(
            url,
            rtsp_transport=rtsp_transport,
            open_timeout_s=open_timeout_s,
            read_timeout_s=read_timeout_s,
        )
        self._clock = clock or SystemClock()
        self._video: Video | None = None
        self._pace: Pace | None = None
        self._frame: av.VideoFrame | None = None
        self.packet: Packet | None = None

    def open(self) -> None:
        self._video = self._line.open()
        self._group, self._in_order = Group(self._video), InOrder()
        self._pace = Pace(self._clock) if self._comes_in_bursts(self._video) else None

    def _comes_in_bursts(self, video: Video) -> bool:
        return camera_kind(self._url) == "http" and video.format not in _UNTIMED

    def grab(self) -> float:
        """Never `None`: a network stream that ends has broken."""
        video = self._opened()
        with self._line.in_words():
            self._take_in(self._line.packet(), video)
            if self._frame is None:
                self._frame = self._newest(video)
        if self._pace is not None:
            self._pace.wait(self._stream_s)
        return self._stream_s

    def _take_in(self, packet: AvPacket, video: Video) -> None:
        self._group.add(packet)
        untimed = video.format in _UNTIMED
        kept = self._line.keeps and not untimed
        self.packet = Packet(packet.size, packet.is_keyframe, kept)
        moment = self._clock.steady() if untimed else video.moment(packet)
        self._stream_s = self._in_order.next(moment)

    def _newest(self, video: Video) -> av.VideoFrame:
        """The newest picture; of a damaged group, the next that can be decoded."""
        deadline = time.monotonic() + self._line.read_timeout_s
        while (frame := self._group.newest()) is None:
            if time.monotonic() >= deadline:
                raise TimeoutError
            self._take_in(self._line.packet(), video)
        return frame

    def _opened(self) -> Video:
        if self._video is None:
            raise CaptureError("the stream is not open")
        return self._video

    def retrieve(self) -> Picture:
        video = self._opened()
        if self._frame is None:
            raise CaptureError("no picture has been grabbed")
        grabbed_s = self._stream_s
        if self._group.waits:
            with self._line.in_words():
                self._frame = self._newest(video)
        shown_s = None if video.format in _UNTIMED else video.shown_at(self._frame)
        behind_s = 0.0 if shown_s is None else grabbed_s - shown_s
        return Picture(video.sent(self._frame), behind_s=behind_s)

    def close(self) -> None:
        self._frame = self.packet = None
        if self._video is not None:
            self._video.close()
            self._video = None


class FileSource:
    """A video file, by its own timestamps, in real time or as fast as it is read."""

    packet = None

    def __init__(
        self,
        path: str | Path,
        *,
        loop: bool = False,
        realtime: bool = True,
        clock: Clock | None = None,
    ):
        self.live = realtime
        self._path = Path(path)
        self._loop = loop
        self._clock = clock or SystemClock()
        self._pace: Pace | None = None
        self._video: Video | None = None
        self._steps: Iterator[av.VideoFrame | None] = iter(())
        self._frame: av.VideoFrame | None = None
        self._begin_s: float | None = None
        self._shift_s: float | None = None
        self._last_s = -inf

    def open(self) -> None:
        self._check()
        self._start(begin_s=None)
        self._last_s = -inf
        first = self._next_frame()
        if first is None:
            self.close()
            raise CaptureError(f"{self._path} holds no picture that can be decoded")
        self._steps = chain([first], self._steps)
        self._pace = Pace(self._clock) if self.live else None

    def _check(self) -> None:
        """What the file system can tell, said better than FFmpeg says it."""
        try:
            found = self._path.stat()
        except OSError as e:
            raise CaptureError(f"{self._path} cannot be read: {e.strerror}") from e
        if not stat.S_ISREG(found.st_mode):
            raise CaptureError(f"{self._path} is not a file")
        if found.st_size == 0:
            raise CaptureError(f"{self._path} is empty (0 bytes)")

    def _start(self, begin_s: float | None) -> None:
        self.close()
        self._begin_s, self._shift_s = begin_s, None
        options = {"format_whitelist": _FILE_FORMATS, "protocol_whitelist": "file"}
        try:
            self._video = Video(f"file:{self._path}", options)
        except (av.error.InvalidDataError, av.error.ArgumentError, ValueError) as e:
            raise CaptureError(f"{self._path} is not a video") from e
        except (av.error.FFmpegError, OSError) as e:
            raise CaptureError(f"{self._path} cannot be read: {e.strerror}") from e
        self._steps = self._video.steps()

    @property
    def length_s(self) -> float | None:
        """Seconds the opened file says it lasts; `None` when it does not say."""
        return self._opened().length_s

    def grab(self) -> float | None:
        video = self._opened()
        frame = self._next_frame()
        if frame is None and self._loop:
            self._start(begin_s=self._last_s + video.step_s)
            frame = self._next_frame()
        if frame is None:
            return None
        self._frame = frame
        stream_s = self._seconds(frame)
        if self._pace is not None:
            self._pace.wait(stream_s)
        return stream_s

    def _opened(self) -> Video:
        if self._video is None:
            raise CaptureError(f"{self._path} is not open")
        return self._video

    def _next_frame(self) -> av.VideoFrame | None:
        try:
            return next((frame for frame in self._steps if frame is not None), None)
        except av.error.FFmpegError as e:
            raise CaptureError(f"{self._path} cannot be read on: {e.strerror}") from e

    def _seconds(self, frame: av.VideoFrame) -> float:
        """The file's own time, never back; a new round of a loop goes on where the last ended."""
        stream_s = self._opened().seconds(frame)
        if self._shift_s is None:
            self._shift_s = 0.0 if self._begin_s is None else self._begin_s - stream_s
        self._last_s = max(self._last_s, stream_s + self._shift_s)
        return self._last_s

    def retrieve(self) -> Picture:
        if self._frame is None:
            raise CaptureError("no picture has been grabbed")
        return Picture(self._opened().upright(self._frame))

    def close(self) -> None:
        self._steps = iter(())
        if self._video is not None:
            self._video.close()
            self._video = None
