import pytest

from monitor.posture.zones import contains, zones_of
from tests.builders import a_pose

SQUARE = ((0.1, 0.1), (0.5, 0.1), (0.5, 0.5), (0.1, 0.5))
HOOK = ((0, 0), (1, 0), (1, 1), (0.8, 1), (0.8, 0.2), (0, 0.2))


@pytest.mark.parametrize(
    ("polygon", "point", "inside"),
    [
        (SQUARE, (0.3, 0.3), True),
        (SQUARE, (0.6, 0.3), False),
        (SQUARE, (0.3, 0.05), False),
        (HOOK, (0.9, 0.9), True),
        (HOOK, (0.5, 0.5), False),
        (HOOK, (0.5, 0.1), True),
    ],
)
def test_points_and_polygons(polygon, point, inside):
    assert contains(polygon, *point) is inside


def test_a_person_stands_where_their_feet_are():
    zones = {"near": ((0, 0.6), (1, 0.6), (1, 1), (0, 1)), "far": ((0, 0), (1, 0), (1, 0.6))}
    assert zones_of(a_pose(at=(320, 240)), zones, 640, 480) == ("near",)
