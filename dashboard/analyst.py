"""Who looks at uploaded pictures: somebody outside the process of the pages."""

from typing import Any, Protocol


class Analysed(Protocol):
    @property
    def result(self) -> dict[str, Any]:
        """`{"width", "height", "engine", "people": [{"person", "score", "box", "landmarks":
        [[x, y, z, visibility] × 33], "world": [[x, y, z] × 33], "angles": {name: {"deg", "low",
        "high"} or null}}]}`; pixels are those of the picture after its EXIF rotation."""
        ...

    @property
    def picture(self) -> bytes:
        """The picture as JPEG, heads blurred if that was asked, without a skeleton."""
        ...


class Analyst(Protocol):
    def analyze(self, data: bytes, *, blur: bool) -> Analysed:
        """Find the people in a picture file. Raises InputError when it cannot be read."""
        ...
