"""BlazePose on LiteRT behind the two verbs of an engine."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from monitor.colour import rgb
from monitor.pose.blazepose.detector import Detection, Detector
from monitor.pose.blazepose.landmarks import Landmarks
from monitor.pose.crops import checked, shows, whole
from monitor.pose.doubles import elsewhere, same_place, without_doubles
from monitor.pose.faces import Faces
from monitor.pose.facing import right_way_round
from monitor.pose.models import Graphs, face_model, pose_graphs
from monitor.pose.uncover import paint_over
from monitor.pose.verdict import Judge, hopeless, person, steady
from monitor.posture.body import apart, trunk_px
from monitor.posture.model import AnyImage, Image, Landmark, Pose, Region
from monitor.posture.windows import around, thorough

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

AGREED = 0.1
"""Trunk lengths (median of the big joints) within which two looks that began elsewhere are both
right: of 1,038 doubted looks at drawn films 766 agreed so, 0.062 off in the median, where the mean
of the three looks that verify a body is 0.057 off."""

FAINT = 0.1
"""Presence of the first look at what the detector proposes to a camera, below which nothing is
there: of 194 bodies found among four drawn people crossing for two minutes none began below 0.3."""

SETTLED = math.radians(10)
"""A body turned by more against its region is looked at again: the graph was made for bodies that
stand upright in the crop."""

MOST_LOOKS = 3
"""Looks until a body is settled: a turn of 45° between two pictures takes three."""

HEAD_TRUNKS = 2.5
"""Side of the square in which a face is looked for: a face of a third of a trunk is a seventh of
it, four times what the face detector needs."""

WIDER = 1.2
"""Times the region of a body, of one more look in a still picture: which way a body faces it tells
as well as others do, and not with the same errors (drawn camera)."""

MOST_LAYERS = 3
"""How many people deep a still picture is searched behind those found first."""


class Proposer(Protocol):
    def __call__(self, picture: AnyImage, window: Region, min_score: float) -> list[Detection]:
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
        faces: Path | None = None,
    ):
        """min_score: the least presence (0..1) of somebody followed. threads: of each graph.
        own: proposes people too. faces: model of the detector that tells people
        apart in still pictures. Raises ModelError when a file is no such graph."""
        self.name = f"blazepose/{graphs.model}"
        detector: Proposer = Detector(graphs.detector, threads)
        self._proposers = [detector] if own is None else [detector, own]
        self._landmarks = Landmarks(graphs.landmarks, threads)
        self._face_model = faces
        self._max_people = max_people
        self._min_score = min_score

    def find(
        self,
        image: AnyImage,
        windows: Sequence[Region] = (),
        *,
        still: bool = False,
        known: Sequence[Region] = (),
        seen: Sequence[Pose] = (),
    ) -> list[Pose]:
        picture = checked(image)
        if still:
            found = self._layer_by_layer(rgb(picture))
        else:
            squares = windows or (whole(picture),)
            found = without_doubles(self._searched(picture, squares, steady, known, seen))
        return found[: self._max_people]

    def follow(self, image: AnyImage, regions: Sequence[Region]) -> list[Pose | None]:
        picture = checked(image)
        return [self._look(picture, region) for region in regions]

    def close(self) -> None:
        """Nothing is held but memory."""

    def _look(self, picture: AnyImage, region: Region) -> Pose | None:
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

    def _layer_by_layer(self, picture: Image) -> list[Pose]:
        """Everybody in a still picture. Whoever was found is painted over, and round them whoever
        they half hide is searched for, until nobody more comes to light."""
        squares = thorough(picture.shape[1], picture.shape[0])
        told = newest = self._each_once(picture, self._searched(picture, squares, person))
        uncovered = picture.copy()
        for _ in range(MOST_LAYERS):
            if not newest:
                break
            paint_over(uncovered, newest)
            behind = self._searched(uncovered, [around(pose) for pose in newest], person)
            before, told = told, self._each_once(picture, [*told, *behind])
            newest = [pose for pose in told if pose not in before]
        return told

    @cached_property
    def _faces(self) -> Faces | None:
        """Loaded for the first still picture: cameras need none."""
        return None if self._face_model is None else Faces(self._face_model)

    def _each_once(self, picture: Image, poses: Sequence[Pose]) -> list[Pose]:
        if self._faces is None:
            return without_doubles(poses)
        faces = [disc for pose in poses for disc in self._faces.within(picture, _head(pose))]
        return without_doubles(poses, faces)

    def _searched(
        self,
        picture: AnyImage,
        windows: Sequence[Region],
        judge: Judge,
        known: Sequence[Region] = (),
        seen: Sequence[Pose] = (),
    ) -> list[Pose]:
        """Whom these squares show, the surest first, some of them twice."""
        least = LEAST_STILL if judge is person else LEAST_DETECTION
        proposed = [
            detection
            for window in windows
            for propose in self._proposers
            for detection in propose(picture, window, least)
        ]
        looked = (
            self._again(picture, found, seen) or self._verified(picture, found, judge, known)
            for found in _apart(proposed)
        )
        surest = sorted(filter(None, looked), key=lambda answer: answer[0], reverse=True)
        return [pose for _, pose in surest]

    def _again(
        self, picture: AnyImage, found: Detection, seen: Sequence[Pose]
    ) -> tuple[float, Pose] | None:
        """A look that the detector led to, if it agrees with one at a body seen before in this
        picture; not their mean, since looks lag behind who falls."""
        look = self._landmarks(picture, found.region) if seen else None
        if look is None or look.score < self._min_score:
            return None
        return (0.0, look) if min(apart(look, pose) for pose in seen) < AGREED else None

    def _verified(
        self, picture: AnyImage, found: Detection, judge: Judge, known: Sequence[Region]
    ) -> tuple[float, Pose] | None:
        """How sure it is that the body found is a person's, and the body; `None` for what is none.

        The detector's region is rough: only looks at the body's own region count. What they agree
        on is told as their mean, which errs less than any of them.
        """
        least = FAINT if judge is steady else 0.0
        rough = self._rough(picture, found.region, known, least)
        if rough is None or hopeless(found.score, rough, judge):
            return None
        pose, mirrored = self._landmarks.both_ways(picture, rough.region)
        sure = judge(found.score, rough, pose, mirrored)
        if sure is None:
            return None
        looks: Sequence[Pose] = (pose, rough, mirrored)
        if judge is person:
            wider = replace(rough.region, size=WIDER * rough.region.size)
            looks = right_way_round(looks, self._landmarks(picture, wider))
        return sure, _mean(looks)

    def _rough(
        self, picture: AnyImage, region: Region, known: Sequence[Region], least: float
    ) -> Pose | None:
        """The body of which the detector saw something; `None` for none, or for one known."""
        for _ in range(ROUGH_LOOKS):
            if not elsewhere(region, known):
                return None
            rough = self._landmarks(picture, region)
            if rough.score < least or _strayed(rough, region) or not shows(picture, rough.region):
                return None
            region = rough.region
        return rough


def _mean(looks: Sequence[Pose]) -> Pose:
    """Several looks at one body as one, with the score and region of the first."""
    landmarks = np.mean([look.landmarks for look in looks], axis=0)
    world = np.mean([look.world for look in looks], axis=0)
    return replace(looks[0], landmarks=landmarks, world=world)


def _head(pose: Pose) -> Region:
    """The square in which the face of a body is looked for."""
    x, y = pose.landmarks[Landmark.NOSE, :2]
    return Region(float(x), float(y), HEAD_TRUNKS * trunk_px(pose))


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
    return BlazePoseEngine(
        pose_graphs(data),
        max_people=max_people,
        threads=threads,
        own=own,
        faces=face_model(data),
    )
