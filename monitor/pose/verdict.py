"""Is what a search found a person? The answer of a single picture, as log-odds.

The weights are a logistic regression over what the detector proposed in drawn pictures: 347
proposals that led to somebody (2 to 12 m away; walking, bent, seated; cut off by the picture's
edge, behind tables and behind each other) and 2,282 that led to nobody (the empty hall; posts,
coats, chairs and animals drawn into it).
"""

import numpy as np

from monitor.posture.belief import evidence
from monitor.posture.body import apart
from monitor.posture.model import Pose

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


def odds(score: float, rough: Pose, pose: Pose, mirrored: Pose) -> float:
    """score: of the detector. rough: the look that led to the region of the other two, one of them
    in a mirror and turned back: what is read into furniture changes with each."""
    return (
        PRIOR
        + DETECTED * score
        - STEADINESS * float(np.log(unsteadiness(rough, pose, mirrored) + STEADIEST))
        + EVIDENCE * (evidence(pose) + evidence(mirrored)) / 2
    )


def unsteadiness(rough: Pose, pose: Pose, mirrored: Pose) -> float:
    """How far the looks lie apart, in trunk lengths."""
    return max(apart(rough, pose), apart(pose, mirrored))


def hopeless(score: float, rough: Pose) -> bool:
    """Whether even perfectly steady looks could not make it a person."""
    best = PRIOR + DETECTED * score - STEADINESS * float(np.log(2 * STEADIEST))
    return best + EVIDENCE * (evidence(rough) + SLACK) < A_PERSON
