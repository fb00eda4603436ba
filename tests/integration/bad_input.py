"""Files and pictures that nobody should have to expect."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from tests.integration.video import encode, numbered


def png_of_size(width: int, height: int) -> bytes:
    """A tiny file that says it holds a picture of this size, and begins to."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(bytes(3 * width + 1) * min(height, 100), 9))
    return b"\x89PNG\r\n\x1a\n" + head + rows + chunk(b"IEND", b"")


def gif_of_size(width: int, height: int) -> bytes:
    size = struct.pack("<HH", width, height)
    colours = b"\x80\0\0" + bytes(3) + b"\xff\xff\xff"
    picture = b"," + bytes(4) + size + b"\0" + b"\x02\x02\x4c\x01\0"
    return b"GIF89a" + size + colours + picture + b";"


def noise(width: int = 90, height: int = 60) -> Pillow.Image:
    pixels = np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Pillow.fromarray(pixels)


def saved(picture: Pillow.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def cut(content: bytes, share: float = 0.5) -> bytes:
    return content[: int(len(content) * share)]


def mp4(folder: Path) -> bytes:
    """Ten pictures; its table of contents stands at the end."""
    return encode(numbered(10), folder / "film.mp4", 10, codec="libx264").read_bytes()


def unreadable(folder: Path) -> dict[str, bytes]:
    """What cannot be read as a picture or video, by file name."""
    return {
        "empty.jpg": b"",
        "empty.mp4": b"",
        "text.jpg": b"dear reader,\n" * 50,
        "text.mp4": b"dear reader,\n" * 50,
        "noise.png": bytes(np.random.default_rng(1).integers(0, 256, 5000, dtype=np.uint8)),
        "cut.jpg": cut(saved(noise(), "JPEG")),
        "cut.png": cut(saved(noise(), "PNG")),
        "cut.webp": cut(saved(noise(), "WEBP")),
        "cut.mp4": cut(mp4(folder)),
        "head.jpg": b"\xff\xd8\xff\xe0",
        "head.png": b"\x89PNG\r\n\x1a\n",
        "huge.png": png_of_size(50_000, 50_000),
        "long.png": png_of_size(40_000, 1),
        "huge.gif": gif_of_size(60_000, 60_000),
    }


def unusual(folder: Path) -> dict[str, tuple[bytes, tuple[int, int]]]:
    """Pictures of rare kinds with their width and height, by file name."""
    picture = noise()
    palette = picture.quantize(16)
    turned = Pillow.Exif()
    turned[0x0112] = 6
    frames = {"save_all": True, "append_images": [picture.rotate(90)], "duration": 100}
    deep = Pillow.fromarray(np.full((60, 90), 40_000, np.uint16))
    return {
        "cmyk.jpg": (saved(picture.convert("CMYK"), "JPEG"), (90, 60)),
        "grey.jpg": (saved(picture.convert("L"), "JPEG"), (90, 60)),
        "turned.jpg": (saved(picture, "JPEG", exif=turned.tobytes()), (60, 90)),
        "deep.png": (saved(deep, "PNG"), (90, 60)),
        "bilevel.png": (saved(picture.convert("1"), "PNG"), (90, 60)),
        "alpha.png": (saved(picture.convert("RGBA"), "PNG"), (90, 60)),
        "palette-alpha.png": (saved(palette, "PNG", transparency=3), (90, 60)),
        "animated.png": (saved(picture, "PNG", **frames), (90, 60)),
        "animated.webp": (saved(picture, "WEBP", **frames), (90, 60)),
        "dot.png": (saved(noise(1, 1), "PNG"), (1, 1)),
        "line.png": (saved(noise(1, 3000), "PNG"), (1, 3000)),
        "flat.png": (saved(noise(3000, 1), "PNG"), (3000, 1)),
        "really-a-picture.mp4": (saved(picture, "JPEG"), (90, 60)),
    }
