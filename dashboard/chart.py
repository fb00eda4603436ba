"""A measure over time, laid out for a drawing: pure numbers, no colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

WIDTH, HEIGHT = 420.0, 230.0
LEFT, RIGHT, TOP, BOTTOM = 42.0, 12.0, 18.0, 34.0
MOST_POINTS = 400
"""More would not be seen on a screen."""


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything in the units of a drawing WIDTH by HEIGHT, y downwards.

    lines: the curve as the `points` of polylines, broken where nothing was measured; dots: single
    values between gaps. hold: x where the posture began and where it was met.
    """

    lines: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    limit_y: float
    hold: tuple[float, float]
    peak: tuple[float, float]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM


def chart_of(
    track: Sequence[Sequence[Any]], *, limit: float, peak: float, peak_s: float, met_s: float
) -> Chart | None:
    """The chart of `[[seconds, value or None], …]`; `None` when nothing was measured."""
    values = [value for _, value in track if value is not None]
    if not values:
        return None
    seconds = [float(t) for t, _ in track] + [0.0, met_s]
    x = _scale(min(seconds), max(seconds), LEFT, WIDTH - RIGHT)
    low, high = min([0.0, limit, *values]), max([limit, peak, *values])
    y_steps = nice_steps(low, high)
    y = _scale(y_steps[0], max(y_steps[-1], high), HEIGHT - BOTTOM, TOP)
    runs = [[(x(t), y(value)) for t, value in run] for run in _runs(_thinned(track))]
    return Chart(
        lines=tuple(_points(run) for run in runs if len(run) > 1),
        dots=tuple(run[0] for run in runs if len(run) == 1),
        limit_y=y(limit),
        hold=(x(0.0), x(met_s)),
        peak=(x(min(max(peak_s, min(seconds)), max(seconds))), y(peak)),
        x_ticks=tuple(
            Tick(x(s), f"{s:g}") for s in nice_steps(min(seconds), max(seconds), inside=True)
        ),
        y_ticks=tuple(Tick(y(v), f"{v:g}") for v in y_steps),
    )


def nice_steps(low: float, high: float, *, inside: bool = False) -> list[float]:
    """Round numbers, three to seven of them, that cover low..high (or lie inside it)."""
    span = max(high - low, 1e-6)
    base = 10.0 ** np.floor(np.log10(span))
    step = next(base * m for m in (0.2, 0.5, 1.0, 2.0) if span / (base * m) <= 5.5)
    first, last = (np.ceil, np.floor) if inside else (np.floor, np.ceil)
    numbers = np.arange(first(low / step), last(high / step) + 1) * step
    return [float(round(number, 6)) for number in numbers]


def _scale(low: float, high: float, start: float, end: float) -> Any:
    span = max(high - low, 1e-6)
    return lambda value: round(start + (value - low) / span * (end - start), 1)


def _thinned(track: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
    """At most `MOST_POINTS`, of every stretch its highest value: a peak is never dropped."""
    size = -(-len(track) // MOST_POINTS)
    parts = (track[i : i + size] for i in range(0, len(track), size))
    return [
        max(part, key=lambda point: float("-inf") if point[1] is None else point[1])
        for part in parts
    ]


def _runs(track: Sequence[Sequence[Any]]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for t, value in track:
        if value is None:
            runs.append([])
        else:
            runs[-1].append((float(t), float(value)))
    return [run for run in runs if run]


def _points(run: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in run)
