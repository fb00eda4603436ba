"""How one person was seen in one look: from where, how large, and what of them is known."""

import math
from collections.abc import Mapping

import numpy as np

from monitor.posture.angles import HIPS, SEEN, angle_between_deg, facing
from monitor.posture.body import px_per_m
from monitor.posture.gravity import camera_to_gravity, rays_to_camera
from monitor.posture.landmarks import View
from monitor.posture.model import Angle, Floats, Landmark, Person, Pose
from monitor.posture.rules import MEASURES

STEEP_DEG = 45.0
"""Looked at from higher than this, angles have not been measured against truth."""

STATURE_M = 1.7

PARTS: Mapping[str, tuple[Landmark, ...]] = {
    "heads": (Landmark.NOSE, Landmark.LEFT_EAR, Landmark.RIGHT_EAR),
    "elbows": (Landmark.LEFT_ELBOW, Landmark.RIGHT_ELBOW),
    "hands": (Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST),
    "hips": HIPS,
    "feet": (Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE),
}
"""Parts of a body; one is seen when any of its landmarks is."""


def sighting(person: Person, view: View) -> dict[str, float]:
    """What one look at one person adds to the sums of a `Coach`, each second of it.

    seen: 1. octaves: logarithm to base 2 of their height in pixels, as if they stood. front, side,
    behind or above: 1 for the direction they are seen from; down: degrees from above. unseen.PART
    and outside.PART: 1 when none of a part is seen, and when it lies beyond the picture's edge.
    known.MEASURE, and of those with a band banded.MEASURE: 1; width.MEASURE: degrees.
    """
    return {
        "seen": 1.0,
        "octaves": math.log2(STATURE_M * px_per_m(person.pose)),
        **_direction(person, view),
        **_parts(person.pose, view),
        **{
            key: amount
            for name, measure in MEASURES.items()
            if (angle := measure.read(person)) is not None
            for key, amount in _known(name, angle).items()
        },
    }


def _known(measure: str, angle: Angle) -> dict[str, float]:
    if angle.low is None or angle.high is None:
        return {f"known.{measure}": 1.0}
    return {
        f"known.{measure}": 1.0,
        f"banded.{measure}": 1.0,
        f"width.{measure}": angle.high - angle.low,
    }


def _direction(person: Person, view: View) -> dict[str, float]:
    """From where a person is seen: above, or else front, side or behind; down: degrees."""
    back = _to_camera(person.pose, view)
    down = math.degrees(math.asin(np.clip(back[1], -1.0, 1.0)))
    turned = angle_between_deg(facing(person.gravity), back * (1.0, 0.0, 1.0))
    side = "front" if turned < 45.0 else "behind" if turned > 135.0 else "side"
    return {"above" if down > STEEP_DEG else side: 1.0, "down": down}


def _to_camera(pose: Pose, view: View) -> Floats:
    """(3,) the unit vector from the hips to the camera, gravity frame."""
    hips = pose.landmarks[list(HIPS), :2].mean(axis=0)
    (ray,) = rays_to_camera(hips[None], view.width, view.height, view.calibration.fov_deg)
    return np.asarray(camera_to_gravity(view.calibration) @ ray[:, 2])


def _parts(pose: Pose, view: View) -> dict[str, float]:
    """What of the body is not seen, and what of that lies beyond the picture's edge."""
    x, y = pose.landmarks[:, 0], pose.landmarks[:, 1]
    inside = (x >= 0) & (x < view.width) & (y >= 0) & (y < view.height)
    seen = inside & (pose.landmarks[:, 3] >= SEEN)
    found = {}
    for part, marks in PARTS.items():
        if not seen[list(marks)].any():
            found[f"unseen.{part}"] = 1.0
            found[f"outside.{part}"] = float(not inside[list(marks)].any())
    return found
