"""A small software renderer: shaded quadrics and boxes, depth-tested, over a picture.

Every solid is a ball or an open cone in a space stretched along its own axes, so one quadratic
per pixel finds where a ray meets it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.capture.mannequin.camera import Camera
from monitor.posture.model import Floats, Image

Singles = NDArray[np.float32]
Indices = NDArray[np.intp]
Colour = tuple[int, int, int]
Window = tuple[int, int, int, int]
"""left, top, right, bottom in pixels; right and bottom are outside."""

LIGHT = np.array([-0.36, 0.76, 0.54])
"""Unit vector to the lamp: above, a little left of and behind the camera."""
AMBIENT, SKY, LAMP, FACING = 0.32, 0.16, 0.48, 0.22
"""Shares of the light: everywhere, from above, from the lamp, and for what faces the camera."""
FULL = 128
"""The shade, as stored, at which a colour is shown as it is."""
NEAR = 0.15
"""Metres: nothing closer to the camera is drawn."""


_ALL_ROUND = np.ones((3, 3), np.uint8)


class Band(NamedTuple):
    """Another colour where `low` ≤ |coordinate along `axis`| < `high` (metres, own axes)."""

    axis: int
    low: float
    high: float
    colour: Colour
    half: int = 0
    """1: only in front (forward of the middle), -1: only behind, 0: all round."""


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """A ball at `at`, or, with `to`, the side of a cone from `at` to `to`.

    radius, end_radius: metres, before `stretch` (3 factors along the columns of `frame`).
    gloss: 0 dull, 1 polished.
    """

    at: Floats
    radius: float
    colour: Colour
    to: Floats | None = None
    end_radius: float = 0.0
    frame: Floats = field(default_factory=lambda: np.eye(3))
    stretch: tuple[float, float, float] = (1.0, 1.0, 1.0)
    bands: tuple[Band, ...] = ()
    gloss: float = 0.0
    cloth: bool = True
    """With folds and a weave."""


@dataclass(frozen=True, slots=True)
class Box:
    """A crate: middle, half sizes along its own left, up and forward, turned by heading."""

    at: tuple[float, float, float]
    half: tuple[float, float, float]
    heading: float
    colour: Colour
    plank: float = 0.0
    """Width of its boards, metres; 0 is smooth."""


class Canvas:
    """A window of a picture with depth, shade and colour for each pixel."""

    def __init__(self, camera: Camera, window: Window, depth: Singles):
        """depth: metres ahead for each pixel of the window, of what stands there already."""
        self.camera = camera
        self.window = window
        left, top, right, bottom = window
        self.depth = depth
        self._shade = np.zeros(depth.shape, np.uint8)
        self._ink = np.zeros(depth.shape, np.uint8)
        self._palette: dict[Colour, int] = {}
        self._u = _rays(left, right, camera.width, camera.focal)
        self._v = _rays(top, bottom, camera.height, camera.focal)

    def paint(self, picture: Image) -> None:
        """Lay what was drawn over the picture's window, its edges softened as a lens does."""
        left, top, right, bottom = self.window
        view = picture[top:bottom, left:right]
        table = np.zeros((1, 256, 3), np.uint8)
        table[0, 1 : len(self._palette) + 1] = np.reshape(list(self._palette), (-1, 3))
        colours = cv2.LUT(cv2.merge([self._ink] * 3), table)
        lit = cv2.multiply(colours, cv2.merge([self._shade] * 3), scale=1 / FULL)
        cv2.copyTo(lit, self._ink, view)
        cv2.copyTo(cv2.GaussianBlur(view, (3, 3), 0.7), cv2.dilate(self._ink, _ALL_ROUND), view)

    def solids(self, solids: Sequence[Solid]) -> None:
        """Draw them, the nearest first: what they hide then costs little."""
        quadrics = _Quadrics(self.camera, solids)
        low, high = quadrics.bounds()
        columns = np.searchsorted(self._u, np.stack([low[:, 0], high[:, 0]], 1))
        rows = np.searchsorted(self._v, np.stack([low[:, 1], high[:, 1]], 1))
        for i in np.argsort(quadrics.ahead):
            window = (columns[i, 0], rows[i, 0], columns[i, 1], rows[i, 1])
            if quadrics.ahead[i] > NEAR and window[0] < window[2] and window[1] < window[3]:
                self._solid(solids[i], quadrics, i, window)

    def _solid(self, solid: Solid, of: "_Quadrics", i: int, window: Window) -> None:
        """Solve a·t² + 2b·t + c = 0 along every ray of the window, for the nearer root t."""
        left, top, right, bottom = window
        u, v = self._u[left:right], self._v[top:bottom]
        under_root = _quadratic(of.under_root[i], u, v)
        root = np.sqrt(np.maximum(under_root, 0))
        t = -(_linear(of.line[i], u, v) + root) / _quadratic(of.form[i], u, v)
        won = (under_root > 0) & (t < self.depth[top:bottom, left:right]) & (t > NEAR)
        if solid.to is not None:
            at = _linear(of.along[i], u, v) * t + of.height[i]
            won &= (at > of.low[i]) & (at < of.high[i])
        rows, columns = _where(won)
        t = t[rows, columns]
        ray = np.array([u[columns], v[rows], np.ones(len(t), np.float32)]) * t
        point = of.rays[i] @ ray + of.start[i][:, None]
        normal = of.thin[i] * point
        if solid.to is not None:
            normal += of.axis[i][:, None] * (of.low[i] - at[rows, columns])
        shade = self._light(of.facing[i] @ normal, solid.gloss)
        point *= of.stretch[i][:, None]
        where = rows + top, columns + left
        self.depth[where] = t
        self._shade[where] = shade * (_folds(point) if solid.cloth else FULL)
        self._ink[where] = self._colours(solid, point)

    def _light(self, normal: Singles, gloss: float) -> Singles:
        """Brightness for normals (3, n) in the camera's axes, of any length."""
        lamp = (self.camera.axes @ LIGHT).astype(np.float32)
        up = self.camera.axes[:, 1].astype(np.float32)
        length = np.sqrt(np.einsum("in,in->n", normal, normal)) + np.float32(1e-9)
        lit = np.maximum(lamp @ normal / length, 0)
        shade = AMBIENT + (SKY * (up @ normal) - FACING * normal[2]) / length + LAMP * lit
        if gloss:
            shade += np.float32(gloss) * lit**12
        return np.asarray(np.minimum(shade, np.float32(1.9)), np.float32)

    def _colours(self, solid: Solid, point: Singles) -> NDArray[np.uint8]:
        inks = np.full(point.shape[1], self._inked(solid.colour), np.uint8)
        for axis, low, high, colour, half in solid.bands:
            along = np.abs(point[axis])
            inside = (along >= low) & (along < high)
            inks[inside & (point[2] * half >= 0)] = self._inked(colour)
        return inks

    def _inked(self, colour: Colour) -> int:
        return self._palette.setdefault(colour, len(self._palette) + 1)

    def box(self, box: Box) -> None:
        """Draw the faces of a box that look at the camera."""
        angle = np.radians(box.heading)
        left = np.array([np.cos(angle), 0.0, -np.sin(angle)])
        ahead = np.array([np.sin(angle), 0.0, np.cos(angle)])
        frame = np.column_stack([left, [0.0, 1.0, 0.0], ahead])
        for axis in range(3):
            for side in (1.0, -1.0):
                self._face(box, frame, axis, side)

    def _face(self, box: Box, frame: Floats, axis: int, side: float) -> None:
        normal = frame[:, axis] * side
        middle = np.array(box.at) + normal * box.half[axis]
        if normal @ (np.array(self.camera.at) - middle) <= 0:
            return
        one, two = (other for other in range(3) if other != axis)
        corners = [
            middle + a * box.half[one] * frame[:, one] + b * box.half[two] * frame[:, two]
            for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1))
        ]
        seen = self.camera.seen(np.array(corners))
        if np.any(seen[:, 2] < NEAR):
            return
        rows, columns = self._polygon(seen[:, :2] / seen[:, 2:])
        ray = np.array([self._u[columns], self._v[rows], np.ones(len(rows), np.float32)])
        facing = self.camera.axes @ normal
        t = np.float32(facing @ seen[0]) / (facing.astype(np.float32) @ ray)
        won = t < self.depth[rows, columns]
        rows, columns, ray, t = rows[won], columns[won], ray[:, won], t[won]
        start = frame.T @ (np.array(self.camera.at) - np.array(box.at))
        point = (frame.T @ self.camera.axes.T).astype(np.float32) @ (ray * t)
        point += start.astype(np.float32)[:, None]
        light = self._light(facing.astype(np.float32)[:, None], 0.0)[0]
        self.depth[rows, columns] = t
        self._shade[rows, columns] = light * _boards(point, box, axis) * FULL
        self._ink[rows, columns] = self._inked(box.colour)

    def _polygon(self, corners: Floats) -> tuple[Indices, Indices]:
        """Pixels of the canvas inside a convex polygon given on the plane one metre ahead."""
        left, right = np.searchsorted(self._u, (corners[:, 0].min(), corners[:, 0].max()))
        top, bottom = np.searchsorted(self._v, (corners[:, 1].min(), corners[:, 1].max()))
        mask = np.zeros((bottom - top, right - left), np.uint8)
        if not mask.size:
            return np.zeros(0, np.intp), np.zeros(0, np.intp)
        shift = np.array([self._u[left], self._v[top]], np.float64)
        points = np.round((corners - shift) * self.camera.focal * 16).astype(np.int32)
        cv2.fillConvexPoly(mask, points, 1, shift=4)
        rows, columns = _where(mask)
        return rows + top, columns + left


@cache
def _fabric() -> Singles:
    """A tile of cloth, 4 mm a texel: brightness with long folds and a fine weave, times FULL."""
    random = np.random.default_rng(11)
    tile = np.zeros((128, 128), np.float32)
    for across, along, depth in ((3.0, 7.0, 0.09), (0.8, 1.4, 0.06)):
        rough = np.tile(random.normal(0, 1, tile.shape).astype(np.float32), (3, 3))
        smooth = cv2.GaussianBlur(rough, (0, 0), across, sigmaY=along)[128:256, 128:256]
        tile += depth * smooth / smooth.std()
    return np.asarray((1 + np.clip(tile, -0.3, 0.3)) * FULL, np.float32)


def _folds(point: Singles) -> Singles:
    """The cloth at points (3, n), metres in the solid's own axes."""
    texel = (point * 250).astype(np.int32)
    return np.asarray(_fabric()[texel[1] & 127, (texel[0] + texel[2]) & 127], np.float32)


def _where(mask: NDArray[np.generic]) -> tuple[Indices, Indices]:
    """Rows and columns of what is not 0; faster than `np.nonzero` in two dimensions."""
    rows, columns = np.divmod(np.flatnonzero(mask).astype(np.int32), np.int32(mask.shape[1]))
    return rows.astype(np.intp), columns.astype(np.intp)


def _linear(line: Singles, u: Singles, v: Singles) -> Singles:
    """line · (u, v, 1) for every pixel of a grid."""
    a, b, c = line
    return np.asarray((b * v)[:, None] + (a * u + c), np.float32)


def _quadratic(q: Singles, u: Singles, v: Singles) -> Singles:
    """(u, v, 1) · q · (u, v, 1) for every pixel of a grid; q is symmetric."""
    value = np.multiply.outer(2 * q[0, 1] * v, u)
    value += (q[0, 0] * u + 2 * q[0, 2]) * u + q[2, 2]
    value += ((q[1, 1] * v + 2 * q[1, 2]) * v)[:, None]
    return np.asarray(value, np.float32)


def _rays(low: int, high: int, size: int, focal: float) -> Singles:
    """Where the middles of pixels low…high-1 lie on the plane one metre ahead."""
    return ((np.arange(low, high) + 0.5 - size / 2) / focal).astype(np.float32)


class _Quadrics:
    """The quadratics of many solids at once, and where in the picture they can be.

    In a solid's own stretched space q, with y its height on the axis from ball a (radius r) to
    ball b, the cone that touches both is (1 - s²)·|q|² - y² + 2·r·s·y - r² = 0, its slope s being
    (r - r_b) / length; it ends at the heights r·s and length + r_b·s. A ball is a cone without
    axis. Along a ray q = start + t·rays·(u, v, 1) that is form·t² + 2·line·t + rest.
    """

    def __init__(self, camera: Camera, solids: Sequence[Solid]):
        at = np.array([solid.at for solid in solids])
        self._ends = np.array([solid.at if solid.to is None else solid.to for solid in solids])
        self._radii = np.array(
            [(s.radius, s.radius if s.to is None else s.end_radius) for s in solids]
        )
        stretch = np.array([solid.stretch for solid in solids])
        frames = np.array([solid.frame for solid in solids]) / stretch[:, None]
        own = frames.transpose(0, 2, 1)
        rays = own @ camera.axes.T
        start = np.einsum("nij,nj->ni", own, np.array(camera.at) - at)
        axis = np.einsum("nij,nj->ni", own, self._ends - at)
        length = np.linalg.norm(axis, axis=1)
        per_length = 1 / np.where(length > 0, length, np.inf)
        axis *= per_length[:, None]
        radius, end_radius = self._radii.T
        slope = (radius - end_radius) * per_length
        thin, low = 1 - slope**2, radius * slope
        along = np.einsum("ni,nij->nj", axis, rays)
        height = np.einsum("ni,ni->n", axis, start)
        form = thin[:, None, None] * rays.transpose(0, 2, 1) @ rays
        form -= along[:, :, None] * along[:, None, :]
        line = thin[:, None] * np.einsum("ni,nij->nj", start, rays)
        line += (low - height)[:, None] * along
        rest = thin * np.einsum("ni,ni->n", start, start) - height**2 + 2 * low * height - radius**2
        under_root = line[:, :, None] * line[:, None, :] - rest[:, None, None] * form
        self.under_root, self.form = under_root.astype(np.float32), form.astype(np.float32)
        self.line, self.along = line.astype(np.float32), along.astype(np.float32)
        self.height, self.thin = height.astype(np.float32), thin.astype(np.float32)
        self.low = low.astype(np.float32)
        self.high = (length + end_radius * slope).astype(np.float32)
        self.rays, self.start = rays.astype(np.float32), start.astype(np.float32)
        self.axis, self.stretch = axis.astype(np.float32), stretch.astype(np.float32)
        self.facing = (camera.axes @ frames).astype(np.float32)
        self._seen = camera.seen(np.stack([at, self._ends], 1))
        self._reach = self._radii * stretch.max(1)[:, None]
        self.ahead = (self._seen[..., 2] - self._reach).min(1)
        """Metres ahead of the camera of the nearest point."""

    def bounds(self) -> tuple[Floats, Floats]:
        """(n, 2) and (n, 2): corners on the plane one metre ahead."""
        ahead = np.maximum(self._seen[..., 2:] - self._reach[..., None], NEAR)
        middle, reach = self._seen[..., :2] / self._seen[..., 2:], self._reach[..., None] / ahead
        return (middle - reach).min(1), (middle + reach).max(1)


def _boards(offset: Singles, box: Box, axis: int) -> Singles:
    """Brightness of a box's boards: dark gaps, each board a little different."""
    if not box.plank:
        return np.ones(offset.shape[1], np.float32)
    across = offset[1] if axis != 1 else offset[0]
    board = across / np.float32(box.plank)
    number = np.floor(board)
    tone = 0.93 + 0.09 * np.sin(number * 12.9 + axis)
    gap = np.abs(board - number - 0.5) > 0.46
    return np.asarray(np.where(gap, 0.55, tone), np.float32)
