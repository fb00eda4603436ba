"""Where somebody's hands are: over the floor, and away from their ankles."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.posture.angles import facing, visible
from monitor.posture.model import Floats, Landmark, Person

KNUCKLES = (
    (Landmark.LEFT_INDEX, Landmark.LEFT_PINKY),
    (Landmark.RIGHT_INDEX, Landmark.RIGHT_PINKY),
)
ANKLES = (Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE)
SOLES = (
    Landmark.LEFT_HEEL,
    Landmark.RIGHT_HEEL,
    Landmark.LEFT_FOOT_INDEX,
    Landmark.RIGHT_FOOT_INDEX,
)

HEIGHT_CM = 35.0
"""How far nine of ten readings of the height lie from the truth at most, for hands near the floor,
where they are worst: 34 cm on drawn lifts (three builds, six directions, pitch 0 to 35°). Most of
it is what one camera cannot know: how tall somebody is, and how deep they bend towards it."""

REACH_CM, DEPTH_CM = 10.0, 35.0
"""The same for the reach, seen from the side, and what looking from the front or from behind adds:
8 and 9 cm 30° before the side, 13 and 18 cm 30° past it, 36 from the front and 45 from behind."""


@dataclass(frozen=True, slots=True)
class Hands:
    """Centimetres, lowest and highest that is likely. height: of the knuckles over the soles.
    reach: level distance of the knuckles from the middle of the ankles."""

    height_cm: tuple[float, float]
    reach_cm: tuple[float, float]


def hands_of(person: Person) -> Hands | None:
    """The middle of the hands that are seen; `None` when neither hand or no foot is."""
    joints = person.gravity
    seen = [pair for pair in KNUCKLES if visible(person.pose, *pair)]
    if not seen or not any(visible(person.pose, ankle) for ankle in ANKLES):
        return None
    hands, ankles = (
        _middle(joints, [mark for pair in seen for mark in pair]),
        _middle(joints, ANKLES),
    )
    height = 100.0 * float(hands[1] - np.median(joints[list(SOLES), 1]))
    reach = 100.0 * float(np.hypot(hands[0] - ankles[0], hands[2] - ankles[2]))
    return Hands(
        _band(height, HEIGHT_CM), _band(reach, REACH_CM + DEPTH_CM * abs(float(facing(joints)[2])))
    )


def _middle(joints: Floats, marks: Sequence[int]) -> Floats:
    return np.asarray(joints[list(marks)].mean(axis=0))


def _band(cm: float, error: float) -> tuple[float, float]:
    return max(0.0, cm - error), max(0.0, cm + error)
