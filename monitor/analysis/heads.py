"""Nobody to be recognised in what an analysis shows."""

from collections.abc import Sequence
from pathlib import Path

from monitor import evidence
from monitor.errors import InputError
from monitor.pose.faces import Faces
from monitor.pose.models import face_model
from monitor.posture.model import Image, Pose


def faces_of(data: Path) -> Faces | None:
    """The second net; `None` where a bundle was brought by hand, which holds no face model.

    Raises ModelError when the model is damaged.
    """
    model = face_model(data)
    return None if model is None else Faces(model)


def hide_everyone(image: Image, bodies: Sequence[Pose], faces: Faces | None) -> None:
    """Hide in place the head of each body and every face besides.

    Raises InputError when the head of a body cannot be placed; the picture must not be shown then.
    """
    besides = [] if faces is None else faces.find(image)
    if not evidence.hide_heads(image, bodies):
        raise InputError("a head in the picture could not be placed, so it cannot be blurred")
    for face in besides:
        evidence.hide_disc(image, *face)
