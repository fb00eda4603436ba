"""An analyst that finds one upright person in every picture it can open."""

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from PIL import Image, UnidentifiedImageError

from monitor.errors import InputError
from monitor.posture.model import ANGLES

FIGURE = {
    0: (0.50, 0.12), 1: (0.51, 0.11), 2: (0.51, 0.11), 3: (0.52, 0.11), 4: (0.49, 0.11),
    5: (0.49, 0.11), 6: (0.48, 0.11), 7: (0.53, 0.12), 8: (0.47, 0.12), 9: (0.51, 0.14),
    10: (0.49, 0.14), 11: (0.57, 0.22), 12: (0.43, 0.22), 13: (0.60, 0.36), 14: (0.40, 0.36),
    15: (0.61, 0.49), 16: (0.39, 0.49), 17: (0.61, 0.52), 18: (0.39, 0.52), 19: (0.60, 0.52),
    20: (0.40, 0.52), 21: (0.60, 0.51), 22: (0.40, 0.51), 23: (0.54, 0.50), 24: (0.46, 0.50),
    25: (0.55, 0.70), 26: (0.45, 0.70), 27: (0.55, 0.90), 28: (0.45, 0.90), 29: (0.54, 0.92),
    30: (0.46, 0.92), 31: (0.57, 0.94), 32: (0.43, 0.94),
}  # fmt: skip


@dataclass(frozen=True)
class FakeAnalysed:
    result: dict[str, Any]
    picture: bytes


@dataclass
class FakeAnalyst:
    """calls: `blur` of every picture it was asked about."""

    calls: list[bool] = field(default_factory=list)

    def analyze(self, data: bytes, *, blur: bool) -> FakeAnalysed:
        self.calls.append(blur)
        try:
            picture = Image.open(BytesIO(data)).convert("RGB")
        except (UnidentifiedImageError, OSError) as e:
            raise InputError("the picture is damaged and cannot be read") from e
        out = BytesIO()
        picture.save(out, "JPEG")
        return FakeAnalysed(_result(*picture.size), out.getvalue())


def _result(width: int, height: int) -> dict[str, Any]:
    landmarks = [[x * width, y * height, 0.0, 0.95] for x, y in FIGURE.values()]
    landmarks[22][3] = 0.1
    angles: dict[str, Any] = {name: {"deg": 12.0, "low": None, "high": None} for name in ANGLES}
    angles["trunk_twist"] = None
    person = {
        "person": 1,
        "score": 0.98,
        "box": [0.39 * width, 0.11 * height, 0.22 * width, 0.83 * height],
        "landmarks": landmarks,
        "world": [[x - 0.5, 0.5 - y, 0.0] for x, y in FIGURE.values()],
        "angles": angles,
    }
    return {"width": width, "height": height, "engine": "fake/1", "people": [person]}
