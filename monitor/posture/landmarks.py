"""What is kept of everybody seen, so that it can be judged again: numbers, never pictures.

What is judged live is what is kept: a pose is rounded first (`as_kept`), so that judging what is
read back gives the same angles, bit for bit.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.posture.gravity import Calibration
from monitor.posture.model import Floats, Pose, Region
from monitor.posture.zones import Polygon

PER_PX = 16
"""Landmarks are kept in sixteenths of a pixel, a tenth of what they tremble from look to look."""

PER_M = 1000
"""World landmarks are kept in millimetres: 0.2° of a trunk, 0.5° of the line from ears to face."""

PER_SCORE = 255

Ints = NDArray[Any]
"""Arrays of whole numbers."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Body(NamedTuple):
    """Somebody in one picture: their slot and their pose as kept. doubted: believed until just now
    and no longer, as happens to people who fall; no angle is read off them."""

    slot: int
    pose: Pose
    doubted: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """How the camera stood: its picture in pixels, where down is, its zones."""

    width: int
    height: int
    calibration: Calibration
    zones: Mapping[str, Polygon]


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """All that judging needs of one look. blind: why nothing could be seen, `None` when it could;
    view: `None` when no picture came."""

    t: float
    at: datetime
    blind: str | None
    view: View | None
    bodies: Sequence[Body] = ()

    def when(self, t: float) -> datetime:
        """UTC of another moment on the same steady line."""
        return self.at + timedelta(seconds=t - self.t)


class _Numbers(NamedTuple):
    """n poses in whole numbers: (n, 33, 3) points, (n, 33) visibility, (n, 33, 3) world,
    (n,) score."""

    points: Ints
    visibility: Ints
    world: Ints
    score: Ints


def as_kept(pose: Pose) -> Pose:
    """A pose as it will be read back. Its region is the square round the landmarks: nobody looks
    for it again."""
    return next(_poses(_numbers([pose])))


def pack(looks: Sequence[Look]) -> tuple[dict[str, Any], dict[str, Ints]]:
    """Looks as a header (for JSON) and arrays that compress well: see docs/replay.md."""
    bodies = [body for look in looks for body in look.bodies]
    reasons, blind = _listed(look.blind for look in looks)
    views, view = _listed(look.view for look in looks)
    slots = np.array([body.slot for body in bodies], np.int32)
    numbers = _numbers([body.pose for body in bodies])
    order = np.argsort(slots, kind="stable")
    t = np.array([look.t for look in looks], np.float64)
    header = {"reasons": reasons, "views": [None if v is None else asdict(v) for v in views]}
    return header, {
        "t": t,
        "at": np.array([(look.at - EPOCH) // MICROSECOND for look in looks], np.int64) - _us(t),
        "blind": blind,
        "view": view,
        "count": np.array([len(look.bodies) for look in looks], np.uint16),
        "slot": slots,
        "doubted": np.array([body.doubted for body in bodies], np.bool_),
        **{name: _steps(n[order]) for name, n in numbers._asdict().items()},
    }


def unpack(header: Mapping[str, Any], arrays: Mapping[str, Ints]) -> list[Look]:
    """The looks that `pack` was given. Of old, nobody doubted was kept."""
    slots, t = arrays["slot"], arrays["t"]
    doubted = arrays["doubted"] if "doubted" in arrays else np.zeros(len(slots), np.bool_)
    back = np.argsort(np.argsort(slots, kind="stable"), kind="stable")
    poses = _poses(_Numbers(*(_sums(arrays[name])[back] for name in _Numbers._fields)))
    bodies = map(Body, slots.tolist(), poses, doubted.tolist())
    views = [None if view is None else _view(view) for view in header["views"]]
    return [
        Look(
            t=seconds,
            at=EPOCH + at * MICROSECOND,
            blind=header["reasons"][blind],
            view=views[view],
            bodies=tuple(next(bodies) for _ in range(count)),
        )
        for seconds, at, blind, view, count in zip(
            t.tolist(),
            (arrays["at"] + _us(t)).tolist(),
            *(arrays[name].tolist() for name in ("blind", "view", "count")),
            strict=True,
        )
    ]


def _numbers(poses: Sequence[Pose]) -> _Numbers:
    landmarks = np.array([pose.landmarks for pose in poses]).reshape(-1, 33, 4)
    world = np.array([pose.world for pose in poses]).reshape(-1, 33, 3)
    score = np.array([pose.score for pose in poses])
    return _Numbers(
        _whole(landmarks[..., :3] * PER_PX, np.int32),
        _share(landmarks[..., 3]),
        _whole(world * PER_M, np.int16),
        _share(score),
    )


def _poses(numbers: _Numbers) -> Iterator[Pose]:
    points = _floats(numbers.points) / PER_PX
    landmarks = np.concatenate([points, numbers.visibility[..., None] / PER_SCORE], axis=2)
    world = _floats(numbers.world) / PER_M
    scores = (numbers.score / PER_SCORE).tolist()
    for one, metres, score in zip(landmarks, world, scores, strict=True):
        yield Pose(one, metres, score, _region(one))


def _region(landmarks: Floats) -> Region:
    low, high = np.nanmin(landmarks[:, :2], axis=0), np.nanmax(landmarks[:, :2], axis=0)
    (x, y), (width, height) = ((low + high) / 2).tolist(), (high - low).tolist()
    return Region(x, y, max(width, height))


def _whole(values: Floats, kind: type[np.signedinteger[Any]]) -> Ints:
    """Rounded and held within the type, whose lowest number stands for what is no number."""
    limit = np.iinfo(kind)
    held = np.clip(np.rint(values), limit.min + 1, limit.max)
    return np.where(np.isnan(held), limit.min, held).astype(kind)


def _floats(values: Ints) -> Floats:
    return np.where(values == np.iinfo(values.dtype).min, np.nan, values)


def _share(values: Floats) -> Ints:
    """0..1 as a byte; what is no number is unseen."""
    return np.rint(np.clip(np.nan_to_num(values), 0.0, 1.0) * PER_SCORE).astype(np.uint8)


def _steps(rows: Ints) -> Ints:
    """(n, …) as (…, n) differences from row to row, turning over where the type ends: small
    numbers of one landmark side by side."""
    return np.ascontiguousarray(np.moveaxis(np.diff(rows, axis=0, prepend=rows[:1] * 0), 0, -1))


def _sums(steps: Ints) -> Ints:
    """What `_steps` was given."""
    return np.moveaxis(np.cumsum(steps, axis=-1, dtype=steps.dtype), -1, 0)


def _listed(values: Iterable[Any]) -> tuple[list[Any], Ints]:
    """The different values, and which of them each is."""
    known: list[Any] = []
    places = []
    for value in values:
        if value not in known:
            known.append(value)
        places.append(known.index(value))
    return known, np.array(places, np.uint16)


def _us(t: Ints) -> Ints:
    return np.rint(t * 1e6).astype(np.int64)


def _view(written: Mapping[str, Any]) -> View:
    zones = {name: tuple(map(tuple, corners)) for name, corners in written["zones"].items()}
    calibration = Calibration(**written["calibration"])
    return View(written["width"], written["height"], calibration, zones)
