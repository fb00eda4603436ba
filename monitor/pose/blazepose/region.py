"""BlazePose's alignment: two points say where a body is, how large and how it is turned."""

import numpy as np

from monitor.posture.model import Floats, Region

MARGIN = 1.25
"""How much wider than the body's circle the region is (MediaPipe's pose landmarker graph)."""


def aligned(hips: Floats, edge: Floats) -> Region:
    """The region from the point between the hips and the one on the circle round the body, above
    the head (Bazarevsky et al. 2020); both (2,) in pixels."""
    x, y = edge - hips
    radius = float(np.hypot(x, y))
    return Region(float(hips[0]), float(hips[1]), 2 * radius * MARGIN, float(np.arctan2(x, -y)))
