"""BlazePose on LiteRT behind the two verbs of an engine."""

from collections.abc import Iterable, Sequence

import numpy as np

from monitor.pose.blazepose.detector import Detection, Detector
from monitor.pose.blazepose.landmarks import Landmarks
from monitor.pose.crops import checked, shows, whole
from monitor.pose.doubles import same_place, without_doubles
from monitor.pose.models import Graphs
from monitor.posture.model import Image, Pose, Region

STRAY = 0.25
"""The person's hips lie within this share of the region's side from its centre, or it is another:
about 0.6 m, a third of a second at a quick walk."""


class BlazePoseEngine:
    """Two graphs, one thread; `Pose.score` is how sure the landmark graph is of a body."""

    def __init__(
        self,
        graphs: Graphs,
        *,
        max_people: int = 4,
        min_score: float = 0.5,
        threads: int = 1,
    ):
        """min_score: the least sure detection and presence (0..1) that counts as a person.
        threads: of each graph. Raises ModelError when a file is no such graph."""
        self.name = f"blazepose/{graphs.model}"
        self._detector = Detector(graphs.detector, threads)
        self._landmarks = Landmarks(graphs.trimmed, threads)
        self._max_people = max_people
        self._min_score = min_score

    def find(self, image: Image, windows: Sequence[Region] = ()) -> list[Pose]:
        picture = checked(image)
        seen = [
            detection
            for window in windows or (whole(picture),)
            for detection in self._detector(picture, window, self._min_score)
        ]
        poses = (self._look(picture, detection.region) for detection in _apart(seen))
        return without_doubles(pose for pose in poses if pose is not None)[: self._max_people]

    def follow(self, image: Image, regions: Sequence[Region]) -> list[Pose | None]:
        picture = checked(image)
        return [self._look(picture, region) for region in regions]

    def close(self) -> None:
        """Nothing is held but memory."""

    def _look(self, picture: Image, region: Region) -> Pose | None:
        if not shows(picture, region):
            return None
        pose = self._landmarks(picture, region)
        strayed = np.hypot(pose.region.x - region.x, pose.region.y - region.y)
        return pose if pose.score >= self._min_score and strayed < STRAY * region.size else None


def _apart(detections: Iterable[Detection]) -> list[Detection]:
    """The surest of all that look at the same place."""
    kept: list[Detection] = []
    for detection in sorted(detections, key=lambda detection: detection.score, reverse=True):
        if not any(same_place(detection.region, other.region) for other in kept):
            kept.append(detection)
    return kept
