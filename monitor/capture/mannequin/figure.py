"""What a figure looks like: the solids that make up a worker, and the clothes on them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from monitor.capture.mannequin.body import Body, about_x, middle
from monitor.capture.mannequin.canvas import Band, Colour, Solid
from monitor.posture.model import Floats, Landmark

L = Landmark


@dataclass(frozen=True, slots=True)
class Clothes:
    vest: Colour
    shirt: Colour
    trousers: Colour
    helmet: Colour
    skin: Colour
    hair: Colour


CLOTHES = (
    Clothes(
        (255, 112, 28), (70, 84, 116), (44, 50, 66), (250, 200, 40), (226, 172, 140), (70, 46, 30)
    ),
    Clothes(
        (214, 232, 50), (160, 62, 54), (62, 58, 54), (236, 238, 240), (150, 102, 74), (28, 22, 20)
    ),
    Clothes(
        (255, 96, 44), (58, 112, 96), (40, 44, 50), (60, 120, 200), (238, 190, 160), (120, 84, 44)
    ),
    Clothes(
        (226, 238, 60), (62, 74, 130), (78, 70, 60), (212, 60, 48), (188, 134, 100), (34, 28, 24)
    ),
)
"""One set a figure, in turn."""

SILVER, BOOT, SOLE = (206, 212, 214), (56, 46, 40), (30, 28, 28)
EYE, IRIS, LIPS = (244, 242, 238), (52, 40, 34), (168, 84, 78)


def solids(body: Body, clothes: Clothes) -> list[Solid]:
    """Everything to draw of one figure."""
    return [*_trunk(body, clothes), *_head(body, clothes), *_limbs(body, clothes)]


def _trunk(body: Body, clothes: Clothes) -> Iterator[Solid]:
    h, g = body.build.stature, body.build.girth
    up, hips = body.trunk[:, 1], body.hips
    half = body.pelvis @ about_x(_lean(body) / 2)
    deep = (1.0, 1.0, 0.74)
    belly = (1.0, 1.0, 0.74 + 0.25 * (g - 1.0))
    bands = tuple(Band(1, low * h, (low + 0.020) * h, SILVER) for low in (0.045, 0.112))
    straps = (Band(0, 0.044 * h, 0.062 * h, SILVER),)
    yield Solid(
        hips + half[:, 1] * 0.012 * h,
        0.088 * h * g,
        clothes.trousers,
        frame=half,
        stretch=(1, 0.72, 0.76),
    )
    chest = hips + up * 0.205 * h
    yield Solid(
        hips + up * 0.012 * h, 0.086 * h * g, clothes.vest, chest, 0.094 * h * (0.4 + 0.6 * g),
        body.trunk, belly, bands,
    )  # fmt: skip
    yield Solid(
        chest,
        0.0945 * h * (0.4 + 0.6 * g),
        clothes.vest,
        frame=body.trunk,
        stretch=(1.0, 0.98, 0.74),
        bands=straps,
    )
    yield Solid(
        hips + up * 0.012 * h,
        0.086 * h * g,
        clothes.vest,
        frame=body.trunk,
        stretch=(1.0, 0.45, belly[2]),
    )
    yield Solid(
        body.shoulders + up * -0.012 * h,
        0.112 * h,
        clothes.shirt,
        frame=body.trunk,
        stretch=(1.0, 0.36, 0.44),
    )
    base = body.shoulders - body.trunk[:, 2] * 0.004 * h
    yield Solid(
        base, 0.040 * h * g, clothes.skin, body.head_centre, 0.034 * h * g, body.trunk, deep
    )


def _lean(body: Body) -> float:
    """Degrees the trunk leans forward of the pelvis."""
    own = body.pelvis.T @ body.trunk[:, 1]
    return float(np.degrees(np.arctan2(own[2], own[1])))


def _head(body: Body, clothes: Clothes) -> Iterator[Solid]:
    h, head = body.build.stature, body.head

    def spot(x: float, y: float, z: float) -> Floats:
        return np.asarray(body.head_centre + head @ (np.array([x, y, z]) * h))

    def ball(
        at: tuple[float, float, float], radius: float, colour: Colour,
        stretch: tuple[float, float, float] = (1, 1, 1), gloss: float = 0.0,
    ) -> Solid:  # fmt: skip
        return Solid(spot(*at), radius * h, colour, frame=head, stretch=stretch, gloss=gloss)

    yield ball((0, 0.004, 0.004), 0.056, clothes.skin, (0.76, 1.06, 0.94))
    yield ball((0, -0.034, 0.020), 0.032, clothes.skin, (0.86, 0.95, 0.90))
    yield ball((0, 0.004, -0.012), 0.056, clothes.hair, (0.79, 0.86, 0.90))
    yield ball((0, 0.026, 0.0), 0.062, clothes.helmet, (0.84, 0.80, 1.0), 0.35)
    yield ball((0, 0.026, 0.020), 0.066, clothes.helmet, (0.80, 0.09, 0.92), 0.2)
    yield Solid(spot(0, 0.004, 0.054), 0.005 * h, clothes.skin, spot(0, -0.012, 0.060), 0.009 * h)
    yield ball((0, -0.013, 0.060), 0.009, clothes.skin)
    yield ball((0, -0.038, 0.044), 0.013, LIPS, (1.0, 0.30, 0.6))
    for side in (1, -1):
        yield ball((side * 0.0175, 0.006, 0.0445), 0.0088, EYE, (1.0, 0.62, 0.7))
        yield ball((side * 0.0170, 0.006, 0.0480), 0.0048, IRIS)
        yield ball((side * 0.0180, 0.0155, 0.0460), 0.0105, clothes.hair, (1.0, 0.22, 0.5))
        yield ball((side * 0.0430, -0.002, -0.002), 0.017, clothes.skin, (0.42, 1.0, 0.66))


def _limbs(body: Body, clothes: Clothes) -> Iterator[Solid]:
    for off in (0, 1):
        yield from _arm(body, clothes, off)
        yield from _leg(body, clothes, off)


def _arm(body: Body, clothes: Clothes, off: int) -> Iterator[Solid]:
    """off: 0 left, 1 right."""
    h, g, joints = body.build.stature, 0.5 + 0.5 * body.build.girth, body.joints
    shoulder, elbow, wrist = (
        joints[joint + off] for joint in (L.LEFT_SHOULDER, L.LEFT_ELBOW, L.LEFT_WRIST)
    )
    yield Solid(shoulder, 0.037 * h * g, clothes.shirt)
    yield Solid(shoulder, 0.035 * h * g, clothes.shirt, elbow, 0.026 * h * g)
    yield Solid(elbow, 0.026 * h * g, clothes.shirt)
    yield Solid(elbow, 0.0255 * h * g, clothes.shirt, wrist, 0.0185 * h * g)
    yield Solid(wrist, 0.0185 * h * g, clothes.shirt)
    yield from _hand(body, clothes, off, wrist)


def _hand(body: Body, clothes: Clothes, off: int, wrist: Floats) -> Iterator[Solid]:
    """A palm, four fingers a little bent, and a thumb."""
    h, side = body.build.stature, 1 - 2 * off
    frame = body.limbs[L(L.LEFT_WRIST + off)]

    def spot(x: float, y: float, z: float) -> Floats:
        return np.asarray(wrist + frame @ (np.array([side * x, y, z]) * h))

    yield Solid(
        spot(0, -0.030, 0), 0.026 * h, clothes.skin, frame=frame, stretch=(0.45, 1.15, 0.86)
    )
    for z in (-0.017, -0.0055, 0.006, 0.016):
        knuckle, tip = spot(0, -0.048, z), spot(-0.012, -0.086 - 0.3 * z * (z < 0), z * 0.9)
        yield Solid(knuckle, 0.0072 * h, clothes.skin, tip, 0.0055 * h)
        yield Solid(tip, 0.0056 * h, clothes.skin)
    root, tip = spot(-0.003, -0.016, 0.016), spot(-0.010, -0.046, 0.032)
    yield Solid(root, 0.0095 * h, clothes.skin, tip, 0.0065 * h)
    yield Solid(tip, 0.0066 * h, clothes.skin)


def _leg(body: Body, clothes: Clothes, off: int) -> Iterator[Solid]:
    """off: 0 left, 1 right."""
    h, g, joints = body.build.stature, body.build.girth, body.joints
    hip, knee, ankle = (joints[joint + off] for joint in (L.LEFT_HIP, L.LEFT_KNEE, L.LEFT_ANKLE))
    yield Solid(hip, 0.057 * h * g, clothes.trousers)
    yield Solid(hip, 0.055 * h * g, clothes.trousers, knee, 0.036 * h * g)
    yield Solid(knee, 0.036 * h * g, clothes.trousers)
    shin = body.limbs[L(L.LEFT_KNEE + off)]
    band = (Band(1, 0.135 * h, 0.152 * h, SILVER),)
    yield Solid(knee, 0.0355 * h * g, clothes.trousers, ankle, 0.029 * h * g, shin, bands=band)
    yield from _boot(body, off, ankle)


def _boot(body: Body, off: int, ankle: Floats) -> Iterator[Solid]:
    h, frame = body.build.stature, body.limbs[L(L.LEFT_ANKLE + off)]
    heel, toe = body.joints[L.LEFT_HEEL + off], body.joints[L.LEFT_FOOT_INDEX + off]
    up, ahead = frame[:, 1] * h, frame[:, 2] * h
    yield Solid(ankle, 0.028 * h, BOOT)
    yield Solid(
        ankle,
        0.0275 * h,
        BOOT,
        middle(body.joints, L(L.LEFT_HEEL + off), L(L.LEFT_HEEL + off))
        + up * 0.018
        + ahead * 0.012,
        0.026 * h,
    )
    yield Solid(
        heel + up * 0.018 + ahead * 0.014, 0.025 * h, BOOT, frame=frame, stretch=(0.9, 0.72, 1.0)
    )
    yield Solid(
        heel + up * 0.020 + ahead * 0.014, 0.025 * h, BOOT, toe + up * 0.014 - ahead * 0.012, 0.024 * h,
        frame, (1.0, 0.75, 1.0),
    )  # fmt: skip
    yield Solid(
        toe + up * 0.014 - ahead * 0.014, 0.026 * h, BOOT, frame=frame, stretch=(1.0, 0.56, 1.0)
    )
    yield Solid(
        (heel + toe) / 2 + up * 0.006, 0.076 * h, SOLE, frame=frame, stretch=(0.36, 0.085, 1.0)
    )
