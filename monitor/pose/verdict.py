"""Is what a search found a person?

On a camera the answer may be generous: `monitor.posture.belief` judges by the looks that follow. Of
a still picture there will be no other look, and all that speaks for it is weighed, as log-odds. The
weights are a logistic regression over what the detector proposed in drawn pictures: 347
proposals that led to somebody (2 to 12 m away; walking, bent, seated; cut off by the picture's
edge, behind tables and behind each other) and 2,282 that led to nobody (the empty hall; posts,
coats, chairs and animals drawn into it).
"""

from collections.abc import Callable

import numpy as np

from monitor.posture.belief import evidence
from monitor.posture.body import BODY, apart
from monitor.posture.model import Pose

Judge = Callable[[float, Pose, Pose, Pose], float | None]

STEADY = 0.15
"""A body found is one when a second look and a look in the mirror move its big joints by less, in
the median and in trunk lengths. All of 108 drawn views (3 to 11 m) pass, 19 of 20 wrong readings
of the detections in them do not."""

PRESENT = 0.5
"""The least presence, and visibility of the trunk, of a body (MediaPipe's)."""

PRIOR = -5.0
"""Most of what a search proposes is nothing."""

DETECTED = 6.6
"""For the detector's score, 0..1."""

STEADINESS = 1.05
"""For each time (a factor of e) the looks lie nearer to each other."""

STEADIEST = 0.01
"""Looks at people differ by this share of a trunk at the least."""

EVIDENCE = 0.66
"""For what shape, visibility and presence say (`monitor.posture.belief.evidence`), the mean of both
looks: its terms are not independent of each other."""

A_PERSON = 2.0
"""Log-odds from which a find counts, 7 to 1. In 126 drawn pictures with 118 people to be seen 97 of
them, and 1 false; with limits on presence and steadiness alone 97, and 17 false."""


SLACK = 2.0
"""By how much the evidence of later looks exceeds that of the rough one: by more for 1 in 213
of the drawn people; 3 of 4 wrong proposals need no further look."""


def person(score: float, rough: Pose, pose: Pose, mirrored: Pose) -> float | None:
    """Log-odds that a body found in a still picture is a person's; `None` for what is none."""
    sure = odds(score, rough, pose, mirrored)
    return sure if sure >= A_PERSON else None


def odds(score: float, rough: Pose, pose: Pose, mirrored: Pose) -> float:
    """score: of the detector. rough: the look that led to the region of the other two, one of them
    in a mirror and turned back: what is read into furniture changes with each."""
    return (
        PRIOR
        + DETECTED * score
        - STEADINESS * float(np.log(unsteadiness(rough, pose, mirrored) + STEADIEST))
        + EVIDENCE * (evidence(pose) + evidence(mirrored)) / 2
    )


def steady(_score: float, rough: Pose, pose: Pose, mirrored: Pose) -> float | None:
    """How steady a body found by a camera is, up to 0; `None` for what is none."""
    unsteady = unsteadiness(rough, pose, mirrored)
    present = min(look.score for look in (rough, pose, mirrored)) >= PRESENT
    trunk_seen = pose.landmarks[list(BODY[:4]), 3].mean() >= PRESENT
    return -unsteady if present and trunk_seen and unsteady < STEADY else None


def unsteadiness(rough: Pose, pose: Pose, mirrored: Pose) -> float:
    """How far the looks lie apart, in trunk lengths."""
    return max(apart(rough, pose), apart(pose, mirrored))


def hopeless(score: float, rough: Pose) -> bool:
    """Whether even perfectly steady looks could not make it a person."""
    best = PRIOR + DETECTED * score - STEADINESS * float(np.log(2 * STEADIEST))
    return best + EVIDENCE * (evidence(rough) + SLACK) < A_PERSON
