"""A small software renderer: shaded quadrics and boxes, depth-tested, over a picture.

Every solid is a ball or an open cone in a space stretched along its own axes, so one quadratic
per pixel finds where a ray meets it.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.capture.mannequin.camera import Camera
from monitor.posture.model import Floats, Image

Singles = NDArray[np.float32]
Colour = tuple[int, int, int]
Window = tuple[int, int, int, int]
"""left, top, right, bottom in pixels; right and bottom are outside."""

LIGHT = np.array([-0.42, 0.80, 0.43])
"""Unit vector to the lamp: above, a little left of and behind the camera."""
AMBIENT, SKY, LAMP, FACING = 0.30, 0.14, 0.46, 0.22
"""Shares of the light: everywhere, from above, from the lamp, and for what faces the camera."""
NEAR = 0.15
"""Metres: nothing closer to the camera is drawn."""


class Band(NamedTuple):
    """Another colour where `low` ≤ |coordinate along `axis`| < `high` (metres, own axes)."""

    axis: int
    low: float
    high: float
    colour: Colour


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """A ball at `at`, or, with `to`, the side of a cone from `at` to `to`.

    radius, end_radius: metres, before `stretch` (3 factors along the columns of `frame`).
    gloss: 0 cloth, 1 polished.
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
        self._shade = np.zeros(depth.shape, np.float32)
        self._ink = np.zeros(depth.shape, np.uint8)
        self._palette: dict[Colour, int] = {}
        self._u = _rays(left, right, camera.width, camera.focal)
        self._v = _rays(top, bottom, camera.height, camera.focal)

    def paint(self, picture: Image) -> None:
        """Lay what was drawn over the picture's window, its edges softened as a lens does."""
        left, top, right, bottom = self.window
        view = picture[top:bottom, left:right]
        drawn = (self._ink > 0).astype(np.uint8)
        colours = np.array([(0, 0, 0), *self._palette], np.float32)
        lit = cv2.multiply(colours[self._ink], cv2.merge([self._shade] * 3), dtype=cv2.CV_8U)
        mixed = np.where(drawn[..., None] > 0, lit, view)
        cv2.copyTo(cv2.GaussianBlur(mixed, (3, 3), 0.7), cv2.dilate(drawn, np.ones((3, 3))), view)

    def solid(self, solid: Solid) -> None:
        window = self._bounds(solid)
        if window is not None:
            self._quadric(solid, window)

    def _bounds(self, solid: Solid) -> Window | None:
        """The part of the canvas (own pixels) the solid can touch."""
        ends = np.array([solid.at] if solid.to is None else [solid.at, solid.to])
        radii = np.array([solid.radius, solid.end_radius][: len(ends)]) * max(solid.stretch)
        seen = self.camera.seen(ends)
        ahead = seen[:, 2] - radii
        if np.any(ahead < NEAR):
            return None
        reach = radii / ahead
        middle = seen[:, :2] / seen[:, 2:]
        low, high = (middle - reach[:, None]).min(0), (middle + reach[:, None]).max(0)
        return self._clip(low, high)

    def _clip(self, low: Floats, high: Floats) -> Window | None:
        left, right = (int(i) for i in np.searchsorted(self._u, (low[0], high[0])))
        top, bottom = (int(i) for i in np.searchsorted(self._v, (low[1], high[1])))
        return (left, top, right, bottom) if left < right and top < bottom else None

    def _quadric(self, solid: Solid, window: Window) -> None:
        """Solve a·t² + 2b·t + c = 0 along every ray of the window, for the nearer root t."""
        stretch = np.array(solid.stretch)
        own = (solid.frame / stretch).T
        rays = own @ self.camera.axes.T
        start = own @ (np.array(self.camera.at) - solid.at)
        axis, slope, low, high = _cone(solid, own)
        along = axis @ rays
        lean = solid.radius * slope - axis @ start
        thin = 1 - slope * slope
        quad_a = thin * rays.T @ rays - np.outer(along, along)
        line_b = thin * start @ rays + lean * along
        c = thin * start @ start - (axis @ start) ** 2
        c += 2 * solid.radius * slope * (axis @ start) - solid.radius**2
        rows, columns, root = self._hits(np.outer(line_b, line_b) - c * quad_a, window)
        ray = np.stack([self._u[columns], self._v[rows], np.ones(len(rows), np.float32)])
        a = np.einsum("in,in->n", quad_a.astype(np.float32) @ ray, ray)
        t = (-(line_b.astype(np.float32) @ ray) - root) / a
        height = (axis @ start).astype(np.float32) + t * (along.astype(np.float32) @ ray)
        won = (t < self.depth[rows, columns]) & (t > NEAR) & (height > low) & (height < high)
        rows, columns, ray, t, height = rows[won], columns[won], ray[:, won], t[won], height[won]
        point = start.astype(np.float32)[:, None] + t * (rays.astype(np.float32) @ ray)
        axis32 = axis.astype(np.float32)[:, None]
        normal = np.float32(thin) * point + (np.float32(solid.radius * slope) - height) * axis32
        facing = self.camera.axes @ (solid.frame / stretch)
        shade = self._light(facing.astype(np.float32) @ normal, solid.gloss)
        self.depth[rows, columns] = t
        self._shade[rows, columns] = shade
        self._ink[rows, columns] = self._colours(solid, point)

    def _hits(
        self, form: Floats, window: Window
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], Singles]:
        """Rows and columns where the discriminant (a quadratic form of the ray) is positive."""
        left, top, right, bottom = window
        u, v = self._u[left:right], self._v[top:bottom]
        q = form.astype(np.float32)
        value = (2 * q[0, 1] * v)[:, None] * u
        value += q[0, 0] * u * u + 2 * q[0, 2] * u + q[2, 2]
        value += (q[1, 1] * v * v + 2 * q[1, 2] * v)[:, None]
        rows, columns = np.nonzero(value > 0)
        return rows + top, columns + left, np.sqrt(value[rows, columns])

    def _light(self, normal: Singles, gloss: float) -> Singles:
        """Brightness for normals (3, n) in the camera's axes, of any length."""
        lamp = (self.camera.axes @ LIGHT).astype(np.float32)
        up = self.camera.axes[:, 1].astype(np.float32)
        length = np.sqrt(np.einsum("in,in->n", normal, normal)) + np.float32(1e-9)
        lit = np.maximum(lamp @ normal / length, 0)
        shade = AMBIENT + (SKY * (up @ normal) - FACING * normal[2]) / length + LAMP * lit
        if gloss:
            shade += np.float32(gloss) * lit**12
        return np.asarray(shade, np.float32)

    def _colours(self, solid: Solid, point: Singles) -> NDArray[np.uint8]:
        inks = np.full(point.shape[1], self._inked(solid.colour), np.uint8)
        for axis, low, high, colour in solid.bands:
            where = np.abs(point[axis] * np.float32(solid.stretch[axis]))
            inks[(where >= low) & (where < high)] = self._inked(colour)
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
        ray = np.stack([self._u[columns], self._v[rows], np.ones(len(rows), np.float32)])
        facing = self.camera.axes @ normal
        t = np.float32(facing @ seen[0]) / (facing.astype(np.float32) @ ray)
        won = t < self.depth[rows, columns]
        rows, columns, ray, t = rows[won], columns[won], ray[:, won], t[won]
        self.depth[rows, columns] = t
        offset = (frame.T @ self.camera.axes.T).astype(np.float32) @ (ray * t)
        offset -= (frame.T @ (np.array(box.at) - np.array(self.camera.at))).astype(np.float32)[
            :, None
        ]
        shade = self._light(facing.astype(np.float32)[:, None], 0.0)[0]
        self._shade[rows, columns] = shade * _boards(offset, box, axis)
        self._ink[rows, columns] = self._inked(box.colour)

    def _polygon(self, corners: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Pixels of the canvas inside a convex polygon given on the plane one metre ahead."""
        focal = self.camera.focal
        shift = np.array([self._u[0], self._v[0]], np.float64)
        points = np.round((corners - shift) * focal * 16).astype(np.int32)
        mask = np.zeros(self.depth.shape, np.uint8)
        cv2.fillConvexPoly(mask, points, 1, shift=4)
        return np.nonzero(mask)


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
