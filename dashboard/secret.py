"""The key that signs the session cookies."""

import os
import secrets
from pathlib import Path

from monitor.errors import StoreError


def secret_key(path: Path) -> bytes:
    """The key kept in this file, which is made on first use, for its owner alone.

    Raises StoreError when the folder cannot be written.
    """
    try:
        if not path.exists():
            _make(path)
        return path.read_bytes()
    except OSError as e:
        raise StoreError(
            f"{path}: the key of the sessions cannot be kept there ({e.strerror}); "
            "let the data folder be written by the user that runs Plumbline"
        ) from e


def _make(path: Path) -> None:
    """Whole or not at all: a key cut short by a crash would sign nothing safely."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(secrets.token_bytes(32))
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
