"""Which engine looks."""

from pathlib import Path
from typing import Literal, assert_never

from monitor.pose.blazepose.engine import BlazePoseEngine
from monitor.pose.engine import Engine
from monitor.pose.mediapipe_engine import MediaPipeEngine
from monitor.pose.models import pose_graphs, pose_task

EngineName = Literal["blazepose", "mediapipe"]


def make_engine(
    name: EngineName, data: Path, *, search_px: int = 640, max_people: int = 4, threads: int = 1
) -> Engine:
    """The engine called so, with the models of the data folder.

    search_px: side to which MediaPipe's searches are scaled. threads: of each LiteRT graph.
    Raises ModelError when a model is missing, damaged or of another kind.
    """
    if name == "blazepose":
        return BlazePoseEngine(pose_graphs(data), max_people=max_people, threads=threads)
    if name == "mediapipe":
        return MediaPipeEngine(pose_task(data), search_px=search_px, max_people=max_people)
    assert_never(name)
