"""What a figure looks like: the solids that make up a worker, and the clothes on them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from monitor.capture.mannequin.body import Body, about_x, about_z
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
        (255, 112, 28), (176, 180, 184), (62, 70, 96), (48, 48, 52), (226, 172, 140), (30, 25, 23)
    ),
    Clothes(
        (214, 232, 50), (160, 62, 54), (84, 78, 70), (66, 46, 34), (150, 102, 74), (28, 22, 20)
    ),
    Clothes(
        (255, 96, 44), (58, 112, 96), (66, 70, 80), (40, 38, 40), (238, 190, 160), (52, 36, 26)
    ),
    Clothes(
        (226, 238, 60), (62, 74, 130), (78, 70, 60), (58, 60, 66), (188, 134, 100), (34, 28, 24)
    ),
)
"""One set a figure, in turn."""

_bare = partial(Solid, cloth=False)

SILVER, BOOT, SOLE = (214, 220, 222), (74, 58, 48), (36, 34, 34)
PAD = (34, 36, 40)
EYE, IRIS, LIPS = (244, 242, 238), (52, 40, 34), (168, 84, 78)


def solids(body: Body, clothes: Clothes) -> list[Solid]:
    """Everything to draw of one figure."""
    return [*_trunk(body, clothes), *_head(body, clothes), *_limbs(body, clothes)]


def _trunk(body: Body, clothes: Clothes) -> Iterator[Solid]:
    h, g, up = body.build.stature, body.build.girth, body.trunk[:, 1]
    wide = 0.4 + 0.6 * g
    half = body.pelvis @ about_x(_lean(body) * 0.55)
    belly = (1.0, 1.0, 0.72 + 0.3 * (g - 1.0))
    hips = body.hips - half[:, 2] * 0.006 * h
    hem, chest = hips - up * 0.022 * h, hips + up * 0.208 * h * body.build.trunk
    zipped = Band(0, 0.0, 0.0035 * h, clothes.trousers, 1)
    stripes = tuple(Band(1, low * h, (low + 0.022) * h, SILVER) for low in (0.052, 0.122))
    straps = (Band(0, 0.050 * h, 0.066 * h, SILVER, 1), zipped)
    yield Solid(
        hips, 0.082 * h * g, clothes.trousers, frame=half, stretch=(body.build.hips, 0.66, 0.80)
    )
    yield Solid(
        hem,
        0.092 * h * g,
        clothes.vest,
        chest,
        0.098 * h * wide,
        body.trunk,
        belly,
        (zipped, *stripes),
    )
    yield Solid(
        chest,
        0.098 * h * wide,
        clothes.vest,
        frame=body.trunk,
        stretch=(body.build.shoulders, 0.86, 0.73),
        bands=straps,
    )
    for side in (1, -1):
        behind = hips + (half @ np.array([side * 0.036, -0.020, -0.028])) * h
        yield Solid(behind, 0.044 * h * g, clothes.trousers, frame=half, stretch=(0.9, 1, 0.9))
    base = body.shoulders - body.trunk[:, 2] * 0.006 * h
    yield Solid(
        base - up * 0.030 * h,
        0.098 * h * wide,
        clothes.vest,
        frame=body.trunk,
        stretch=(body.build.shoulders, 0.46, 0.62),
        bands=straps,
    )
    for joint in (L.LEFT_SHOULDER, L.RIGHT_SHOULDER):
        yield Solid(
            base + up * 0.006 * h,
            0.043 * h,
            clothes.vest,
            body.joints[joint],
            0.036 * h,
        )
    yield Solid(
        base + up * 0.030 * h - body.trunk[:, 2] * 0.004 * h,
        0.042 * h,
        clothes.shirt,
        frame=body.trunk,
        stretch=(1, 0.5, 0.98),
    )
    yield _bare(base, 0.036 * h * g, clothes.skin, body.head_centre, 0.034 * h * g)


def _lean(body: Body) -> float:
    """Degrees the trunk leans forward of the pelvis."""
    own = body.pelvis.T @ body.trunk[:, 1]
    return float(np.degrees(np.arctan2(own[2], own[1])))


def _head(body: Body, clothes: Clothes) -> Iterator[Solid]:
    h, head = body.build.stature * body.build.head, body.head

    def spot(x: float, y: float, z: float) -> Floats:
        return np.asarray(body.head_centre + head @ (np.array([x, y, z]) * h))

    def ball(
        at: tuple[float, float, float], radius: float, colour: Colour,
        stretch: tuple[float, float, float] = (1, 1, 1), gloss: float = 0.0,
    ) -> Solid:  # fmt: skip
        return _bare(spot(*at), radius * h, colour, frame=head, stretch=stretch, gloss=gloss)

    yield ball((0, 0.004, 0.004), 0.056, clothes.skin, (0.76, 1.06, 0.94))
    yield ball((0, -0.034, 0.018), 0.034, clothes.skin, (0.86, 0.95, 0.90))
    yield ball((0, -0.004, -0.014), 0.056, clothes.hair, (0.80, 0.98, 0.88))
    yield ball((0, -0.040, -0.022), 0.032, clothes.hair, (1.0, 0.9, 0.8))
    yield ball((0, 0.034, -0.002), 0.060, clothes.helmet, (0.86, 0.82, 1.0), 0.35)
    yield ball((0, 0.034, 0.016), 0.066, clothes.helmet, (0.78, 0.08, 0.98), 0.2)
    yield _bare(spot(0, 0.006, 0.053), 0.005 * h, clothes.skin, spot(0, -0.012, 0.060), 0.009 * h)
    yield ball((0, -0.013, 0.059), 0.010, clothes.skin)
    yield ball((0, -0.038, 0.045), 0.015, LIPS, (1.0, 0.28, 0.6))
    for side in (1, -1):
        yield ball((side * 0.0180, 0.006, 0.0440), 0.0100, EYE, (1.0, 0.60, 0.7))
        yield ball((side * 0.0176, 0.006, 0.0480), 0.0056, IRIS)
        yield ball((side * 0.0195, 0.0175, 0.0460), 0.0120, clothes.hair, (1.0, 0.22, 0.5))
        yield ball((side * 0.0430, -0.004, -0.002), 0.017, clothes.skin, (0.42, 1.0, 0.66))


def _limbs(body: Body, clothes: Clothes) -> Iterator[Solid]:
    for off in (0, 1):
        yield from _arm(body, clothes, off)
        yield from _leg(body, clothes, off)


def _segment(
    start: Floats, end: Floats, radii: tuple[float, float], colour: Colour, frame: Floats
) -> Iterator[Solid]:
    """A tapered limb, rounded where it begins."""
    yield Solid(start, radii[0], colour, frame=frame)
    yield Solid(start, radii[0], colour, end, radii[1], frame)


def _arm(body: Body, clothes: Clothes, off: int) -> Iterator[Solid]:
    """off: 0 left, 1 right."""
    h, g, joints = body.build.stature, 0.5 + 0.5 * body.build.girth, body.joints
    shoulder, elbow, wrist = (
        joints[joint + off] for joint in (L.LEFT_SHOULDER, L.LEFT_ELBOW, L.LEFT_WRIST)
    )
    upper, lower = (body.limbs[L(joint + off)] for joint in (L.LEFT_SHOULDER, L.LEFT_ELBOW))
    thick, middling, thin = (radius * h * g for radius in (0.0365, 0.027, 0.0195))
    yield from _segment(shoulder, elbow, (thick, middling), clothes.shirt, upper)
    yield Solid(elbow, middling, clothes.shirt, frame=lower)
    yield _bare(elbow, 0.92 * middling, clothes.skin, wrist, thin, lower)
    yield _bare(wrist, thin, clothes.skin, frame=lower)
    yield from _hand(body, clothes, off, wrist)


def _hand(body: Body, clothes: Clothes, off: int, wrist: Floats) -> Iterator[Solid]:
    """A palm, four fingers a little bent, and a thumb."""
    h, side = body.build.stature, 1 - 2 * off
    frame = body.limbs[L(L.LEFT_WRIST + off)]

    def spot(x: float, y: float, z: float) -> Floats:
        return np.asarray(wrist + frame @ (np.array([side * x, y, z]) * h))

    yield _bare(
        spot(0, -0.030, 0), 0.026 * h, clothes.skin, frame=frame, stretch=(0.45, 1.15, 0.86)
    )
    for z in (-0.017, -0.0055, 0.006, 0.016):
        yield _bare(
            spot(-0.006, -0.066 - 0.15 * abs(z), z * 0.95),
            0.024 * h,
            clothes.skin,
            frame=frame @ about_z(-side * 14),
            stretch=(0.30, 1.0, 0.29),
        )
    thumb = frame @ about_x(-38)
    yield _bare(
        spot(-0.006, -0.032, 0.024), 0.023 * h, clothes.skin, frame=thumb, stretch=(0.36, 1.0, 0.36)
    )


def _leg(body: Body, clothes: Clothes, off: int) -> Iterator[Solid]:
    """off: 0 left, 1 right."""
    h, g, joints = body.build.stature, body.build.girth, body.joints
    hip, knee, ankle = (joints[joint + off] for joint in (L.LEFT_HIP, L.LEFT_KNEE, L.LEFT_ANKLE))
    hip = hip - body.pelvis[:, 0] * (1 - 2 * off) * 0.008 * h
    thigh, shin = (body.limbs[L(joint + off)] for joint in (L.LEFT_HIP, L.LEFT_KNEE))
    thick, middling, thin = (radius * h * g for radius in (0.0485, 0.037, 0.029))
    pad = knee + thigh[:, 2] * 0.014 * h
    band = Band(1, 0.135 * h, 0.152 * h, SILVER)
    yield from _segment(hip, knee, (thick, middling), clothes.trousers, thigh)
    yield _bare(pad, 0.030 * h * g, PAD, frame=thigh, stretch=(0.8, 1.2, 0.9))
    yield Solid(knee, middling, clothes.trousers, frame=shin)
    yield Solid(knee, middling, clothes.trousers, ankle, thin, shin, bands=(band,))
    calf = knee - shin @ np.array([0.0, 0.075, 0.012]) * h
    yield Solid(calf, 0.034 * h * g, clothes.trousers, frame=shin, stretch=(0.85, 1.9, 0.9))
    yield from _boot(body, off, ankle)


def _boot(body: Body, off: int, ankle: Floats) -> Iterator[Solid]:
    """A shaft, a heel, an upper that tapers to the toes, and a sole."""
    h, frame = body.build.stature, body.limbs[L(L.LEFT_ANKLE + off)]
    up, ahead = frame[:, 1] * h, frame[:, 2] * h
    heel = body.joints[L.LEFT_HEEL + off] + up * 0.019 + ahead * 0.013
    toes = body.joints[L.LEFT_FOOT_INDEX + off] + up * 0.014 - ahead * 0.013
    flat = (1.0, 0.75, 1.0)
    yield _bare(ankle, 0.028 * h, BOOT)
    yield _bare(ankle, 0.0275 * h, BOOT, heel, 0.026 * h)
    yield _bare(heel, 0.025 * h, BOOT, frame=frame, stretch=(0.9, 0.72, 1.0))
    yield _bare(heel, 0.025 * h, BOOT, toes, 0.024 * h, frame, flat)
    yield _bare(toes, 0.026 * h, BOOT, frame=frame, stretch=(1.0, 0.56, 1.0))
    sole = (heel + toes) / 2 - up * 0.0105
    yield _bare(sole, 0.076 * h, SOLE, frame=frame, stretch=(0.36, 0.085, 1.0))
