"""The figure: proportions, a posture in degrees, and the joints and angles that follow from it.

Body frame: x to the person's left, y up, z forward, metres. A figure with heading 0 faces the
camera, so its body frame is then the gravity frame of `Truth`.
"""

from dataclasses import dataclass, fields, replace

import numpy as np

from monitor.posture.model import Floats, Landmark

L = Landmark
UP = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True, slots=True)
class Build:
    """stature: metres. The rest against the average: girth is the thickness of limbs and trunk;
    trunk, legs and head are lengths, shoulders and hips breadths.

    stature is that of the average proportions: long legs make the figure taller than that.
    """

    stature: float
    girth: float = 1.0
    trunk: float = 1.0
    legs: float = 1.0
    shoulders: float = 1.0
    hips: float = 1.0
    head: float = 1.0


BUILDS = {
    "average": Build(1.75),
    "short": Build(1.58, 0.97),
    "tall": Build(1.92),
    "stout": Build(1.72, 1.28),
    "long-legged": Build(1.70, 0.9, trunk=0.95, legs=1.05, shoulders=0.9, hips=1.1, head=0.95),
    "long-backed": Build(1.70, 1.1, trunk=1.06, legs=0.94, shoulders=1.1, hips=0.95, head=1.06),
}

# Fractions of stature: Drillis & Contini, Body Segment Parameters (1966), as printed in Winter,
# Biomechanics and Motor Control of Human Movement, fig. 4.1. Shoulder and hip centres lie inside
# the breadths given there (0.259 and 0.191), where BlazePose marks them.
ANKLE_HEIGHT, SHANK, THIGH = 0.039, 0.246, 0.245
TRUNK, UPPER_ARM, FOREARM, HAND = 0.288, 0.186, 0.146, 0.108
HALF_SHOULDERS, HALF_HIPS = 0.112, 0.060
NECK_PIVOT, HEAD_CENTRE = 0.030, 0.082
HEEL, TOES = 0.026, 0.100

# Fractions of stature from the middle of the head: its surface points, as BlazePose names them.
FACE = {
    L.NOSE: (0.0, -0.012, 0.064),
    L.LEFT_EYE_INNER: (0.009, 0.006, 0.052),
    L.LEFT_EYE: (0.018, 0.006, 0.050),
    L.LEFT_EYE_OUTER: (0.026, 0.006, 0.045),
    L.RIGHT_EYE_INNER: (-0.009, 0.006, 0.052),
    L.RIGHT_EYE: (-0.018, 0.006, 0.050),
    L.RIGHT_EYE_OUTER: (-0.026, 0.006, 0.045),
    L.LEFT_EAR: (0.043, -0.004, -0.002),
    L.RIGHT_EAR: (-0.043, -0.004, -0.002),
    L.MOUTH_LEFT: (0.014, -0.038, 0.048),
    L.MOUTH_RIGHT: (-0.014, -0.038, 0.048),
}

# Fractions of stature from the wrist of the left arm hanging, thumb forward.
KNUCKLES = {
    L.LEFT_PINKY: (0.0, -0.048, -0.018),
    L.LEFT_INDEX: (0.0, -0.052, 0.014),
    L.LEFT_THUMB: (-0.006, -0.032, 0.026),
}


@dataclass(frozen=True, slots=True)
class Posture:
    """A posture in degrees; all zero is standing upright with the arms hanging.

    trunk, side_bend (to the right), twist (shoulders to the left), neck (head against trunk,
    down positive), turn (head to the left).
    arm: elevation against the trunk, in a plane `plane` degrees outward of straight ahead;
    elbow: flexion. thigh: forward of the body's axis, splay: outward, knee: flexion, foot: toes
    down against the sole's plane.
    tilt (forward) and roll (to the right) turn the body as a whole: 0 standing.
    """

    trunk: float = 0.0
    side_bend: float = 0.0
    twist: float = 0.0
    neck: float = 0.0
    turn: float = 0.0
    left_arm: float = 0.0
    right_arm: float = 0.0
    left_plane: float = 0.0
    right_plane: float = 0.0
    left_elbow: float = 0.0
    right_elbow: float = 0.0
    left_thigh: float = 0.0
    right_thigh: float = 0.0
    left_splay: float = 0.0
    right_splay: float = 0.0
    left_knee: float = 0.0
    right_knee: float = 0.0
    left_foot: float = 0.0
    right_foot: float = 0.0
    tilt: float = 0.0
    roll: float = 0.0

    def vector(self) -> Floats:
        return np.array([getattr(self, name) for name in NAMES])

    def plus(self, **degrees: float) -> "Posture":
        """The same with the named angles added."""
        return replace(self, **{name: getattr(self, name) + by for name, by in degrees.items()})

    def mirrored(self) -> "Posture":
        """Left and right exchanged."""
        swap = {"left": "right", "right": "left"}
        values = {}
        for name in NAMES:
            side, _, rest = name.partition("_")
            values[f"{swap[side]}_{rest}" if side in swap else name] = getattr(self, name)
        return replace(
            Posture(**values),
            **{name: -getattr(self, name) for name in ("side_bend", "twist", "turn", "roll")},
        )


NAMES = tuple(field.name for field in fields(Posture))


def both(**degrees: float) -> dict[str, float]:
    """`both(knee=90)` → the same angle for left and right."""
    return {f"{side}_{name}": by for name, by in degrees.items() for side in ("left", "right")}


def mixed(first: Posture, second: Posture, share: float) -> Posture:
    """Between two postures: `share` 0 is the first, 1 the second."""
    start = first.vector()
    blend = start + (second.vector() - start) * share
    return Posture(*(float(value) for value in blend))


def about_x(deg: float) -> Floats:
    """Turns forward: up goes to the front."""
    c, s = np.cos(np.radians(deg)), np.sin(np.radians(deg))
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])


def about_y(deg: float) -> Floats:
    """Turns to the left: front goes to the left."""
    c, s = np.cos(np.radians(deg)), np.sin(np.radians(deg))
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def about_z(deg: float) -> Floats:
    """Leans to the right: up goes to the right."""
    c, s = np.cos(np.radians(deg)), np.sin(np.radians(deg))
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """A figure put into the hall.

    joints: (33, 3) metres in the hall. The rest are rotations (3, 3) of its parts, columns left,
    up and forward: pelvis (all of the body but what bends), trunk, head; `limbs` by the landmark
    where the segment begins (for hands the wrist, for feet the ankle).
    """

    joints: Floats
    build: Build
    pelvis: Floats
    trunk: Floats
    head: Floats
    head_centre: Floats
    limbs: dict[Landmark, Floats]

    @property
    def hips(self) -> Floats:
        """Between the hip joints."""
        return middle(self.joints, L.LEFT_HIP, L.RIGHT_HIP)

    @property
    def shoulders(self) -> Floats:
        return middle(self.joints, L.LEFT_SHOULDER, L.RIGHT_SHOULDER)


def middle(joints: Floats, one: Landmark, other: Landmark) -> Floats:
    return np.asarray((joints[one] + joints[other]) / 2)


def stand_up(
    posture: Posture,
    build: Build = BUILDS["average"],
    place: tuple[float, float] = (0.0, 0.0),
    heading: float = 0.0,
) -> Body:
    """Put a figure on the floor: its lowest point touches it, its ankles' middle is at `place`.

    place: x and z in the hall, metres. heading: degrees turned to the figure's left.
    """
    body = _hung(posture, build, heading)
    ankles = middle(body.joints, L.LEFT_ANKLE, L.RIGHT_ANKLE)
    shift = np.array([place[0] - ankles[0], -lowest(body), place[1] - ankles[2]])
    return replace(body, joints=body.joints + shift, head_centre=body.head_centre + shift)


def lowest(body: Body) -> float:
    """Height of the lowest point of the body's surface, metres."""
    thickness = np.full(33, 0.0)
    for joints, radius in SURFACE:
        thickness[list(joints)] = radius
    return float(np.min(body.joints[:, 1] - thickness * body.build.stature * body.build.girth))


SURFACE: tuple[tuple[tuple[Landmark, ...], float], ...] = (
    ((L.LEFT_SHOULDER, L.RIGHT_SHOULDER), 0.050),
    ((L.LEFT_HIP, L.RIGHT_HIP), 0.056),
    ((L.LEFT_ELBOW, L.RIGHT_ELBOW), 0.025),
    ((L.LEFT_WRIST, L.RIGHT_WRIST), 0.018),
    ((L.LEFT_KNEE, L.RIGHT_KNEE), 0.034),
    ((L.NOSE,), 0.0),
    ((L.LEFT_EAR, L.RIGHT_EAR), 0.040),
)
"""How far the skin lies from a joint, in fractions of stature; 0 where not named (heel, toes)."""


def _hung(posture: Posture, build: Build, heading: float) -> Body:
    """The figure with its hips at the origin."""
    pelvis = about_y(heading) @ about_z(posture.roll) @ about_x(posture.tilt)
    trunk = pelvis @ about_x(posture.trunk) @ about_z(posture.side_bend) @ about_y(posture.twist)
    head = trunk @ about_y(posture.turn) @ about_x(posture.neck)
    joints = np.zeros((33, 3))
    chest = trunk @ (UP * TRUNK * build.trunk)
    skull = head * build.head
    centre = chest + trunk @ (UP * NECK_PIVOT) + skull @ np.array([0.0, HEAD_CENTRE, 0.008])
    for landmark, offset in FACE.items():
        joints[landmark] = centre + skull @ np.array(offset)
    limbs: dict[Landmark, Floats] = {}
    for side in (1, -1):
        arm, leg = _arm(posture, build, side, chest, trunk), _leg(posture, build, side, pelvis)
        for places, frames in (arm, leg):
            for landmark, place in places.items():
                joints[landmark] = place
            limbs.update(frames)
    return Body(
        joints=joints * build.stature,
        build=build,
        pelvis=pelvis,
        trunk=trunk,
        head=head,
        head_centre=centre * build.stature,
        limbs=limbs,
    )


Limb = tuple[dict[Landmark, Floats], dict[Landmark, Floats]]
"""Where its joints are, in fractions of stature, and how its segments are turned."""


def _arm(posture: Posture, build: Build, side: int, chest: Floats, trunk: Floats) -> Limb:
    """side: 1 for the left, -1 for the right; chest: between the shoulders."""
    name, off = ("left", 0) if side == 1 else ("right", 1)
    elevation, plane, flexion = (
        getattr(posture, f"{name}_{part}") for part in ("arm", "plane", "elbow")
    )
    outward = side * plane
    upper = trunk @ about_y(outward) @ about_x(-elevation) @ about_y(-outward)
    lower = upper @ about_x(-flexion)
    shoulder = chest + trunk @ np.array([side * HALF_SHOULDERS * build.shoulders, 0.0, 0.0])
    elbow = shoulder - upper @ (UP * UPPER_ARM)
    wrist = elbow - lower @ (UP * FOREARM)
    places = {L.LEFT_SHOULDER: shoulder, L.LEFT_ELBOW: elbow, L.LEFT_WRIST: wrist}
    for knuckle, (x, y, z) in KNUCKLES.items():
        places[knuckle] = wrist + lower @ np.array([side * x, y, z])
    return _on_side(off, places, {L.LEFT_SHOULDER: upper, L.LEFT_ELBOW: lower, L.LEFT_WRIST: lower})


def _leg(posture: Posture, build: Build, side: int, pelvis: Floats) -> Limb:
    """side: 1 for the left, -1 for the right."""
    name, off = ("left", 0) if side == 1 else ("right", 1)
    forward, splay, flexion, foot = (
        getattr(posture, f"{name}_{part}") for part in ("thigh", "splay", "knee", "foot")
    )
    outward = about_y(side * splay) @ about_z(side * (2.0 + 0.3 * splay))
    thigh = pelvis @ outward @ about_x(-forward)
    shank = thigh @ about_x(flexion)
    sole = pelvis @ about_y(side * (8.0 + splay)) @ about_x(foot)
    hip = pelvis @ np.array([side * HALF_HIPS * build.hips, 0.0, 0.0])
    knee = hip - thigh @ (UP * THIGH * build.legs)
    ankle = knee - shank @ (UP * SHANK * build.legs)
    places = {
        L.LEFT_HIP: hip,
        L.LEFT_KNEE: knee,
        L.LEFT_ANKLE: ankle,
        L.LEFT_HEEL: ankle + sole @ np.array([0.0, -ANKLE_HEIGHT, -HEEL]),
        L.LEFT_FOOT_INDEX: ankle + sole @ np.array([0.0, -ANKLE_HEIGHT, TOES]),
    }
    return _on_side(off, places, {L.LEFT_HIP: thigh, L.LEFT_KNEE: shank, L.LEFT_ANKLE: sole})


def _on_side(off: int, places: dict[Landmark, Floats], frames: dict[Landmark, Floats]) -> Limb:
    """The same under the names of the side: 0 left, 1 right (each follows its left twin)."""
    return (
        {L(name + off): place for name, place in places.items()},
        {L(name + off): frame for name, frame in frames.items()},
    )


def angles(body: Body) -> dict[str, float]:
    """Every angle of `ANGLES` in degrees, from the joints and the head's direction.

    Side bend is the trunk's angle out of the plane square to the hip line, twist the angle from
    the hip line to the shoulder line about the trunk (Wu et al. 2002, ISB, use the same axes).
    """
    joints = body.joints
    left = _unit(joints[L.LEFT_HIP] - joints[L.RIGHT_HIP])
    trunk = _unit(body.shoulders - body.hips)
    flexion = _between(trunk, UP) * (1.0 if trunk @ np.cross(left, UP) >= -1e-9 else -1.0)
    head = float(np.degrees(np.arctan2(-body.head[1, 2], body.head[1, 1])))
    found = {
        "trunk_flexion": flexion,
        "trunk_side_bend": float(np.degrees(np.arcsin(np.clip(-(trunk @ left), -1.0, 1.0)))),
        "trunk_twist": _twist(left, joints[L.LEFT_SHOULDER] - joints[L.RIGHT_SHOULDER], trunk),
        "head_inclination": head,
        "neck_flexion": (head - flexion + 180.0) % 360.0 - 180.0,
    }
    for off, side in enumerate(("left", "right")):
        arm = _segment(joints, L.LEFT_SHOULDER + off, L.LEFT_ELBOW + off)
        forearm = _segment(joints, L.LEFT_ELBOW + off, L.LEFT_WRIST + off)
        thigh = _segment(joints, L.LEFT_HIP + off, L.LEFT_KNEE + off)
        shank = _segment(joints, L.LEFT_KNEE + off, L.LEFT_ANKLE + off)
        found[f"{side}_upper_arm_elevation"] = _between(arm, -UP)
        found[f"{side}_upper_arm_to_trunk"] = _between(arm, -trunk)
        found[f"{side}_elbow_flexion"] = _between(arm, forearm)
        found[f"{side}_knee_flexion"] = _between(thigh, shank)
    return found


def _segment(joints: Floats, start: int, end: int) -> Floats:
    return _unit(joints[end] - joints[start])


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / np.linalg.norm(vector))


def _between(one: Floats, other: Floats) -> float:
    """Degrees between two unit vectors; exact near 0 and 180 too."""
    return float(
        np.degrees(2 * np.arctan2(np.linalg.norm(one - other), np.linalg.norm(one + other)))
    )


def _twist(hips: Floats, shoulders: Floats, axis: Floats) -> float:
    """Degrees from the hip line to the shoulder line, about the trunk."""
    return float(
        np.degrees(np.arctan2(axis @ np.cross(hips, shoulders), _across(hips, shoulders, axis)))
    )


def _across(one: Floats, other: Floats, axis: Floats) -> float:
    """The product of the parts of two vectors that lie across an axis."""
    return float(one @ other - (one @ axis) * (other @ axis))
