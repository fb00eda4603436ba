"""The process that looks at uploaded pictures: started by `monitor.analysis.client`.

It talks over the socket whose number is its first argument: a request is `(blur, picture)`, an
answer `(result, picture)` or the sentence that says why there is none. Its memory is limited, so
that no picture can harm the machine; a picture that needs more kills this process alone.
"""

import os
import resource
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

import cv2
import numpy as np

from monitor import evidence, logs
from monitor.analysis.pictures import read_picture
from monitor.analysis.results import measured, person_result
from monitor.errors import InputError
from monitor.pose.engine import Engine
from monitor.pose.mediapipe_engine import MediaPipeEngine
from monitor.posture.gravity import Calibration
from monitor.posture.model import Image, Pose

MEMORY_BYTES = 2_000_000_000
"""Data the process may hold: the model takes 0.3 GB, the largest picture allowed some 0.6 GB."""

SHOWN_PX = 1600
"""Long side of the picture that is given back."""

MOST_PEOPLE = 8


def answer(data: bytes, blur: bool, engine: Engine) -> tuple[dict[str, object], bytes]:
    """The result and a JPEG without skeleton, heads hidden if `blur`. Raises InputError."""
    image = read_picture(data)
    poses = engine.find(image)
    size = (image.shape[1], image.shape[0])
    result = {
        "width": size[0],
        "height": size[1],
        "engine": engine.name,
        "people": [person_result(p) for p in measured(poses, Calibration(), size)],
    }
    return result, evidence.jpeg(_shown(image, poses if blur else ()))


def _shown(image: Image, hidden: Sequence[Pose]) -> Image:
    if not evidence.hide_heads(image, hidden):
        raise InputError("a head in the picture could not be placed, so it cannot be blurred")
    scale = SHOWN_PX / max(image.shape[:2])
    if scale >= 1:
        return image
    to = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, to, interpolation=cv2.INTER_AREA))


def main() -> None:
    fd, task = int(sys.argv[1]), Path(sys.argv[2])
    logs.configure()
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    os.nice(5)
    engine = MediaPipeEngine(task, max_people=MOST_PEOPLE)
    with Connection(fd) as asked:
        asked.send("ready")
        while True:
            try:
                blur, data = asked.recv()
            except EOFError:
                return
            try:
                asked.send(answer(data, blur, engine))
            except InputError as e:
                asked.send(str(e))
            except MemoryError:
                asked.send("the picture needs more memory than one may take")


if __name__ == "__main__":
    main()
