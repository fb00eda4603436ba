"""Where down is for one camera, learnt from people who stand and walk.

An upright person is a plumb line. Every look at one gives a line from the feet to the head, and how
long it seems where it stands. All these lines stand on one floor and point one way, which fits one
pitch, roll and height of the camera only (Lv, Zhao & Nevatia 2006, self-calibration of a camera
from video of a walking human), and a field of view, but less surely. Somebody who keeps to one spot
does not settle it; then the world landmarks, which tell roughly how a body stands against the ray
to it, decide.

What the lines alone leave open, how steep a narrow view or how flat a wide one, is settled by how
bodies are turned: the upright against their rays, and walkers, who face the way they go, from one
side of the picture to the other.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace

import numpy as np

from monitor.posture.angles import EARS, HIPS, SHOULDERS, angle_between_deg, pair_visible
from monitor.posture.body import trunk_px
from monitor.posture.gravity import Calibration, camera_to_gravity, rays_to_camera
from monitor.posture.model import Floats, Landmark, Pose

KNEES = (Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE)
ANKLES = (Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE)
FEET = (
    Landmark.LEFT_HEEL,
    Landmark.RIGHT_HEEL,
    Landmark.LEFT_FOOT_INDEX,
    Landmark.RIGHT_FOOT_INDEX,
)
"""Their middle is below who stands: the ankles are some 5 cm behind it."""

STRAIGHT_DEG = 25.0
"""Knees and hips bent by less are straight: a walking leg on the ground, with the model's error."""

MOVED = 0.4
"""Trunk lengths (0.2 m) somebody's feet must have gone before they are taken for upright again: who
walks is, who only is straight may be lying or on the way up."""

WAY, WAY_S = 1.5, 1.5
"""Trunk lengths (0.75 m) that tell which way somebody goes, within so many seconds: a foot in the
air, taken for one on the floor, turns it by some 10°."""

AGAIN_S = 60.0
"""Whoever stays at one spot counts again after so long."""

PLACES = 8
"""Cells along each side of the picture: looks at one place say the same again."""

KEPT = 12
"""Looks kept at each place; older ones are forgotten."""

LEAST_LOOKS = 6
"""Fewer looks settle nothing."""

ACROSS, ALONG = 0.035, 0.09
"""Spread of the head about where it should be, in lengths from feet to ears: people lean by 2°;
their statures differ by 5 %, gait lowers heads by 3 %, and it is the same few people, each with
their stature, who come again and again."""

MOST = 24
"""So many looks say as much as more: BlazePose errs in the same way wherever people do the same."""

AHEAD = (0.04, 0.04)
"""How far the ears are ahead of the middle of the feet, in the same unit: 6 cm, and as much more or
less in walking."""

FLAT, LEANING = 0.63, np.radians(5.5)
"""BlazePose guesses towards what is usual: of how far an upright body leans towards a camera that
looks down on it, it gives this share, and so much more (drawn camera: 5, 14, 24, 30 and 33° for 0,
15, 29, 37 and 44°, within 4° over scenes and builds, whichever way the body faces)."""

WORLD_SPREAD = 0.08
"""Of the tilt that the world landmarks give to bodies once that is undone (5°), the same for all
looks of a camera, so that many of them say no more than one."""

TURNED = 0.3
"""Spread of the way a walker faces against the way they go (17°): 10° from look to look, and 5°
that all who go one way have in common."""

USUAL_DEG, LENSES = 73.0, 0.35
"""An unknown field of view, and the spread of the logarithm of the focal length about it: 55° to
93° in two of three. Cameras for rooms and halls are sold with lenses of 2.8 to 6 mm for a 1/3″
sensor: 100° to 50°."""

KNOWN = 1e-3
"""The same of a known one."""

NEVER_FARTHER = 0.02
"""Slope of the flattest ray that still meets the floor: at fifty times the camera's height."""

LEVEL_DEG = 3.0
"""Cameras are put up with a level horizon, within this."""

HEIGHTS = (1.7, 0.7)
"""Camera height in lengths from feet to ears: 2.7 m; half or twice that in two of three (of the
logarithm)."""

STARTS_DEG = (0.0, 25.0, 50.0)
"""Pitches from which a fit starts; the likeliest end is taken."""

REFIT_S = 60.0
"""How often a fit is made while there are new looks."""

STEPS = 30
"""Most steps to the best fit; eight are usual."""

ENOUGH = 1e-3
"""A step that makes a fit less likely or more by so little ends it."""


@dataclass(frozen=True, slots=True)
class Look:
    """One upright body. feet, head, hips: (2,) pixels. up, right: (3,) unit vectors along the body
    and to its right, in the frame of the ray (x right, y up, z backwards). way: (2,) pixels its
    feet have gone just before; 0 when it goes nowhere."""

    feet: Floats
    head: Floats
    hips: Floats
    up: Floats
    right: Floats
    way: Floats


LOOK_PARTS = (2, 4, 6, 9, 12)
LOOK = 14
"""Numbers of a look, and where its parts begin."""


class Vertical:
    """Where down is for one camera now: as given, or learnt from the people it sees.

    calibration: to judge by. looks: how many it was learnt from, 0 when it was given. size: of the
    pictures they were seen in. revision: rises whenever something was learnt or forgotten.
    """

    def __init__(self, given: Calibration, *, fov_known: bool = False) -> None:
        """given: from the settings, or what is assumed until more is known (`origin`).
        fov_known: its field of view is from the settings."""
        self.calibration = self._given = given
        self.looks = 0
        self.size = (0, 0)
        self.revision = 0
        self._fov_deg = given.fov_deg if fov_known else None
        self._places: dict[tuple[int, int], deque[Look]] = {}
        self._last: dict[int, tuple[float, Floats]] = {}
        self._walks: dict[int, list[tuple[float, Floats]]] = {}
        self._new = 0
        self._fitted_t = float("-inf")
        self._fits: list[Fit] = []
        self._fitting: list[Look] = []

    def see(self, t: float, slot: int, pose: Pose, size: tuple[int, int]) -> None:
        """Take in a look at somebody believed; all but the upright who move are passed over.

        size: of the picture, width and height in pixels.
        """
        if self._given.origin != "assumed":
            return
        if size != self.size:
            self._clear(size)
        way = self._way(t, slot, pose)
        if not (upright(pose) and self._is_new(t, slot, pose)):
            return
        look = _look(pose, way)
        if self._within(look.feet) and self._within(look.head):
            self._last[slot] = (t, look.feet)
            self._keep(look)

    def settle(self, t: float) -> None:
        """Learn from the looks, at once: three fits of some 20 ms, if they are due."""
        self.learn(t)
        while self._fits:
            self.learn(t)

    def learn(self, t: float) -> None:
        """The next fit to the looks, one a call: they are made anew once a minute when there are
        new looks, and the likeliest counts once all are made."""
        if not self._fits:
            looks = [look for place in self._places.values() for look in place]
            if not self._new or t - self._fitted_t < REFIT_S or len(looks) < LEAST_LOOKS:
                return
            self._fitted_t, self._new, self._fitting = t, 0, looks
        start = STARTS_DEG[len(self._fits)]
        self._fits.append(Fit(self._fitting, self.size, self._fov_deg, start))
        if len(self._fits) == len(STARTS_DEG):
            self._take(min(self._fits, key=lambda fit: fit.cost).calibration)
            self._fits, self._fitting = [], []

    def _take(self, learnt: Calibration) -> None:
        if learnt.sd_deg < self._given.sd_deg:
            self.calibration, self.looks = learnt, len(self._fitting)
            self.revision += 1

    def forget(self) -> None:
        """The camera was moved: all that was learnt is void."""
        self._clear(self.size)
        self.calibration, self.looks = self._given, 0
        self.revision += 1

    def kept(self) -> Floats:
        """(n, 12) the looks, for `restore`."""
        looks = [astuple(look) for place in self._places.values() for look in place]
        return np.array([np.concatenate(look) for look in looks]).reshape(-1, LOOK)

    def restore(self, kept: Floats, size: tuple[int, int]) -> None:
        """Go on from looks kept earlier. Raises ValueError when they are none."""
        if kept.ndim != 2 or kept.shape[1] != LOOK or not np.isfinite(kept).all() or min(size) < 1:
            raise ValueError(f"looks at upright people are (n, {LOOK}) numbers, not {kept.shape}")
        self._clear(size)
        for row in kept:
            self._keep(Look(*np.split(row, LOOK_PARTS)))

    def _clear(self, size: tuple[int, int]) -> None:
        self._places.clear()
        self._last.clear()
        self._walks.clear()
        self._fits.clear()
        self.size, self._new, self._fitted_t = size, 0, float("-inf")

    def _keep(self, look: Look) -> None:
        place = tuple(int(share * PLACES) for share in look.feet / self.size)
        self._places.setdefault((place[0], place[1]), deque(maxlen=KEPT)).append(look)
        self._new += 1

    def _within(self, point: Floats) -> bool:
        return bool(0 <= point[0] < self.size[0] and 0 <= point[1] < self.size[1])

    def _is_new(self, t: float, slot: int, pose: Pose) -> bool:
        self._last = {s: last for s, last in self._last.items() if t - last[0] < AGAIN_S}
        return slot not in self._last or _gone(self._last[slot][1], pose) > MOVED

    def _way(self, t: float, slot: int, pose: Pose) -> Floats:
        """(2,) pixels that the feet have gone within the last `WAY_S`, 0 when hardly any."""
        self._walks = {s: walk for s, walk in self._walks.items() if t - walk[-1][0] < WAY_S}
        walk = [step for step in self._walks.get(slot, ()) if t - step[0] <= WAY_S]
        self._walks[slot] = [*walk, (t, _feet(pose))]
        start = self._walks[slot][0][1]
        return _feet(pose) - start if _gone(start, pose) > WAY else np.zeros(2)


def upright(pose: Pose) -> bool:
    """Whether the body is straight from ankles to shoulders, wherever down is."""
    pairs = (SHOULDERS, HIPS, KNEES, ANKLES)
    if not all(pair_visible(pose, pair) for pair in (*pairs, EARS)):
        return False
    shoulders, hips, knees, ankles = (pose.world[list(pair)].mean(axis=0) for pair in pairs)
    hip = angle_between_deg(shoulders - hips, hips - knees)
    knee = angle_between_deg(hips - knees, knees - ankles)
    return max(hip, knee) < STRAIGHT_DEG


def _feet(pose: Pose) -> Floats:
    """(2,) pixels."""
    return np.asarray(pose.landmarks[list(FEET), :2].mean(axis=0))


def _gone(feet: Floats, pose: Pose) -> float:
    """How far from there its feet are now, in trunk lengths."""
    return float(np.linalg.norm(_feet(pose) - feet)) / trunk_px(pose)


def _look(pose: Pose, way: Floats) -> Look:
    head, hips = (pose.landmarks[list(m), :2].mean(axis=0) for m in (EARS, HIPS))
    world = pose.world * (1.0, -1.0, -1.0)
    up = world[list(SHOULDERS)].mean(axis=0) - world[list(FEET)].mean(axis=0)
    across = [_unit(world[right] - world[left]) for left, right in (HIPS, SHOULDERS)]
    return Look(_feet(pose), head, hips, _unflattened(up), _unit(np.sum(across, axis=0)), way)


def _unflattened(up: Floats) -> Floats:
    """(3,) unit vector along a body as it truly leans towards the camera."""
    x, y, z = up / np.linalg.norm(up)
    lean, length = (np.arctan2(z, y) - LEANING) / FLAT, np.hypot(y, z)
    return np.array([x, length * np.cos(lean), length * np.sin(lean)])


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


class Fit:
    """The likeliest camera by looks, found from one start (Levenberg–Marquardt).

    values: pitch and roll in radians; logarithms of the camera's height over the floor in lengths
    from feet to ears, and of the focal length in longer sides of the picture; how far ears are
    ahead of feet, in those lengths. cost: twice the negative logarithm of their likelihood. Where
    heads are is taken as Cauchy distributed, since some looks are at benders or upside down.
    """

    def __init__(
        self,
        looks: Sequence[Look],
        size: tuple[int, int],
        fov_deg: float | None,
        start_deg: float,
    ) -> None:
        self._size, self._middle = size, np.array(size) / 2
        self._feet, self._head, self._hips, self._up, self._right, self._way = (
            np.array([getattr(look, field.name) for look in looks]) for field in fields(Look)
        )
        self._walk = self._way.any(axis=1)
        self._weight = min(1.0, MOST / len(looks))
        focal = np.log(_focal(USUAL_DEG if fov_deg is None else fov_deg))
        self._expected = np.array([0.0, 0.0, np.log(HEIGHTS[0]), focal, AHEAD[0]])
        lens = LENSES if fov_deg is None else KNOWN
        self._spread = np.array([np.inf, np.radians(LEVEL_DEG), HEIGHTS[1], lens, AHEAD[1]])
        self.values = self._expected + np.eye(5)[0] * np.radians(start_deg)
        self.cost = self._cost(self.values)
        self._descend()

    @property
    def calibration(self) -> Calibration:
        slopes, _ = self._slopes()
        covariance = np.linalg.inv(slopes.T @ slopes)
        sd_deg = float(np.degrees(np.sqrt(covariance[0, 0])))
        return replace(self._calibration(self.values), sd_deg=sd_deg)

    def _descend(self) -> None:
        damping = 1e-2
        for _ in range(STEPS):
            before = self.cost
            slopes, errors = self._slopes()
            normal, gradient = slopes.T @ slopes, slopes.T @ errors
            while self.cost == before and damping < 1e6:
                damped = normal + damping * np.diag(np.diag(normal))
                values = self.values - np.linalg.solve(damped, gradient)
                cost = self._cost(values)
                if cost < before:
                    self.values, self.cost = values, cost
                damping = damping / 10 if cost < before else damping * 4
            if before - self.cost < ENOUGH:
                return

    def _cost(self, values: Floats) -> float:
        heads, turns, rest = self._errors(values)
        strays = np.log1p((heads**2).sum(axis=1)).sum() + np.log1p(turns**2).sum()
        return float(self._weight * strays + rest @ rest)

    def _slopes(self) -> tuple[Floats, Floats]:
        """The derivative of the errors by the values, and the errors; the farther a head is from
        where it should be, or a walker from facing their way, the less it weighs."""
        heads, turns, _ = self._errors(self.values)
        head = np.sqrt(self._weight / (1 + (heads**2).sum(axis=1, keepdims=True)))
        turn = np.sqrt(self._weight / (1 + turns**2))

        def errors(values: Floats) -> Floats:
            heads, turns, rest = self._errors(values)
            return np.concatenate([(head * heads).ravel(), turn * turns, rest])

        step = 1e-5
        here = errors(self.values)
        moved = [errors(self.values + each) for each in np.eye(len(self.values)) * step]
        return np.column_stack([(one - here) / step for one in moved]), here

    def _errors(self, values: Floats) -> tuple[Floats, Floats, Floats]:
        return self._heads(values), self._turns(values), self._rest(values)

    def _heads(self, values: Floats) -> Floats:
        """(n, 2) how far each head is across and along its body from where it should be."""
        turn, focal = camera_to_gravity(self._calibration(values)), self._focal(values)
        standing = self._floor(values, self._feet)
        x, y, z = ((standing + (0, 1, 0) + values[4] * self._facing(values)) @ turn).T
        seen = np.column_stack([x, -y]) / np.maximum(-z, 0.05)[:, None] * focal + self._middle
        body = self._head - self._feet
        along = body / (body**2).sum(axis=1, keepdims=True)
        off = seen - self._head
        across = off[:, 0] * along[:, 1] - off[:, 1] * along[:, 0]
        return np.column_stack([across / ACROSS, (off * along).sum(axis=1) / ALONG])

    def _turns(self, values: Floats) -> Floats:
        """(k,) how far walkers face from the way they go."""
        feet, way = self._feet[self._walk], self._way[self._walk]
        x, _, z = (self._floor(values, feet) - self._floor(values, feet - way)).T
        u, _, w = self._facing(values)[self._walk].T
        return np.asarray(np.arctan2(z * u - x * w, x * u + z * w) / TURNED)

    def _floor(self, values: Floats, pixels: Floats) -> Floats:
        """(n, 3) where pixels are on the floor, from the camera in lengths from feet to ears."""
        ahead = (pixels - self._middle) / self._focal(values) * (1, -1)
        down = np.column_stack([ahead, -np.ones(len(ahead))])
        down = down @ camera_to_gravity(self._calibration(values)).T
        return np.asarray(down * (np.exp(values[2]) / np.maximum(-down[:, 1:2], NEVER_FARTHER)))

    def _facing(self, values: Floats) -> Floats:
        """(n, 3) horizontal unit vectors."""
        x, _, z = self._gravity(values, self._right).T
        return _unit(np.column_stack([z, np.zeros(len(x)), -x]))

    def _focal(self, values: Floats) -> float:
        """Pixels."""
        return float(np.exp(values[3])) * max(self._size)

    def _rest(self, values: Floats) -> Floats:
        """How far the values are from what was expected, and bodies from upright by their world
        landmarks."""
        tilt = np.median(self._gravity(values, self._up)[:, [0, 2]], axis=0) / WORLD_SPREAD
        return np.concatenate([(values - self._expected) / self._spread, tilt])

    def _gravity(self, values: Floats, vectors: Floats) -> Floats:
        """(n, 3) vectors in the frames of the rays, turned into gravity's."""
        calibration = self._calibration(values)
        rays = rays_to_camera(self._hips, *self._size, calibration.fov_deg)
        turn = camera_to_gravity(calibration)
        return np.asarray(np.einsum("ij,njk,nk->ni", turn, rays, vectors))

    def _calibration(self, values: Floats) -> Calibration:
        pitch, roll = np.degrees(values[:2])
        fov = 2 * np.degrees(np.arctan(0.5 / np.exp(values[3])))
        return Calibration(float(pitch), float(roll), float(fov), "learnt")


def _focal(fov_deg: float) -> float:
    """In longer sides of the picture."""
    return float(0.5 / np.tan(np.radians(fov_deg) / 2))
