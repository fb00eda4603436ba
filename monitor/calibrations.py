"""What cameras have learnt of their vertical, kept over restarts: `calibration/CAMERA.npz`."""

import io
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import structlog

from monitor.durable import write_durably
from monitor.posture.vertical import Vertical

log = structlog.get_logger()


def file_of(data: Path, camera: str) -> Path:
    return data / "calibration" / f"{camera}.npz"


def written(vertical: Vertical) -> bytes:
    """The looks, to be saved."""
    held = io.BytesIO()
    np.savez(held, looks=vertical.kept(), size=np.array(vertical.size))
    return held.getvalue()


def save(path: Path, written: bytes) -> None:
    """What cannot be written is said and goes on in memory."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, written)
    except OSError as e:
        log.warning("calibration not stored", file=path.name, reason=str(e))


def restore(path: Path, vertical: Vertical) -> None:
    """Go on from what was kept; a file that is no such thing is said, and learnt anew."""
    try:
        with np.load(path, allow_pickle=False) as held:
            width, height = (int(side) for side in held["size"])
            vertical.restore(held["looks"], (width, height))
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as e:
        log.warning("calibration not readable", file=path.name, reason=str(e))
