"""Which engine looks."""

import importlib
from pathlib import Path
from typing import Any, Literal

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


def check_detector(path: Path) -> None:
    """Raises ModelError when the user's own detector is missing or of another kind. Costly: loads
    MediaPipe."""
    _own_detector(path).close()


def make_engine(
    name: EngineName,
    data: Path,
    *,
    search_px: int = 640,
    max_people: int = 4,
    threads: int = 1,
    detector: Path | None = None,
) -> Engine:
    """The engine called so, with the models of the data folder.

    search_px: side to which MediaPipe's searches are scaled. threads: of each LiteRT graph.
    detector: the user's own, which proposes people to `blazepose`; `mediapipe` takes none.
    Raises ModelError when a model is missing, damaged or of another kind.
    """
    module = importlib.import_module(_MODULES[name])
    own = {} if detector is None else {"own": _own_detector(detector)}
    engine: Engine = module.make(
        data, search_px=search_px, max_people=max_people, threads=threads, **own
    )
    return engine


def _own_detector(path: Path) -> Any:
    return importlib.import_module("monitor.pose.proposals").OwnDetector(path)
