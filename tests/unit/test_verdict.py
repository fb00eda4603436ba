from dataclasses import replace

from monitor.pose.verdict import hopeless, odds, person, steady
from tests.builders import a_pose


def moved(pose, px):
    landmarks = pose.landmarks.copy()
    landmarks[:, 0] += px
    return replace(pose, landmarks=landmarks)


def test_a_body_seen_three_times_alike_is_a_person():
    assert person(0.8, a_pose(), a_pose(), a_pose()) is not None
    assert steady(0.8, a_pose(), a_pose(), a_pose()) is not None


def test_what_changes_in_the_mirror_speaks_less_for_a_person():
    body = a_pose()
    alike, differing = (odds(0.8, body, body, moved(body, px)) for px in (0, 60))
    assert differing < alike - 1


def test_a_sure_detector_and_a_good_body_make_up_for_each_other():
    body = a_pose()
    faint = replace(body, score=0.3)
    assert odds(0.9, body, body, body) > odds(0.4, body, body, body)
    assert odds(0.8, body, body, body) > odds(0.8, faint, faint, faint)


def test_only_what_no_further_look_can_save_is_given_up():
    body = a_pose()
    stunted = replace(body, score=0.0, world=body.world * (1, 0.2, 1))
    assert not hopeless(0.3, body)
    assert hopeless(0.3, stunted)
    assert person(0.3, stunted, stunted, stunted) is None


def test_what_a_camera_finds_must_be_steady_present_and_show_its_trunk():
    body = a_pose()
    hidden = replace(body, landmarks=body.landmarks * (1, 1, 1, 0.2))
    assert steady(0.8, body, body, moved(body, 60)) is None
    assert steady(0.8, body, replace(body, score=0.3), body) is None
    assert steady(0.8, body, hidden, body) is None
