"""A search for bodies whose first look may have gone wrong."""

from collections.abc import Sequence
from typing import NamedTuple

from monitor.pose.engine import Engine
from monitor.posture.belief import evidence
from monitor.posture.body import apart, middle
from monitor.posture.model import AnyImage, Pose, Region
from monitor.posture.slots import CLEAR
from monitor.posture.windows import around

SAME_PLACE = 0.7
"""Trunk lengths between the big joints of a doubted look, or of what was expected, and of the body
it was meant for: of 549 bodies found so near in drawn films of bends 538 were right (within 0.3
trunks of the drawn one), of 9 further away one."""


class Mended(NamedTuple):
    """looks: as they were given, but for those replaced. squares: searched for it. besides: who
    else was found in these."""

    looks: list[Pose | None]
    squares: list[Region]
    besides: list[Pose]


def mended(
    engine: Engine,
    image: AnyImage,
    looks: Sequence[Pose | None],
    doubts: Sequence[Pose | None],
    most: int,
) -> Mended:
    """The same, but of the looks that are doubted the first `most` are replaced by what a search
    of their place finds there: it is verified by several looks, and begins with the detector, that
    knows nothing of the look before. A search takes as long as following five, or two where its
    first look agrees with the one doubted. Among several a doubted look never counts as one that
    verifies: both may lie on somebody else; nor does one that is no clear body, as of whoever lies.

    looks: `None` where nobody was seen. doubts: one a look, the body that may be seen wrong: as it
    is seen, or as it was expected; `None` when there is no doubt.
    Where others are near a search could find one of them, so such a look is left alone.
    """
    answer = Mended(list(looks), [], [])
    seen = [look for look in looks if look and len(looks) == 1 and evidence(look) >= CLEAR]
    doubted = [(i, doubt) for i, doubt in enumerate(doubts) if doubt and _alone(i, doubt, looks)]
    for i, doubt in doubted[:most]:
        square = around(doubt)
        found = engine.find(image, [square], seen=seen)
        near = [pose for pose in found if apart(pose, doubt) < SAME_PLACE]
        answer.looks[i] = min(near, key=lambda pose: apart(pose, doubt), default=looks[i])
        answer.squares.append(square)
        answer.besides.extend(pose for pose in found if pose not in near)
    return answer


def _alone(number: int, doubt: Pose, looks: Sequence[Pose | None]) -> bool:
    square = around(doubt)
    return not any(
        max(abs(x - square.x), abs(y - square.y)) < square.size / 2
        for x, y in (middle(other) for i, other in enumerate(looks) if other and i != number)
    )
