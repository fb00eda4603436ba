"""The episodes that run on a camera, kept for the worker after this one: `running/CAMERA.json`.

It is written whole, but not synced: whoever outlives a power cut has forgotten them anyway.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import structlog

from monitor.clock import STEP_S
from monitor.durable import write_whole
from monitor.posture.body import Place
from monitor.posture.episodes import Episode
from monitor.posture.model import Angle
from monitor.posture.rules import Rule

log = structlog.get_logger()

PLAIN = tuple(
    field.name
    for field in fields(Episode)
    if field.name not in ("rule", "peak_angles", "person", "left", "track")
)
"""What is kept of an episode as it is: numbers, words and `None`."""


@dataclass(frozen=True, slots=True)
class Left:
    """An episode that ran. row: what its row is known by, as the recorder wants it back."""

    episode: Episode
    row: Mapping[str, Any]


def file_of(data: Path, camera: str) -> Path:
    return data / "running" / f"{camera}.json"


def written(at: datetime, t: float, left: Sequence[Left]) -> str:
    """What is to be saved; empty when nothing runs. at, t: now, UTC and steady seconds."""
    kept = {"at": at.isoformat(), "t": t, "left": [_kept(one) for one in left]}
    return json.dumps(kept) if left else ""


def save(path: Path, written: str) -> None:
    """What cannot be written is said: after a crash, what goes on is told as new."""
    try:
        if not written:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, written.encode())
    except OSError as e:
        log.warning("running episodes not kept", file=path.name, reason=str(e))


def load(path: Path, at: datetime, t: float, rules: Sequence[Rule]) -> list[Left]:
    """Those of rules that are still the same. Steady seconds mean nothing after the computer was
    started anew: nothing is left then, nor when its clock was set. What cannot be read is said."""
    try:
        kept = json.loads(path.read_bytes())
        off_s = (at - datetime.fromisoformat(kept["at"])).total_seconds() - (t - kept["t"])
        return list(_read(kept["left"], rules)) if abs(off_s) <= STEP_S else []
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as e:
        log.warning("running episodes not readable", file=path.name, reason=str(e))
        return []


def _kept(left: Left) -> dict[str, Any]:
    episode = left.episode
    return {
        **{name: getattr(episode, name) for name in PLAIN},
        "rule": _rule(episode.rule),
        "peak_angles": {n: a and asdict(a) for n, a in episode.peak_angles.items()},
        "place": episode.place,
        "track": episode.track,
        "row": left.row,
    }


def _read(kept: Sequence[dict[str, Any]], rules: Sequence[Rule]) -> Iterator[Left]:
    for one in kept:
        rule = next((rule for rule in rules if _rule(rule) == one["rule"]), None)
        if rule is None:
            continue
        episode = Episode(
            rule=rule,
            peak_angles={n: a and Angle(**a) for n, a in one["peak_angles"].items()},
            person=None,
            left=Place(*one["place"]),
            track=[(t, value) for t, value in one["track"]],
            **{name: one[name] for name in PLAIN},
        )
        yield Left(episode, one["row"])


@cache
def _rule(rule: Rule) -> str:
    """All that is asked by a rule. Rules are few, and asked for at each look at who breaks one."""
    return json.dumps(asdict(rule))
