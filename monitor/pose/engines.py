"""Which engine looks."""

import importlib
from pathlib import Path
from typing import Literal

from monitor.pose.engine import Engine
from monitor.pose.models import pose_graphs, pose_task

EngineName = Literal["blazepose", "mediapipe"]

_MODULES = {
    "blazepose": "monitor.pose.blazepose.engine",
    "mediapipe": "monitor.pose.mediapipe_engine",
}
"""Loaded when its engine is asked for: each brings libraries of its own."""


def check_models(name: EngineName, data: Path) -> None:
    """Raises ModelError when a model of the engine is missing or damaged."""
    if name == "blazepose":
        pose_graphs(data)
    else:
        pose_task(data)


def make_engine(
    name: EngineName, data: Path, *, search_px: int = 640, max_people: int = 4, threads: int = 1
) -> Engine:
    """The engine called so, with the models of the data folder.

    search_px: side to which MediaPipe's searches are scaled. threads: of each LiteRT graph.
    Raises ModelError when a model is missing, damaged or of another kind.
    """
    module = importlib.import_module(_MODULES[name])
    engine: Engine = module.make(data, search_px=search_px, max_people=max_people, threads=threads)
    return engine
