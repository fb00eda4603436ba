"""The camera: a pinhole that stands in the hall.

Hall: x to the camera's right, y up from the floor, z horizontal towards the camera, metres.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from monitor.posture.model import Floats

TARGET = (0.0, 0.9, 0.0)
"""What a camera put up by `aimed` looks at: the middle of a person standing at the origin."""


@dataclass(frozen=True)
class Camera:
    """at: where it stands, metres. pitch: degrees down; roll: degrees clockwise about its view;
    fov: degrees across the picture."""

    at: tuple[float, float, float]
    pitch: float = 0.0
    roll: float = 0.0
    fov: float = 60.0
    width: int = 1280
    height: int = 720

    @cached_property
    def focal(self) -> float:
        """Pixels."""
        return float(self.width / 2 / np.tan(np.radians(self.fov) / 2))

    @cached_property
    def axes(self) -> Floats:
        """(3, 3) rows: the picture's right, the picture's down, the way it looks."""
        pitch, roll = np.radians(self.pitch), np.radians(self.roll)
        right = np.array([1.0, 0.0, 0.0])
        down = np.array([0.0, -np.cos(pitch), np.sin(pitch)])
        ahead = np.array([0.0, -np.sin(pitch), -np.cos(pitch)])
        turned = np.cos(roll) * right + np.sin(roll) * down
        return np.array([turned, np.cos(roll) * down - np.sin(roll) * right, ahead])

    def seen(self, points: Floats) -> Floats:
        """Hall to camera: (..., 3) metres to the picture's right, down, and ahead."""
        return np.asarray((points - np.array(self.at)) @ self.axes.T)

    def pixels(self, points: Floats) -> Floats:
        """Hall to picture: (..., 2); what is not in front of the camera is NaN."""
        seen = self.seen(points)
        ahead = np.where(seen[..., 2:] > 0.05, seen[..., 2:], np.nan)
        middle = np.array([self.width / 2, self.height / 2])
        return np.asarray(seen[..., :2] / ahead * self.focal + middle)


def aimed(
    distance: float = 5.0,
    *,
    pitch: float = 0.0,
    roll: float = 0.0,
    fov: float = 60.0,
    off_axis: float = 0.0,
    width: int = 1280,
    height: int = 720,
) -> Camera:
    """A camera `distance` metres from TARGET that sees it `off_axis` degrees right of its axis."""
    level = Camera((0.0, 0.0, 0.0), pitch, 0.0, fov)
    turn = np.radians(off_axis)
    ray = np.cos(turn) * level.axes[2] + np.sin(turn) * level.axes[0]
    x, y, z = (float(value) for value in np.array(TARGET) - distance * ray)
    return Camera((x, y, z), pitch, roll, fov, width, height)
