"""The angles of one body, in degrees against gravity or between body parts.

Everything is read from joints in the gravity frame (see `monitor.posture.gravity`): (33, 3) metres,
x to the camera's right, y up, z horizontal towards the camera.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from monitor.posture.model import Angle, Floats, Landmark, Pose

SEEN = 0.5
"""A landmark counts as seen from this visibility: BlazePose trains it as a probability."""

HEAD_NEUTRAL_DEG = -3.0
"""Elevation, when looking level, of the line from the ears to the point midway between eyes and
nose. With the Frankfurt plane (ear canal to lower rim of the orbit) level, the eyes' outer corners
lie about 8° above the line from the ear and the tip of the nose about 13° below it; the middle of
the two is steadier than either, since BlazePose errs on both in the same way."""

FACE_HIDDEN_DEG = 115.0
"""Turned further than this from the camera, a face is a guess: its landmarks then lie some 35° too
high and are still called visible. 25° past a side view, as unsure as the hips' direction is."""

UP = np.array([0.0, 1.0, 0.0])
TO_CAMERA = np.array([0.0, 0.0, 1.0])
SHOULDERS = (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER)
HIPS = (Landmark.LEFT_HIP, Landmark.RIGHT_HIP)
EARS = (Landmark.LEFT_EAR, Landmark.RIGHT_EAR)
EYES = (Landmark.LEFT_EYE, Landmark.RIGHT_EYE)
LEFT_LIMBS = (
    Landmark.LEFT_SHOULDER,
    Landmark.LEFT_ELBOW,
    Landmark.LEFT_WRIST,
    Landmark.LEFT_HIP,
    Landmark.LEFT_KNEE,
    Landmark.LEFT_ANKLE,
)
"""The right one of each has the next number."""


def visible(pose: Pose, *landmarks: int) -> bool:
    """Whether all these landmarks are seen."""
    return all(pose.landmarks.item(mark, 3) >= SEEN for mark in landmarks)


def pair_visible(pose: Pose, pair: tuple[int, int]) -> bool:
    """Whether the middle of a left and a right landmark can be told: in a side view the far one
    hides behind the near one, so the two are asked together."""
    return bool(pose.landmarks[pair[0], 3] + pose.landmarks[pair[1], 3] >= 2 * SEEN)


def cross(a: Floats, b: Floats) -> Floats:
    """The product of two vectors that stands square on both: NumPy's own takes ten times as long
    for a single pair."""
    (x, y, z), (u, v, w) = a.tolist(), b.tolist()
    return np.array([y * w - z * v, z * u - x * w, x * v - y * u])


def angle_between_deg(a: Floats, b: Floats) -> float:
    """The angle between two vectors, 0..180; 0 when one of them has no length."""
    (ax, ay, az), (bx, by, bz) = a.tolist(), b.tolist()
    across = math.hypot(ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx)
    return math.degrees(math.atan2(across, ax * bx + ay * by + az * bz))


def inclination_deg(v: Floats) -> float:
    """How far a vector is off the vertical, 0 (up) .. 180 (down)."""
    return angle_between_deg(v, UP)


def middle(joints: Floats, pair: tuple[int, int]) -> Floats:
    return np.asarray((joints[pair[0]] + joints[pair[1]]) / 2)


def _across(joints: Floats, pair: tuple[int, int]) -> Floats:
    """From the person's left to their right."""
    return np.asarray(joints[pair[1]] - joints[pair[0]])


def _unit(v: Floats) -> Floats:
    length = math.hypot(*v.tolist())
    return v / length if length > 0 else v


def trunk(joints: Floats) -> Floats:
    """The vector from the middle of the hips to the middle of the shoulders, metres."""
    return middle(joints, SHOULDERS) - middle(joints, HIPS)


def forward(joints: Floats) -> Floats:
    """The horizontal direction the hips face (not normalised)."""
    return cross(UP, _across(joints, HIPS))


def facing(joints: Floats) -> Floats:
    """The horizontal unit vector the body faces: the mean of hips and shoulders, each as surely as
    the other; towards the camera when neither tells."""
    lines = (cross(UP, _across(joints, pair)) for pair in (HIPS, SHOULDERS))
    ahead = sum((_unit(line) for line in lines), np.zeros(3))
    return _unit(ahead) if math.hypot(*ahead.tolist()) > 1e-6 else TO_CAMERA


def trunk_flexion(joints: Floats) -> float:
    """Inclination of the trunk from vertical, negative when it leans backward (ISO 11226)."""
    v = trunk(joints)
    side = -1.0 if v @ forward(joints) < 0 else 1.0
    return side * inclination_deg(v)


def trunk_side_bend(joints: Floats) -> float:
    """Lean of the trunk along the line across the hips: positive to the person's right."""
    across = _unit(trunk(joints)) @ _unit(_across(joints, HIPS))
    return float(np.degrees(np.arcsin(np.clip(across, -1.0, 1.0))))


def trunk_twist(joints: Floats) -> float:
    """Turn of the shoulders against the hips about the trunk: positive to the person's left."""
    axis = _unit(trunk(joints))
    hips, shoulders = (
        line - (line @ axis) * axis for line in (_across(joints, HIPS), _across(joints, SHOULDERS))
    )
    return float(np.degrees(np.arctan2(cross(hips, shoulders) @ axis, hips @ shoulders)))


def head_inclination(joints: Floats) -> float:
    """How far the face points below where it points when the person looks level: 0 level,
    positive looking down. The face is the point midway between eyes and nose, from the ears."""
    gaze = (joints[Landmark.NOSE] + middle(joints, EYES)) / 2 - middle(joints, EARS)
    return HEAD_NEUTRAL_DEG - (90.0 - inclination_deg(gaze))


def faces_away(joints: Floats) -> bool:
    """Whether the hips are turned so far from the camera that the face cannot be seen."""
    return bool(angle_between_deg(forward(joints), TO_CAMERA) > FACE_HIDDEN_DEG)


def neck_flexion(joints: Floats) -> float:
    """Head inclination minus trunk inclination (ISO 11226)."""
    return head_inclination(joints) - trunk_flexion(joints)


def upper_arm_elevation(joints: Floats, shoulder: int, elbow: int) -> float:
    """Upper arm against gravity: 0 hanging, 90 level, 180 overhead."""
    return angle_between_deg(joints[elbow] - joints[shoulder], -UP)


def upper_arm_to_trunk(joints: Floats, shoulder: int, elbow: int) -> float:
    """Upper arm against the trunk, as RULA and REBA use it: 0 along the trunk."""
    return angle_between_deg(joints[elbow] - joints[shoulder], -trunk(joints))


def flexion(joints: Floats, above: int, joint: int, below: int) -> float:
    """How far a joint is bent: 0 straight."""
    return angle_between_deg(joints[joint] - joints[above], joints[below] - joints[joint])


def measure_angles(pose: Pose, joints: Floats) -> dict[str, Angle | None]:
    """Every angle of `ANGLES` as the joints have it, without bands; `None` where a joint it needs
    is not seen.

    joints: the pose's world landmarks in the gravity frame, (33, 3) metres.
    """
    found = measure_middle(pose, joints)
    for side, first in (("left", 0), ("right", 1)):
        found |= _measure_limbs(pose, joints, side, [first + mark for mark in LEFT_LIMBS])
    return found


def measure_middle(pose: Pose, joints: Floats) -> dict[str, Angle | None]:
    """The same of trunk and head alone."""
    trunk_seen = pair_visible(pose, SHOULDERS) and pair_visible(pose, HIPS)
    turned = measure_turned(pose, joints)
    head_seen = turned["head_inclination"] is not None
    readings: dict[str, float | None] = {
        "trunk_flexion": trunk_flexion(joints) if trunk_seen else None,
        "trunk_side_bend": trunk_side_bend(joints) if trunk_seen else None,
        "neck_flexion": neck_flexion(joints) if head_seen and trunk_seen else None,
    }
    return turned | _without_bands(readings)


def measure_turned(pose: Pose, joints: Floats) -> dict[str, Angle | None]:
    """The same of the trunk's twist and the head's inclination alone."""
    face_seen = visible(pose, Landmark.NOSE) and pair_visible(pose, EARS)
    head_seen = face_seen and not faces_away(joints)
    readings: dict[str, float | None] = {
        "trunk_twist": trunk_twist(joints) if visible(pose, *SHOULDERS, *HIPS) else None,
        "head_inclination": head_inclination(joints) if head_seen else None,
    }
    return _without_bands(readings)


def _measure_limbs(
    pose: Pose, joints: Floats, side: str, marks: Sequence[int]
) -> dict[str, Angle | None]:
    shoulder, elbow, wrist, hip, knee, ankle = marks
    arm = (joints, shoulder, elbow)
    arm_seen = visible(pose, shoulder, elbow)
    trunk_seen = pair_visible(pose, SHOULDERS) and pair_visible(pose, HIPS)
    forearm_seen, leg_seen = arm_seen and visible(pose, wrist), visible(pose, hip, knee, ankle)
    readings = {
        "upper_arm_elevation": upper_arm_elevation(*arm) if arm_seen else None,
        "upper_arm_to_trunk": upper_arm_to_trunk(*arm) if arm_seen and trunk_seen else None,
        "elbow_flexion": flexion(*arm, wrist) if forearm_seen else None,
        "knee_flexion": flexion(joints, hip, knee, ankle) if leg_seen else None,
    }
    return _without_bands({f"{side}_{name}": deg for name, deg in readings.items()})


def _without_bands(readings: Mapping[str, float | None]) -> dict[str, Angle | None]:
    return {name: None if deg is None else Angle(deg) for name, deg in readings.items()}
