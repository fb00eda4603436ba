from monitor.outage import AT_ONCE_S, Outage


def up(*cameras: str) -> Outage:
    outage = Outage()
    for camera in cameras:
        outage.see(camera, "up", 0.0)
    return outage


def down(outage: Outage, *falls: tuple[str, float]) -> int:
    for camera, t in falls:
        outage.see(camera, "down", t)
    return outage.cameras


def test_half_of_the_cameras_at_once_and_never_one_alone():
    assert down(up("a", "b", "c", "d"), ("a", 10)) == 0
    assert down(up("a", "b", "c", "d"), ("a", 10), ("b", 10 + AT_ONCE_S)) == 2
    assert down(up("a", "b", "c", "d", "e"), ("a", 10), ("b", 11)) == 0
    assert down(up("a"), ("a", 10)) == 0


def test_one_after_the_other_is_no_outage():
    assert down(up("a", "b"), ("a", 10), ("b", 11 + AT_ONCE_S)) == 0


def test_a_camera_that_never_was_up_does_not_count():
    assert down(up("a"), ("wrong", 9), ("a", 10)) == 0
    assert down(up("a", "b"), ("wrong", 9), ("a", 10), ("b", 10)) == 2


def test_one_that_was_down_before_is_not_among_those_to_be_halved():
    assert down(up("a", "b", "c"), ("a", 10), ("b", 100), ("c", 101)) == 2


def test_it_goes_on_until_more_than_half_are_back_and_more_may_join():
    outage = up("a", "b", "c", "d")
    assert down(outage, ("a", 10), ("b", 11), ("c", 12), ("d", 13)) == 4
    for camera in ("a", "b"):
        outage.see(camera, "up", 60.0)
    assert outage.cameras == 4
    outage.see("c", "blind", 61.0)
    assert outage.cameras == 0
    assert down(outage, ("a", 70)) == 0


def test_the_same_word_again_changes_nothing():
    outage = up("a", "b")
    assert down(outage, ("a", 10), ("a", 60), ("b", 61)) == 0
