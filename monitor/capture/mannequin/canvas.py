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
    cloth: bool = False
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
        table[0, 1 : len(self._palette) + 1] = list(self._palette)
        colours = cv2.LUT(cv2.merge([self._ink] * 3), table)
        lit = cv2.multiply(colours, cv2.merge([self._shade] * 3), scale=1 / FULL)
        cv2.copyTo(lit, self._ink, view)
        cv2.copyTo(cv2.GaussianBlur(view, (3, 3), 0.7), cv2.dilate(self._ink, _ALL_ROUND), view)

    def solids(self, solids: Sequence[Solid]) -> None:
        """Draw them, the nearest first: what they hide then costs little."""
        ends = np.array(
            [[solid.at, solid.at if solid.to is None else solid.to] for solid in solids]
        )
        radii = np.array([[s.radius, s.radius if s.to is None else s.end_radius] for s in solids])
        radii *= np.array([max(solid.stretch) for solid in solids])[:, None]
        seen = self.camera.seen(ends)
        ahead = np.maximum(seen[..., 2] - radii, NEAR)
        middle, reach = seen[..., :2] / ahead[..., None], (radii / ahead)[..., None]
        low, high = (middle - reach).min(1), (middle + reach).max(1)
        columns = np.searchsorted(self._u, np.stack([low[:, 0], high[:, 0]], 1))
        rows = np.searchsorted(self._v, np.stack([low[:, 1], high[:, 1]], 1))
        for i in np.argsort(ahead.min(1)):
            window = (columns[i, 0], rows[i, 0], columns[i, 1], rows[i, 1])
            if ahead[i].min() > NEAR and window[0] < window[2] and window[1] < window[3]:
                self._solid(solids[i], window)

    def _solid(self, solid: Solid, window: Window) -> None:
        """Solve a·t² + 2b·t + c = 0 along every ray of the window, for the nearer root t."""
        stretch = np.array(solid.stretch)
        own = (solid.frame / stretch).T
        rays = own @ self.camera.axes.T
        start = own @ (np.array(self.camera.at) - solid.at)
        axis, slope, low, high = _cone(solid, own)
        along, height = axis @ rays, axis @ start
        bulge, thin = solid.radius * slope, 1 - slope * slope
        form = thin * rays.T @ rays - np.outer(along, along)
        line = thin * start @ rays + (bulge - height) * along
        rest = thin * start @ start - height**2 + 2 * bulge * height - solid.radius**2
        left, top, right, bottom = window
        u, v = self._u[left:right], self._v[top:bottom]
        under_root = _quadratic(np.outer(line, line) - rest * form, u, v)
        root = np.sqrt(np.maximum(under_root, 0))
        t = -(_linear(line, u, v) + root) / _quadratic(form, u, v)
        won = (under_root > 0) & (t < self.depth[top:bottom, left:right]) & (t > NEAR)
        if solid.to is not None:
            at = _linear(along, u, v) * t + np.float32(height)
            won &= (at > low) & (at < high)
        rows, columns = _where(won)
        t = t[rows, columns]
        ray = np.array([u[columns], v[rows], np.ones(len(t), np.float32)]) * t
        point = rays.astype(np.float32) @ ray + start.astype(np.float32)[:, None]
        normal = np.float32(thin) * point
        if solid.to is not None:
            normal += axis.astype(np.float32)[:, None] * (np.float32(bulge) - at[rows, columns])
        facing = self.camera.axes @ (solid.frame / stretch)
        where = rows + top, columns + left
        self.depth[where] = t
        shade = self._light(facing.astype(np.float32) @ normal, solid.gloss)
        self._shade[where] = shade * (_folds(point * stretch[:, None]) if solid.cloth else FULL)
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
            along = np.abs(point[axis] * np.float32(solid.stretch[axis]))
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


def _folds(point: Floats) -> Singles:
    """The cloth at points (3, n), metres in the solid's own axes."""
    texel = (point * 250).astype(np.int32)
    return _fabric()[texel[1] & 127, (texel[0] + texel[2]) & 127]


def _where(mask: NDArray[np.generic]) -> tuple[Indices, Indices]:
    """Rows and columns of what is not 0; faster than `np.nonzero` in two dimensions."""
    rows, columns = np.divmod(np.flatnonzero(mask).astype(np.int32), np.int32(mask.shape[1]))
    return rows.astype(np.intp), columns.astype(np.intp)


def _linear(line: Floats, u: Singles, v: Singles) -> Singles:
    """line · (u, v, 1) for every pixel of a grid."""
    a, b, c = line.astype(np.float32)
    return np.asarray((b * v)[:, None] + (a * u + c), np.float32)


def _quadratic(form: Floats, u: Singles, v: Singles) -> Singles:
    """(u, v, 1) · form · (u, v, 1) for every pixel of a grid; form is symmetric."""
    q = form.astype(np.float32)
    value = np.multiply.outer(2 * q[0, 1] * v, u)
    value += (q[0, 0] * u + 2 * q[0, 2]) * u + q[2, 2]
    value += ((q[1, 1] * v + 2 * q[1, 2]) * v)[:, None]
    return np.asarray(value, np.float32)


def _rays(low: int, high: int, size: int, focal: float) -> Singles:
    """Where the middles of pixels low…high-1 lie on the plane one metre ahead."""
    return ((np.arange(low, high) + 0.5 - size / 2) / focal).astype(np.float32)


def _cone(solid: Solid, own: Floats) -> tuple[Floats, float, float, float]:
    """Axis (unit, own space), slope of the side, and the heights between which it is closed.

    The side touches the balls at both ends: at heights r·slope and length + r_end·slope. A ball
    alone is a cone without axis.
    """
    if solid.to is None:
        return np.zeros(3), 0.0, -np.inf, np.inf
    axis = own @ (solid.to - solid.at)
    length = float(np.linalg.norm(axis))
    slope = (solid.radius - solid.end_radius) / length
    return axis / length, slope, solid.radius * slope, length + solid.end_radius * slope


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
