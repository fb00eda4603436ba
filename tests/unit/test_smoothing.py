"""The drawn camera's body, with noise, as a pose engine would tell it."""

import numpy as np
import pytest

from monitor.capture.mannequin import BUILDS, bent, stand_up
from monitor.posture.model import Floats, Pose
from monitor.posture.smoothing import FORGET_S, Smoothing
from tests.builders import a_pose

NOISE_M = 0.02
BENDS_AT, HOLDS_S = 4.0, 4.0


def trunk_deg(t: float, seconds: float) -> float:
    """Upright, then to 80° in so many seconds with least jerk, held, and up again."""
    share = np.clip((t - BENDS_AT) / seconds, 0, 1) - np.clip(
        (t - BENDS_AT - HOLDS_S) / seconds, 0, 1
    )
    return float(80 * share**3 * (10 - 15 * share + 6 * share**2))


def body(trunk: float) -> Floats:
    found = stand_up(bent(trunk), BUILDS["average"], (0.0, 0.0), 75.0).joints
    return found - found[[23, 24]].mean(axis=0)


def flexion(pose: Pose) -> float:
    up = pose.world[[11, 12]].mean(axis=0) * (1, -1, -1)
    return float(np.degrees(np.arccos(up[1] / np.linalg.norm(up))))


def filmed(fps: float, seconds: float) -> Floats:
    """Rows of t and trunk flexion as it is, as it is seen and as it is shown."""
    random, rows, smoothing = np.random.default_rng(3), [], None
    for t in np.arange(0.0, 12.0, 1 / fps):
        true = body(trunk_deg(t, seconds))
        pose = a_pose(true + random.normal(0, NOISE_M, true.shape))
        smoothing = smoothing or Smoothing(t, pose)
        smoothing.see(t, pose)
        rows.append((t, flexion(a_pose(true)), flexion(pose), flexion(smoothing.shown)))
    return np.array(rows)


def delay_s(film: Floats) -> float:
    """By how much the truth must be shifted to fit best what is shown of the movement."""
    t, true, _, shown = film.T
    moving = (t > BENDS_AT - 0.5) & (t < BENDS_AT + HOLDS_S - 0.5)
    shifts = np.arange(-0.1, 0.6, 0.01)
    errors = [((np.interp(t[moving] - s, t, true) - shown[moving]) ** 2).sum() for s in shifts]
    return float(shifts[int(np.argmin(errors))])


@pytest.mark.parametrize("fps", [5, 15])
@pytest.mark.parametrize("seconds", [0.6, 1.5, 3.0])
def test_a_bend_is_shown_no_more_than_two_tenths_late(fps, seconds):
    assert delay_s(filmed(fps, seconds)) <= 0.2


@pytest.mark.parametrize(("fps", "share"), [(5, 0.7), (15, 0.5)])
def test_what_keeps_still_trembles_less(fps, share):
    film = filmed(fps, 1.5)
    still = film[(film[:, 0] > 1.5) & (film[:, 0] < BENDS_AT)]
    assert still[:, 3].std() <= share * still[:, 2].std()


def test_nothing_shown_is_further_behind_than_a_hand_is_wide():
    """Heads are hidden where they are shown to be, also when somebody runs."""
    smoothing = Smoothing(0.0, a_pose())
    for i in range(1, 40):
        speed = 0.1 * i
        x = 320.0 + 100.0 * speed * 0.2 * i
        smoothing.see(0.2 * i, a_pose(at=(x, 240)))
    assert abs(smoothing.shown.landmarks[0, 0] - x) <= 10.0


def test_after_a_second_unseen_nothing_old_is_shown():
    smoothing = Smoothing(0.0, a_pose())
    far = a_pose(at=(100.0, 100.0))
    smoothing.see(FORGET_S + 0.1, far)
    assert np.array_equal(smoothing.shown.landmarks, far.landmarks)


def test_visibility_score_and_region_stay_as_seen():
    smoothing = Smoothing(0.0, a_pose())
    pose = a_pose(at=(330.0, 240.0), unseen=[15])
    smoothing.see(0.2, pose)
    assert np.array_equal(smoothing.shown.landmarks[:, 3], pose.landmarks[:, 3])
    assert (smoothing.shown.score, smoothing.shown.region) == (pose.score, pose.region)
