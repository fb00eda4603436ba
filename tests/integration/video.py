"""Pictures with a known number in them, and videos made of pictures."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain, count
from pathlib import Path

import av
import numpy as np

from monitor.colour import rgb
from monitor.posture.model import AnyImage, Image

BITS = 12


def numbered(many: int, width: int = 320, height: int = 192, start: int = 0) -> Iterator[Image]:
    """Noisy grey pictures that carry their number as a row of black and white blocks."""
    noise = np.random.default_rng(7).integers(110, 130, (height, width, 3), dtype=np.uint8)
    for number in range(start, start + many):
        image = np.roll(noise, number % width, axis=1)
        for bit in range(BITS):
            left, right = bit * width // BITS, (bit + 1) * width // BITS
            image[: height // 4, left:right] = 255 if number >> bit & 1 else 0
        yield image


def number_in(image: AnyImage) -> int:
    """The number `numbered` put into the picture."""
    height, width = image.shape[:2]
    row = rgb(image)[height // 8, :, 1]
    return sum((int(row[(2 * bit + 1) * width // (2 * BITS)]) > 127) << bit for bit in range(BITS))


def footage(path: Path) -> Iterator[Image]:
    """The pictures of a video file."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="rgb24")


def encode(
    frames: Iterable[Image],
    path: Path,
    fps: Fraction | float,
    *,
    codec: str,
    times: Iterable[float] | None = None,
    options: dict[str, str] | None = None,
    container: dict[str, str] | None = None,
) -> Path:
    """Writes a video; the suffix of `path` chooses the container, `times` are in seconds.

    options: the encoder's; container: the container's.
    """
    rate = Fraction(fps).limit_denominator(60000)
    images = iter(frames)
    first = next(images)
    height, width = (side & ~1 for side in first.shape[:2])
    moments = times if times is not None else (float(index / rate) for index in count())
    with av.open(str(path), "w", options=container or {}) as file:
        stream = file.add_stream(codec, rate=rate, options=options or {})
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.width, stream.height = width, height
        tick = 1 / rate if times is None else Fraction(1, 1000)
        stream.codec_context.time_base = tick
        for image, moment in zip(chain([first], images), moments, strict=False):
            frame = av.VideoFrame.from_ndarray(
                np.ascontiguousarray(image[:height, :width]), format="rgb24"
            )
            frame.pts, frame.time_base = round(moment / tick), tick
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


def encode_h264(
    frames: Iterable[Image],
    path: Path,
    fps: Fraction | float,
    gop: int = 50,
    times: Iterable[float] | None = None,
) -> Path:
    """H.264 as a camera sends it: a key picture every `gop`, none that refers to a later one.

    A path ending in `.h264` is what the RTSP server serves.
    """
    options = {
        "preset": "ultrafast", "tune": "zerolatency", "g": str(gop), "keyint_min": str(gop),
        "sc_threshold": "0", "bf": "0", "x264-params": "aud=1",
    }  # fmt: skip
    return encode(frames, path, fps, codec="libx264", times=times, options=options)
