"""The nouns everything else speaks of: Frame, Pose, Region, Angle, Person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]


class Landmark(IntEnum):
    """BlazePose's 33 landmarks; left and right are the person's own."""

    NOSE = 0
    LEFT_EYE_INNER = 1
    LEFT_EYE = 2
    LEFT_EYE_OUTER = 3
    RIGHT_EYE_INNER = 4
    RIGHT_EYE = 5
    RIGHT_EYE_OUTER = 6
    LEFT_EAR = 7
    RIGHT_EAR = 8
    MOUTH_LEFT = 9
    MOUTH_RIGHT = 10
    LEFT_SHOULDER = 11
    RIGHT_SHOULDER = 12
    LEFT_ELBOW = 13
    RIGHT_ELBOW = 14
    LEFT_WRIST = 15
    RIGHT_WRIST = 16
    LEFT_PINKY = 17
    RIGHT_PINKY = 18
    LEFT_INDEX = 19
    RIGHT_INDEX = 20
    LEFT_THUMB = 21
    RIGHT_THUMB = 22
    LEFT_HIP = 23
    RIGHT_HIP = 24
    LEFT_KNEE = 25
    RIGHT_KNEE = 26
    LEFT_ANKLE = 27
    RIGHT_ANKLE = 28
    LEFT_HEEL = 29
    RIGHT_HEEL = 30
    LEFT_FOOT_INDEX = 31
    RIGHT_FOOT_INDEX = 32


BONES: tuple[tuple[int, int], ...] = (
    (0, 1), (1, 2), (2, 3), (3, 7), (0, 4), (4, 5), (5, 6), (6, 8), (9, 10),
    (11, 12), (11, 13), (13, 15), (15, 17), (15, 19), (15, 21), (17, 19),
    (12, 14), (14, 16), (16, 18), (16, 20), (16, 22), (18, 20),
    (11, 23), (12, 24), (23, 24), (23, 25), (25, 27), (27, 29), (27, 31), (29, 31),
    (24, 26), (26, 28), (28, 30), (28, 32), (30, 32),
)  # fmt: skip
"""Pairs of landmarks joined in a drawn skeleton (MediaPipe's pose topology)."""

ANGLES: tuple[str, ...] = (
    "trunk_flexion",
    "trunk_side_bend",
    "trunk_twist",
    "head_inclination",
    "neck_flexion",
    "left_upper_arm_elevation",
    "right_upper_arm_elevation",
    "left_upper_arm_to_trunk",
    "right_upper_arm_to_trunk",
    "left_elbow_flexion",
    "right_elbow_flexion",
    "left_knee_flexion",
    "right_knee_flexion",
)
"""Every angle Plumbline names, in degrees; see `monitor.posture.angles` for their definitions."""


@dataclass(frozen=True, slots=True)
class Angle:
    """Degrees, with the band it is believed to lie in (`None` while no band is known)."""

    deg: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What the drawn camera knows of one figure it drew.

    joints: (33, 3) metres in the gravity frame (x to the camera's right, y up, z horizontal
    towards the camera), origin between the hips. pixels: (33, 2) in the picture.
    angles: every name of `ANGLES`, degrees.
    """

    joints: Floats
    pixels: Floats
    angles: Mapping[str, float]
    activity: str


@dataclass(frozen=True, slots=True, eq=False)
class Planes:
    """A picture as cameras send it (4:2:0): brightness of each pixel, colour of each four.

    luma: (height, width) uint8. blue, red: half as high and wide, rounded up. full: black is 0 and
    white 255, else 16 and 235 (ITU-R BT.601).
    """

    luma: Image
    blue: Image
    red: Image
    full: bool = False

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of the same picture in RGB."""
        height, width = self.luma.shape
        return height, width, 3


AnyImage = Image | Planes
"""(height, width, 3) uint8 RGB, or as it was sent: only what is needed of it becomes RGB."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of one camera.

    image: upright. at: when it was taken, aware UTC.
    t: the same moment in seconds on a line without steps; durations come from it alone.
    index: number of the picture in its source. truth: drawn cameras only. rested: nobody was there
    before, and of the stream only the packets were watched since the last frame.
    """

    image: AnyImage
    at: datetime
    t: float
    index: int = 0
    truth: tuple[Truth, ...] = ()
    rested: bool = False


@dataclass(frozen=True, slots=True)
class Region:
    """A rotated square of the picture: centre and side in pixels.

    angle: radians the square is turned clockwise in the picture, so that a body lying at that
    angle stands upright in the crop.
    """

    x: float
    y: float
    size: float
    angle: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """One body seen once.

    landmarks: (33, 4) x and y in pixels of the full picture, z (depth in the same unit, 0 at the
    hips, smaller is nearer) and visibility 0..1.
    world: (33, 3) metres, hips at 0, in the frame of the ray to the person as BlazePose gives it:
    x to the right, y down, z away from the camera.
    score: how sure the engine is that this is a person, 0..1. region: where to look for the same
    person in the next picture.
    """

    landmarks: Floats
    world: Floats
    score: float
    region: Region

    @property
    def box(self) -> tuple[float, float, float, float]:
        """x, y, width, height in pixels round all landmarks."""
        low = self.landmarks[:, :2].min(axis=0)
        high = self.landmarks[:, :2].max(axis=0)
        return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """An anonymous slot: one body for as long as it stays in view.

    gravity: (33, 3) metres, hips at 0, x to the camera's right, y up, z horizontal towards the
    camera. angles: every name of `ANGLES`; `None` means it cannot be seen. measures: what
    ergonomics reads from the angles over time, by name (see `monitor.ergonomics.measures`).
    verdicts: what EN 1005-4 says of each movement now, as it is kept per minute: measure to band.
    """

    slot: int
    pose: Pose
    gravity: Floats
    angles: Mapping[str, Angle | None] = field(default_factory=dict)
    zones: tuple[str, ...] = ()
    measures: Mapping[str, Angle | None] = field(default_factory=dict)
    verdicts: Mapping[str, str] = field(default_factory=dict)
