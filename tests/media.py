"""The shared footage: beside the checkout, never inside it."""

import os
from pathlib import Path

import pytest

MEDIA = Path(
    os.environ.get("PLUMBLINE_MEDIA") or Path(__file__).parents[2] / "shared" / "media"
).resolve()


def media(name: str) -> Path:
    """The file called `name`; skips the test, saying why, where it is absent."""
    path = MEDIA / name
    if not path.is_file():
        pytest.skip(f"needs {name} in the shared footage, and {MEDIA} does not hold it")
    return path
