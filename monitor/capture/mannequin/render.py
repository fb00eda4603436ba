"""The picture: figures in the hall with their shadows through a noisy sensor, and the truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from monitor.capture.mannequin.body import (
    BUILDS,
    SURFACE,
    Body,
    Build,
    Posture,
    angles,
    stand_up,
)
from monitor.capture.mannequin.camera import Camera, aimed
from monitor.capture.mannequin.canvas import LIGHT, Box, Canvas, Solid, Window
from monitor.capture.mannequin.figure import CLOTHES, Clothes, solids
from monitor.capture.mannequin.hall import hall, to_picture
from monitor.posture.model import BONES, Floats, Image, Truth


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """Somebody in the hall, and what they are doing."""

    body: Body
    clothes: Clothes = CLOTHES[0]
    activity: str = "stand"


def draw_view(
    posture: Posture = Posture(),  # noqa: B008 - frozen
    *,
    yaw: float = 0.0,
    pitch: float = 0.0,
    roll: float = 0.0,
    distance: float = 4.0,
    fov: float = 60.0,
    off_axis: float = 0.0,
    build: Build = BUILDS["average"],
    clothes: Clothes = CLOTHES[0],
    size: tuple[int, int] = (960, 540),
    seed: int = 0,
) -> tuple[Image, Truth]:
    """One figure in the hall, `distance` metres from the camera, and the truth about it.

    yaw: 0 faces the camera, 90 looks to the picture's right. off_axis: degrees the person stands
    right of the camera's axis. size: width, height in pixels.
    """
    width, height = size
    camera = aimed(
        distance, pitch=pitch, roll=roll, fov=fov, off_axis=off_axis, width=width, height=height
    )
    figure = Figure(stand_up(posture, build, heading=yaw), clothes)
    return draw(camera, [figure], seed=seed), truth(camera, figure)


def truth(camera: Camera, figure: Figure) -> Truth:
    """What is so of one figure, seen or not."""
    body = figure.body
    return Truth(
        joints=body.joints - body.hips,
        pixels=camera.pixels(body.joints),
        angles=angles(body),
        activity=figure.activity,
    )


def draw(
    camera: Camera, figures: Sequence[Figure], boxes: Sequence[Box] = (), seed: int = 0
) -> Image:
    """(height, width, 3) RGB. seed: of the sensor's noise; the same gives the same picture."""
    background, depth = hall(camera)
    picture = background.copy()
    for figure in figures:
        _shade_floor(camera, figure.body, picture)
    parts = [solids(figure.body, figure.clothes) for figure in figures]
    window = _window(camera, [solid for part in parts for solid in part], boxes)
    if window is not None:
        left, top, right, bottom = window
        canvas = Canvas(camera, window, depth[top:bottom, left:right].copy())
        for box in boxes:
            canvas.box(box)
        for part in parts:
            canvas.solids(part)
        canvas.paint(picture)
    return _noisy(picture, seed)


def _window(camera: Camera, parts: Sequence[Solid], boxes: Sequence[Box]) -> Window | None:
    """The part of the picture that figures and crates can touch."""
    points = [solid.at for solid in parts]
    points += [
        np.array(box.at) + np.array([x, y, z]) * np.linalg.norm(box.half)
        for box in boxes
        for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)
    ]  # fmt: skip
    if not points:
        return None
    return _frame(camera, np.array(points), 0.2)


def _frame(camera: Camera, points: Floats, margin: float) -> Window | None:
    """A window round points of the hall with metres to spare, inside the picture."""
    seen = camera.seen(points)
    seen = seen[seen[:, 2] > 0.3]
    if not len(seen):
        return None
    reach = margin / seen[:, 2:] * camera.focal
    pixels = seen[:, :2] / seen[:, 2:] * camera.focal
    middle = np.array([camera.width, camera.height]) / 2
    low = np.clip((pixels - reach).min(0) + middle, 0, 2 * middle).astype(int)
    high = np.clip(np.ceil((pixels + reach).max(0) + middle), 0, 2 * middle).astype(int)
    if np.any(low >= high):
        return None
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


SHADOW_SCALE, SHADOW_SIDE = 40, 3.6
"""Pixels a metre, and metres across, of the shadow laid on the floor."""


def _shade_floor(camera: Camera, body: Body, picture: Image) -> None:
    """Darken the floor where the figure stands between it and the lamp, softly."""
    fall = body.joints[:, [0, 2]] - body.joints[:, 1:2] * (LIGHT[[0, 2]] / LIGHT[1]) * 0.55
    corner = body.hips[[0, 2]] - SHADOW_SIDE / 2
    flat = np.column_stack([body.joints[:, 0], np.zeros(33), body.joints[:, 2]])
    ground = np.concatenate([flat, np.column_stack([fall[:, 0], np.zeros(33), fall[:, 1]])])
    window = _frame(camera, ground, 0.35)
    if window is None:
        return
    left, top, right, bottom = window
    mask = _shadow((fall - corner) * SHADOW_SCALE, body)
    lay = to_picture(camera) @ np.array(
        [[1 / SHADOW_SCALE, 0, corner[0]], [0, 1 / SHADOW_SCALE, corner[1]], [0, 0, 1]]
    )
    lay = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]]) @ lay
    cast = cv2.warpPerspective(mask, lay, (right - left, bottom - top))
    view = picture[top:bottom, left:right]
    cv2.multiply(view, cv2.merge([255 - cast] * 3), dst=view, scale=1 / 255)


def _shadow(points: Floats, body: Body) -> Image:
    """The figure's shadow as seen from above, 0 lit … 120 dark."""
    side = int(SHADOW_SIDE * SHADOW_SCALE)
    mask = np.zeros((side, side), np.uint8)
    thickness = {int(joint): radius for joints, radius in SURFACE for joint in joints}
    scale = 2 * body.build.stature * body.build.girth * SHADOW_SCALE
    ends = np.round(points * 16).astype(int)
    for one, other in BONES:
        width = int(scale * max(thickness.get(one, 0.02), thickness.get(other, 0.02)))
        cv2.line(mask, ends[one].tolist(), ends[other].tolist(), 120, width, cv2.LINE_AA, 4)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 2.6), np.uint8)


@lru_cache(maxsize=2)
def _noise(width: int, height: int) -> tuple[Image, Image]:
    """What the sensor adds and takes away, a little larger than the picture."""
    random = np.random.default_rng(7)
    noise = random.normal(0, 4.0, (height + 64, width + 64, 3))
    return np.clip(noise, 0, 16).astype(np.uint8), np.clip(-noise, 0, 16).astype(np.uint8)


def _noisy(picture: Image, seed: int) -> Image:
    height, width = picture.shape[:2]
    x, y = (int(i) for i in np.random.default_rng(seed).integers(0, 64, 2))
    more, less = (tile[y : y + height, x : x + width] for tile in _noise(width, height))
    return np.asarray(cv2.subtract(cv2.add(picture, more), less), np.uint8)
