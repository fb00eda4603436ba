"""A second search for bodies whose first look went wrong."""

from collections.abc import Sequence

from monitor.pose.engine import Engine
from monitor.posture.belief import misshapen
from monitor.posture.body import apart, middle
from monitor.posture.model import Image, Pose
from monitor.posture.windows import around

SAME_PLACE = 1.0
"""Trunk lengths between the big joints of a look that went wrong and of the body it was meant for:
hips laid on knees or hands are half of that away."""


def mended(engine: Engine, image: Image, looks: Sequence[Pose], most: int) -> list[Pose]:
    """The same, but of the looks that have the bones of no body, the first `most` are replaced by
    what a search of their place finds there. A search takes as long as following five.

    Where others are near it could find one of them, so such a look is left alone.
    """
    doubted = [look for look in looks if misshapen(look) and _alone(look, looks)][:most]
    return [_again(engine, image, look) if look in doubted else look for look in looks]


def _alone(look: Pose, looks: Sequence[Pose]) -> bool:
    square = around(look)
    return not any(
        max(abs(x - square.x), abs(y - square.y)) < square.size / 2
        for x, y in (middle(other) for other in looks if other is not look)
    )


def _again(engine: Engine, image: Image, look: Pose) -> Pose:
    found = engine.find(image, [around(look)])
    here = [pose for pose in found if apart(pose, look) < SAME_PLACE and not misshapen(pose)]
    return min(here, key=lambda pose: apart(pose, look), default=look)
