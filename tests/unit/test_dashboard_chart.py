"""The chart of a measure over time, and its round numbers."""

import pytest

from dashboard.chart import (
    BOTTOM,
    HEIGHT,
    LEFT,
    MOST_POINTS,
    RIGHT,
    TOP,
    WIDTH,
    chart_of,
    nice_steps,
)

Track = list[list[float | None]]


def test_a_curve_is_broken_where_nothing_was_measured() -> None:
    track: Track = [[0, 10.0], [1, 20.0], [2, None], [3, 30.0], [4, None], [5, 20.0], [6, 10.0]]
    chart = chart_of(track, limit=15.0, peak=30.0, peak_s=3.0, met_s=2.0)
    assert chart is not None
    assert [len(line.split()) for line in chart.lines] == [2, 2]
    assert len(chart.dots) == 1


def test_everything_lies_inside_the_drawing() -> None:
    track: Track = [[-0.5, -20.0], [3.0, 140.0], [9.0, None]]
    chart = chart_of(track, limit=60.0, peak=150.0, peak_s=12.0, met_s=4.0)
    assert chart is not None
    xs = [*chart.hold, chart.peak[0], *(tick.at for tick in chart.x_ticks)]
    ys = [chart.limit_y, chart.peak[1], *(tick.at for tick in chart.y_ticks)]
    assert all(LEFT <= x <= WIDTH - RIGHT for x in xs)
    assert all(TOP <= y <= HEIGHT - BOTTOM for y in ys)
    assert chart.limit_y > chart.peak[1], "higher values stand higher"


def test_a_long_track_is_thinned_and_keeps_its_peak() -> None:
    track = [[i / 5, 99.0 if i == 4321 else 30.0] for i in range(6000)]
    chart = chart_of(track, limit=20.0, peak=99.0, peak_s=864.2, met_s=240.0)
    assert chart is not None
    points = [tuple(map(float, point.split(","))) for point in chart.lines[0].split()]
    assert len(points) <= MOST_POINTS
    assert min(y for _, y in points) == chart.peak[1]


@pytest.mark.parametrize("track", [[], [[0.0, None], [1.0, None]]])
def test_without_a_value_there_is_no_chart(track: Track) -> None:
    assert chart_of(track, limit=60.0, peak=70.0, peak_s=0.0, met_s=4.0) is None


def test_one_value_makes_a_dot() -> None:
    chart = chart_of([[0.0, 61.0]], limit=60.0, peak=61.0, peak_s=0.0, met_s=0.0)
    assert chart is not None
    assert (len(chart.lines), len(chart.dots)) == (0, 1)


@pytest.mark.parametrize(
    ("low", "high", "inside", "steps"),
    [
        (0.0, 84.3, False, [0, 20, 40, 60, 80, 100]),
        (-30.0, 60.0, False, [-40, -20, 0, 20, 40, 60]),
        (0.0, 6.2, True, [0, 2, 4, 6]),
        (-0.5, 240.0, True, [0, 50, 100, 150, 200]),
    ],
)
def test_steps_are_round(low: float, high: float, inside: bool, steps: list[float]) -> None:
    assert nice_steps(low, high, inside=inside) == steps
