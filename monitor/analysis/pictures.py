"""Reading pictures that nobody vouches for."""

import struct
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image as Pictures
from PIL import ImageOps, UnidentifiedImageError

from monitor.errors import InputError
from monitor.posture.model import Image

MOST_PIXELS = 60_000_000
"""A larger picture is refused before it is unpacked: 60 megapixels are 180 MB of memory, and
more than any camera of the field gives."""

LONGEST_PX = 32_000
"""A longer side is refused too: OpenCV scales no picture with 32767 pixels or more to a side."""

KINDS = ("JPEG", "PNG", "WEBP")

Pictures.MAX_IMAGE_PIXELS = None
"""Pillow's own limit is wider than ours, and its error does not say how large the picture is."""


def read_picture(data: bytes | Path) -> Image:
    """(height, width, 3) uint8 RGB, upright by its EXIF tag. Judged by content, not by name.

    Of an animated PNG or WebP the first picture counts; what is transparent becomes white.
    Raises InputError with one sentence when it is no JPEG, PNG or WebP, is damaged or too large.
    """
    try:
        with Pictures.open(BytesIO(data) if isinstance(data, bytes) else data, formats=KINDS) as p:
            _check_size(*p.size)
            ImageOps.exif_transpose(p, in_place=True)
            return np.array(_rgb(p))
    except UnidentifiedImageError as e:
        raise InputError("this is no JPEG, PNG or WebP picture, or a damaged one") from e
    except (OSError, SyntaxError, ValueError, TypeError, EOFError, struct.error) as e:
        raise InputError(f"the picture is damaged or incomplete ({e})") from e


def is_picture(path: Path) -> bool:
    """Whether a file begins like a JPEG, PNG or WebP picture. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(12)
    return (
        head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
        or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
    )  # fmt: skip


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_PX:
        raise InputError(
            f"the picture is too large ({width} × {height}); at most "
            f"{MOST_PIXELS // 1_000_000} million pixels and {LONGEST_PX} a side are taken: "
            "make it smaller first"
        )


def _rgb(picture: Pictures.Image) -> Pictures.Image:
    if picture.mode.startswith("I"):
        return Pictures.fromarray((np.asarray(picture) >> 8).astype(np.uint8)).convert("RGB")
    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        white = Pictures.new("RGB", seen.size, "white")
        white.paste(seen, mask=seen)
        return white
    return picture if picture.mode == "RGB" else picture.convert("RGB")
