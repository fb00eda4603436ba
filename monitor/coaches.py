"""How people were seen by each camera, kept over restarts: `coach/CAMERA.json`."""

import json
from pathlib import Path

import structlog

from monitor.durable import write_durably
from monitor.posture.coach import Coach

log = structlog.get_logger()


def file_of(data: Path, camera: str) -> Path:
    return data / "coach" / f"{camera}.json"


def written(coach: Coach) -> bytes:
    """The sums, to be saved."""
    return json.dumps(coach.kept()).encode()


def save(path: Path, written: bytes) -> None:
    """What cannot be written is said and goes on in memory."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, written)
    except OSError as e:
        log.warning("what a camera can judge not stored", file=path.name, reason=str(e))


def restore(path: Path, coach: Coach) -> None:
    """Go on from what was kept; a file that is no such thing is said, and learnt anew."""
    try:
        coach.restore(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return
    except (OSError, ValueError) as e:
        log.warning("what a camera can judge not readable", file=path.name, reason=str(e))
