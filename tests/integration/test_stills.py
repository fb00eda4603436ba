"""A still picture is searched layer by layer: behind whoever was found others may stand."""

from monitor.capture.mannequin.body import BUILDS, stand_up
from monitor.capture.mannequin.camera import aimed
from monitor.capture.mannequin.figure import CLOTHES
from monitor.capture.mannequin.render import Figure, draw, truth
from monitor.capture.mannequin.script import POSTURES
from monitor.pose.blazepose.engine import BlazePoseEngine
from monitor.pose.models import Graphs
from monitor.posture.body import BODY, SAME_BODY, trunk_px

CAMERA = aimed(4.0, pitch=10, width=400, height=300)


def test_who_stands_half_behind_another_is_found_in_a_still_picture(graphs: Graphs) -> None:
    near = Figure(stand_up(POSTURES["stand"], BUILDS["average"], heading=20.0), CLOTHES[0])
    far = Figure(stand_up(POSTURES["reach"], BUILDS["tall"], (0.4, -0.6)), CLOTHES[1])
    found = BlazePoseEngine(graphs).find(draw(CAMERA, [near, far]), still=True)
    hips = [pose.landmarks[list(BODY[2:4]), :2].mean(axis=0) for pose in found]
    expected = [
        truth(CAMERA, figure).pixels[list(BODY[2:4])].mean(axis=0) for figure in (near, far)
    ]
    assert len(found) == 2
    for pose, seen, real in zip(found, hips, expected, strict=True):
        assert abs(seen - real).max() < SAME_BODY * trunk_px(pose)
