"""Nobody to be recognised in what an analysis shows."""

from collections.abc import Sequence

from monitor import evidence
from monitor.errors import InputError
from monitor.pose.faces import Faces
from monitor.posture.model import Image, Pose


def hide_everyone(image: Image, bodies: Sequence[Pose], faces: Faces | None) -> None:
    """Hide in place the head of each body and every face besides.

    Raises InputError when the head of a body cannot be placed; the picture must not be shown then.
    """
    besides = [] if faces is None else faces.find(image)
    if not evidence.hide_heads(image, bodies):
        raise InputError("a head in the picture could not be placed, so it cannot be blurred")
    for face in besides:
        evidence.hide_disc(image, *face)
