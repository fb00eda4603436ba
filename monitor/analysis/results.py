"""What an analysis says, as plain values for JSON: the contract stands in docs/analyze.md."""

from collections.abc import Sequence
from typing import Any

from monitor.posture.fit import fitted_angles
from monitor.posture.gravity import Calibration, sight
from monitor.posture.model import Angle, Floats, Person, Pose

MOST_PEOPLE = 8
"""How many a picture is searched for."""


def measured(
    poses: Sequence[Pose], calibration: Calibration, size: tuple[int, int]
) -> list[Person]:
    """Everybody in one picture of `size` (width, height), numbered from 1."""
    sights = [sight(pose, calibration, *size) for pose in poses]
    angles = fitted_angles(poses, sights)
    return [
        Person(number, pose, seen.joints, found)
        for number, (pose, seen, found) in enumerate(zip(poses, sights, angles, strict=True), 1)
    ]


def person_result(person: Person) -> dict[str, Any]:
    """`landmarks` in pixels of the upright picture; `world` in metres, gravity frame."""
    return {
        "person": person.slot,
        "score": round(person.pose.score, 4),
        "box": [round(v, 1) for v in person.pose.box],
        "landmarks": _rows(person.pose.landmarks, 3),
        "world": _rows(person.gravity, 4),
        "angles": {name: _angle(angle) for name, angle in person.angles.items()},
    }


def frame_result(
    source: str, frame: int, t: float, size: tuple[int, int], people: Sequence[Person]
) -> dict[str, Any]:
    return {
        "source": source,
        "frame": frame,
        "t": round(t, 4),
        "width": size[0],
        "height": size[1],
        "people": [person_result(person) for person in people],
    }


def _rows(values: Floats, digits: int) -> list[list[float]]:
    return [[round(float(v), digits) for v in row] for row in values]


def _angle(angle: Angle | None) -> dict[str, float | None] | None:
    if angle is None:
        return None
    return {
        "deg": round(angle.deg, 2),
        "low": None if angle.low is None else round(angle.low, 2),
        "high": None if angle.high is None else round(angle.high, 2),
    }
