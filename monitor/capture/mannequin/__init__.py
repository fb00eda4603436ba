"""The drawn camera: a worker in a hall whose every joint and angle is known.

`MannequinSource` is the camera; `draw_view` draws one figure in one posture for tests and
benches.
"""

from monitor.capture.mannequin.body import BUILDS, Body, Build, Posture, angles, both, stand_up
from monitor.capture.mannequin.camera import Camera, aimed
from monitor.capture.mannequin.render import Figure, draw, draw_view, truth
from monitor.capture.mannequin.script import bent
from monitor.capture.mannequin.source import SCENES, MannequinSource, View, parse

__all__ = [
    "BUILDS",
    "SCENES",
    "Body",
    "Build",
    "Camera",
    "Figure",
    "MannequinSource",
    "Posture",
    "View",
    "aimed",
    "angles",
    "bent",
    "both",
    "draw",
    "draw_view",
    "parse",
    "stand_up",
    "truth",
]
