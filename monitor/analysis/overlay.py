"""Analysed pictures with their skeletons, for people to look at."""

from pathlib import Path

from monitor import evidence
from monitor.analysis.files import Looked
from monitor.analysis.heads import hide_everyone
from monitor.errors import InputError
from monitor.pose.faces import Faces


class Overlays:
    """A folder of JPEGs, one a look, called after the file and the picture's number in it."""

    def __init__(self, folder: Path, faces: Faces | None) -> None:
        self._folder = folder
        self._faces = faces

    def draw(self, file: Path, look: Looked) -> None:
        """Heads hidden, also of those whose skeleton is not drawn since they are not believed.

        Raises InputError when a head cannot be hidden or the picture cannot be stored.
        """
        picture = look.image.copy()
        hide_everyone(picture, look.bodies, self._faces)
        for person in look.people:
            evidence.draw_skeleton(picture, person.pose.landmarks)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            name = f"{file.name}.{look.frame:06d}.jpg"
            (self._folder / name).write_bytes(evidence.jpeg(picture))
        except OSError as e:
            raise InputError(
                f"the overlay cannot be stored in {self._folder} ({e.strerror})"
            ) from e
