"""The hall: a concrete floor with lane markings, a painted wall, a rack and pallets."""

from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np

from monitor.capture.mannequin.camera import Camera
from monitor.capture.mannequin.canvas import Box, Canvas, Singles
from monitor.posture.model import Floats, Image

WALL_Z = -4.2
HAZE = 0.22
"""How much the dusty air takes from the hall's contrast; the people stand before it."""
WOOD, DARK_WOOD, CARTON = (168, 142, 110), (140, 116, 86), (180, 160, 130)
BEAM, POST, BIN = (150, 134, 112), (92, 112, 136), (104, 128, 150)
_FAR = np.float32(1e6)


def _pallet(x: float, z: float, heading: float) -> list[Box]:
    return [Box((x, 0.07, z), (0.6, 0.07, 0.4), heading, DARK_WOOD, 0.07)]


def _rack(x: float, z: float) -> list[Box]:
    """Uprights, three shelves and what lies on them."""
    posts = [
        Box((x + dx, 1.3, z + dz), (0.04, 1.3, 0.04), 0.0, POST)
        for dx in (-1.25, 1.25)
        for dz in (-0.35, 0.35)
    ]
    shelves = [Box((x, y, z), (1.25, 0.04, 0.38), 0.0, BEAM) for y in (0.35, 1.2, 2.05)]
    goods = [
        Box((x - 0.75, 0.64, z), (0.34, 0.25, 0.28), 0.0, CARTON, 0.25),
        Box((x + 0.25, 0.60, z), (0.42, 0.21, 0.28), 0.0, WOOD, 0.1),
        Box((x - 0.45, 1.47, z), (0.52, 0.23, 0.28), 0.0, BIN),
        Box((x + 0.70, 1.45, z), (0.32, 0.21, 0.26), 0.0, CARTON, 0.21),
        Box((x - 0.70, 2.28, z), (0.30, 0.19, 0.26), 0.0, CARTON, 0.19),
        Box((x + 0.45, 2.30, z), (0.45, 0.21, 0.28), 0.0, WOOD, 0.1),
    ]
    return posts + shelves + goods


FURNITURE: tuple[Box, ...] = (
    *_rack(-2.9, -3.6),
    *_rack(0.9, -3.7),
    *_pallet(3.6, -3.2, 8.0),
    Box((3.6, 0.44, -3.2), (0.5, 0.30, 0.36), 8.0, CARTON, 0.3),
    Box((3.7, 0.97, -3.25), (0.34, 0.23, 0.30), -6.0, WOOD, 0.115),
)


@lru_cache(maxsize=8)
def hall(camera: Camera) -> tuple[Image, Singles]:
    """The empty hall: picture, and depth in metres ahead (height, width) of what stands in it.

    Drawn at twice the size and brought down, so that far edges are smooth, and a little out of
    focus: the lens is set on the people. Shared by all callers: copy before writing.
    """
    double = replace(camera, width=camera.width * 2, height=camera.height * 2)
    picture, depth = _room(double)
    canvas = Canvas(double, (0, 0, double.width, double.height), depth)
    for box in FURNITURE:
        canvas.box(box)
    canvas.paint(picture)
    small = cv2.resize(picture, (camera.width, camera.height), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), camera.height / 720)
    hazy = cv2.addWeighted(soft, 1 - HAZE, np.full_like(soft, 172), HAZE, 0)
    return np.asarray(hazy, np.uint8), np.ascontiguousarray(depth[::2, ::2])


def _room(camera: Camera) -> tuple[Image, Singles]:
    """Floor and wall; depth is that of the wall (the floor hides nothing that stands on it)."""
    u = (np.arange(camera.width, dtype=np.float32) + 0.5 - camera.width / 2) / camera.focal
    v = (np.arange(camera.height, dtype=np.float32) + 0.5 - camera.height / 2) / camera.focal
    axes = camera.axes.astype(np.float32)
    x, y, z = (axes[0, i] * u + axes[1, i] * v[:, None] + axes[2, i] for i in range(3))
    to_wall = np.where(z < -1e-3, (WALL_Z - camera.at[2]) / np.minimum(z, -1e-3), _FAR)
    to_floor = np.where(y < -1e-3, -camera.at[1] / np.minimum(y, -1e-3), _FAR)
    on_floor = to_floor < to_wall
    t = np.where(on_floor, to_floor, to_wall)
    floor = _floor(camera.at[0] + t * x, camera.at[2] + t * z)
    wall = _wall(camera.at[0] + t * x, camera.at[1] + t * y)
    grain = np.random.default_rng(5).normal(0, 9, floor.shape[:2]).astype(np.float32)
    picture = np.where(on_floor[..., None], floor, wall) + grain[..., None]
    return np.clip(picture, 0, 255).astype(np.uint8), np.asarray(to_wall, np.float32)


def _floor(x: Singles, z: Singles) -> Singles:
    """Concrete in slabs of 2 m with joints, a cloudy stain, and a yellow lane along the wall."""
    cloud = np.sin(1.3 * x + 0.7 * z) * np.sin(0.9 * z - 0.4 * x) + 0.5 * np.sin(3.1 * x - 2.3 * z)
    tone = 1.0 + 0.022 * cloud - 0.025 * np.clip(np.hypot(x, z) - 2.0, 0, 5)
    joint = (np.abs((x + 0.9) % 2.0 - 1.0) > 0.988) | (np.abs((z + 0.4) % 2.0 - 1.0) > 0.988)
    tone = np.where(joint, tone * 0.80, tone)
    yellow = (np.abs(z + 2.35) < 0.05) | (np.abs(z - 1.75) < 0.05)
    colour = np.where(yellow[..., None], _paint((206, 170, 50)), _paint((150, 150, 146)))
    return np.asarray(colour * tone[..., None], np.float32)


def _wall(x: Singles, y: Singles) -> Singles:
    """Pale above, grey-green to 1.2 m, a dark skirting, and columns every 5 m."""
    colour = np.where((y < 1.2)[..., None], _paint((128, 140, 138)), _paint((190, 192, 188)))
    colour = np.where((y < 0.12)[..., None], _paint((70, 74, 76)), colour)
    column = np.abs((x + 0.9) % 5.0 - 2.5) < 0.22
    tone = np.where(column, 0.88, 1.0) * (1.0 - 0.05 * np.clip(y - 2.0, 0, 6))
    return np.asarray(colour * tone[..., None], np.float32)


def _paint(rgb: tuple[int, int, int]) -> Singles:
    return np.array(rgb, np.float32)


def to_picture(camera: Camera) -> Floats:
    """Homography (3, 3) from the floor (x, z, 1) to pixels."""
    lens = np.array(
        [
            [camera.focal, 0.0, camera.width / 2],
            [0.0, camera.focal, camera.height / 2],
            [0.0, 0.0, 1.0],
        ]
    )
    ground = np.column_stack(
        [camera.axes[:, 0], camera.axes[:, 2], -camera.axes @ np.array(camera.at)]
    )
    return np.asarray(lens @ ground)
