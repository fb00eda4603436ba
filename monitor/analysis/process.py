"""The process that looks at uploaded pictures: started by `monitor.analysis.client`.

Its arguments are the number of a socket and the data folder. Over the socket a request is
`(blur, picture)`, an answer `(result, picture)` or the sentence that says why there is none. Its
memory is limited, so that no picture can harm the machine; one that needs more kills it alone.
"""

import os
import resource
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from monitor import evidence, logs
from monitor.analysis.heads import hide_everyone
from monitor.analysis.pictures import read_picture
from monitor.analysis.results import MOST_PEOPLE, measured, person_result
from monitor.errors import InputError
from monitor.pose.engine import Engine
from monitor.pose.engines import make_engine
from monitor.pose.faces import Faces, faces_of
from monitor.posture.gravity import Calibration
from monitor.posture.model import Image

MEMORY_BYTES = 2_000_000_000
"""Data the process may hold. At work on the largest picture it holds 1 GB, 1.3 with transparency;
with none, 0.25 GB."""

SHOWN_PX = 1600
"""Long side of the picture that is given back."""


class Analyst:
    def __init__(self, engine: Engine, faces: Faces | None) -> None:
        self._engine = engine
        self._faces = faces

    def answer(self, data: bytes, *, blur: bool) -> tuple[dict[str, Any], bytes] | str:
        """The result and a JPEG without skeleton, heads hidden if `blur`; or why there is none."""
        try:
            return self._analyzed(read_picture(data), blur)
        except InputError as e:
            return str(e)
        except MemoryError:
            return "the picture needs more memory than one may take: make it smaller first"

    def _analyzed(self, image: Image, blur: bool) -> tuple[dict[str, Any], bytes]:
        height, width = image.shape[:2]
        poses = self._engine.find(image, still=True)
        people = measured(poses, Calibration(), (width, height))
        result = {
            "width": width,
            "height": height,
            "engine": self._engine.name,
            "people": [person_result(person) for person in people],
        }
        if blur:
            hide_everyone(image, poses, self._faces)
        return result, evidence.jpeg(_fit(image))


def _fit(image: Image) -> Image:
    scale = SHOWN_PX / max(image.shape[:2])
    if scale >= 1:
        return image
    to = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, to, interpolation=cv2.INTER_AREA))


def main() -> None:
    fd, data = int(sys.argv[1]), Path(sys.argv[2])
    logs.configure()
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    os.nice(5)
    analyst = Analyst(make_engine("blazepose", data, max_people=MOST_PEOPLE), faces_of(data))
    with Connection(fd) as asked, suppress(EOFError, ConnectionError):
        asked.send("ready")
        while True:
            blur, picture = asked.recv()
            asked.send(analyst.answer(picture, blur=blur))


if __name__ == "__main__":
    main()
