"""BlazePose on LiteRT behind the two verbs of an engine."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np

from monitor.pose.blazepose.detector import Detection, Detector
from monitor.pose.blazepose.landmarks import Landmarks
from monitor.pose.crops import checked, shows, whole
from monitor.pose.doubles import same_place, without_doubles
from monitor.pose.models import Graphs, pose_graphs
from monitor.pose.verdict import Judge, hopeless, person, steady
from monitor.posture.model import Image, Pose, Region
from monitor.posture.windows import thorough

STRAY = 0.25
"""The person's hips lie within this share of the region's side from its centre, or it is another:
about 0.6 m, a third of a second at a quick walk."""

LEAST_DETECTION = 0.4
"""Detections less sure are not looked at. Below MediaPipe's 0.5, because what is found is then
verified; a lower limit found nobody more among the drawn camera's views."""

LEAST_STILL = 0.3
"""The same in still pictures, where a verdict weighs the detector's score too."""

ROUGH_LOOKS = 2
"""Looks that bring the detector's region to that of the body."""

SETTLED = math.radians(10)
"""A body turned by more against its region is looked at again: the graph was made for bodies that
stand upright in the crop."""

MOST_LOOKS = 3
"""Looks until a body is settled: a turn of 45° between two pictures takes three."""


class Proposer(Protocol):
    def __call__(self, picture: Image, window: Region, min_score: float) -> list[Detection]:
        """Where somebody may be in one square of the picture."""
        ...


class BlazePoseEngine:
    """Two graphs, one thread; `Pose.score` is how sure the landmark graph is of a body."""

    def __init__(
        self,
        graphs: Graphs,
        *,
        max_people: int = 4,
        min_score: float = 0.5,
        threads: int = 1,
        own: Proposer | None = None,
    ):
        """min_score: the least presence (0..1) of somebody followed.
        threads: of each graph. own: proposes people too. Raises ModelError when a file is no
        such graph."""
        self.name = f"blazepose/{graphs.model}"
        detector: Proposer = Detector(graphs.detector, threads)
        self._proposers = [detector] if own is None else [detector, own]
        self._landmarks = Landmarks(graphs.trimmed, threads)
        self._max_people = max_people
        self._min_score = min_score

    def find(
        self, image: Image, windows: Sequence[Region] = (), *, still: bool = False
    ) -> list[Pose]:
        picture = checked(image)
        if still:
            windows = thorough(picture.shape[1], picture.shape[0])
        least, judge = (LEAST_STILL, person) if still else (LEAST_DETECTION, steady)
        seen = [
            detection
            for window in windows or (whole(picture),)
            for propose in self._proposers
            for detection in propose(picture, window, least)
        ]
        looked = (self._verified(picture, detection, judge) for detection in _apart(seen))
        surest = sorted(filter(None, looked), key=lambda answer: answer[0], reverse=True)
        return without_doubles([pose for _, pose in surest])[: self._max_people]

    def follow(self, image: Image, regions: Sequence[Region]) -> list[Pose | None]:
        picture = checked(image)
        return [self._look(picture, region) for region in regions]

    def close(self) -> None:
        """Nothing is held but memory."""

    def _look(self, picture: Image, region: Region) -> Pose | None:
        """The body in the region; `None` where there is none, or another one."""
        asked = region
        for _ in range(MOST_LOOKS):
            if not shows(picture, asked):
                return None
            pose = self._landmarks(picture, asked)
            if pose.score < self._min_score or _strayed(pose, region):
                return None
            if abs(math.remainder(pose.region.angle - asked.angle, math.tau)) < SETTLED:
                return pose
            asked = pose.region
        return pose

    def _verified(
        self, picture: Image, found: Detection, judge: Judge
    ) -> tuple[float, Pose] | None:
        """How sure it is that the body found is a person's, and the body; `None` for what is none.

        The detector's region is rough: only looks at the body's own region count. What they agree
        on is told as their mean, which errs less than any of them.
        """
        region = found.region
        for _ in range(ROUGH_LOOKS):
            rough = self._landmarks(picture, region)
            if _strayed(rough, region) or not shows(picture, rough.region):
                return None
            region = rough.region
        if judge is person and hopeless(found.score, rough):
            return None
        pose, mirrored = self._landmarks.both_ways(picture, region)
        sure = judge(found.score, rough, pose, mirrored)
        return None if sure is None else (sure, _mean((pose, rough, mirrored)))


def _mean(looks: Sequence[Pose]) -> Pose:
    """Several looks at one body as one, with the score and region of the first."""
    landmarks = np.mean([look.landmarks for look in looks], axis=0)
    world = np.mean([look.world for look in looks], axis=0)
    return replace(looks[0], landmarks=landmarks, world=world)


def _strayed(pose: Pose, region: Region) -> bool:
    away = math.hypot(pose.region.x - region.x, pose.region.y - region.y)
    return away > STRAY * region.size


def _apart(detections: Iterable[Detection]) -> list[Detection]:
    """The surest of all that look at the same place."""
    kept: list[Detection] = []
    for detection in sorted(detections, key=lambda detection: detection.score, reverse=True):
        if not any(same_place(detection.region, other.region) for other in kept):
            kept.append(detection)
    return kept


def make(
    data: Path, *, search_px: int, max_people: int, threads: int, own: Proposer | None = None
) -> BlazePoseEngine:
    """For `monitor.pose.engines`. search_px does not matter: the detector's square is fixed."""
    return BlazePoseEngine(pose_graphs(data), max_people=max_people, threads=threads, own=own)
