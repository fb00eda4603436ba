"""Reading pictures that nobody vouches for."""

import warnings
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

KINDS = ("JPEG", "PNG", "WEBP")


def read_picture(data: bytes | Path) -> Image:
    """(height, width, 3) uint8 RGB, upright by its EXIF tag. Judged by content, not by name.

    Raises InputError with one sentence when it is no JPEG, PNG or WebP, is damaged or too large.
    """
    try:
        source = BytesIO(data) if isinstance(data, bytes) else data
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Pictures.DecompressionBombWarning)
            picture = Pictures.open(source, formats=KINDS)
        with picture:
            _check_size(*picture.size)
            return np.asarray(ImageOps.exif_transpose(picture).convert("RGB")).copy()
    except UnidentifiedImageError as e:
        raise InputError("this is no JPEG, PNG or WebP picture") from e
    except Pictures.DecompressionBombError as e:
        raise InputError(_too_large("over 178 million pixels")) from e
    except (OSError, SyntaxError, ValueError) as e:
        raise InputError(f"the picture is damaged or incomplete ({e})") from e


def is_picture(path: Path) -> bool:
    """Whether a file begins like a JPEG, PNG or WebP picture."""
    with path.open("rb") as file:
        head = file.read(12)
    return (
        head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
        or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
    )  # fmt: skip


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise InputError(_too_large(f"{width} × {height}"))


def _too_large(size: str) -> str:
    return (
        f"the picture is too large ({size}); "
        f"at most {MOST_PIXELS // 1_000_000} million pixels are taken: make it smaller first"
    )
