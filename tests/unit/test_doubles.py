from dataclasses import replace

from monitor.pose.doubles import without_doubles
from monitor.pose.faces import Disc
from monitor.posture.body import BODY, trunk_px
from monitor.posture.model import Landmark
from tests.builders import a_pose

FRONT = a_pose()
NOSE = FRONT.landmarks[Landmark.NOSE, :2]


def behind():
    """All its big joints lie on some joint of the one in front, and none where it belongs."""
    landmarks = FRONT.landmarks.copy()
    upper, lower = BODY[:2] + BODY[6:], BODY[2:6]
    landmarks[[*upper, *lower]] = FRONT.landmarks[[*lower, *upper]]
    landmarks[Landmark.NOSE, :2] = NOSE - (trunk_px(FRONT), 0)
    return replace(FRONT, landmarks=landmarks)


def face_of(pose):
    x, y = pose.landmarks[Landmark.NOSE, :2]
    return Disc(float(x), float(y), 0.3 * trunk_px(pose))


def test_a_body_on_the_joints_of_a_surer_one_is_the_same_misread():
    assert without_doubles([FRONT, behind()]) == [FRONT]
    assert without_doubles([FRONT, behind()], [face_of(FRONT)]) == [FRONT]


def test_a_face_that_nobody_surer_has_is_somebody_elses_only_where_both_have_one():
    other = behind()
    assert without_doubles([FRONT, other], [face_of(other)]) == [FRONT]
    assert without_doubles([FRONT, other], [face_of(FRONT), face_of(other)]) == [FRONT, other]


def test_one_body_is_told_once_whatever_faces_are_near():
    near = replace(FRONT, landmarks=FRONT.landmarks + 1.0)
    assert without_doubles([FRONT, near], [face_of(FRONT), face_of(behind())]) == [FRONT]
