"""The skeleton over a picture: its style, checked, and drawn into a JPEG."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from monitor.errors import InputError
from monitor.posture.angles import SEEN
from monitor.posture.model import BONES

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
THINNEST, THICKEST = 1, 12
LONGEST_BLANK = 1600
"""Pixels of the long side of the ground when there is no picture to draw on."""


@dataclass(frozen=True, slots=True)
class Style:
    """thickness: of the bones, in pixels of a picture whose long side has 1000."""

    joints: str = "#0b7fab"
    bones: str = "#ffb000"
    thickness: int = 4


def style_of(asked: Mapping[str, str]) -> Style:
    """The style asked for. Raises InputError when a colour or the thickness is none."""
    usual = Style()
    joints, bones = asked.get("joints", usual.joints), asked.get("bones", usual.bones)
    for colour in (joints, bones):
        if not COLOUR.fullmatch(colour):
            raise InputError(f"“{colour}” is not a colour; write it like #ff8800.")
    thickness = asked.get("thickness", str(usual.thickness))
    if not re.fullmatch(r"[0-9]{1,2}", thickness) or not THINNEST <= int(thickness) <= THICKEST:
        raise InputError(f"The thickness goes from {THINNEST} to {THICKEST}, not “{thickness}”.")
    return Style(joints, bones, int(thickness))


def bones_of(landmarks: Sequence[Sequence[float]]) -> list[tuple[Sequence[float], Sequence[float]]]:
    """The ends of every bone both of whose landmarks are seen."""
    return [
        (landmarks[a], landmarks[b])
        for a, b in BONES
        if landmarks[a][3] >= SEEN and landmarks[b][3] >= SEEN
    ]


def joints_of(landmarks: Sequence[Sequence[float]]) -> list[Sequence[float]]:
    """The landmarks that are seen."""
    return [mark for mark in landmarks if mark[3] >= SEEN]


def drawn(picture: bytes | None, result: Mapping[str, Any], style: Style) -> bytes:
    """A JPEG of the picture with everybody's skeleton; on black when there is no picture."""
    image = _ground(picture, result)
    scale = image.width / result["width"]
    width = max(1.0, style.thickness * max(image.size) / 1000)
    draw = ImageDraw.Draw(image)
    for person in result["people"]:
        for a, b in bones_of(person["landmarks"]):
            ends = [(end[0] * scale, end[1] * scale) for end in (a, b)]
            draw.line(ends, fill=style.bones, width=round(width))
        for x, y, *_ in joints_of(person["landmarks"]):
            draw.circle((x * scale, y * scale), 1.3 * width, fill=style.joints)
    out = BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


def _ground(picture: bytes | None, result: Mapping[str, Any]) -> Image.Image:
    if picture:
        return Image.open(BytesIO(picture)).convert("RGB")
    shrink = min(1.0, LONGEST_BLANK / max(result["width"], result["height"]))
    size = (round(result["width"] * shrink) or 1, round(result["height"] * shrink) or 1)
    return Image.new("RGB", size)
