import os

from monitor.pulse import Heart, Pulse

CRASH = (
    b"Fatal Python error: Segmentation fault\n\n"
    b"Current thread 0x000000000000002a (most recent call first):\n"
    b'  File "feed.py", line 3 in _run\n\nThread 0x0000000000000007 (most recent call first):\n'
)


def test_beats_name_the_camera_whatever_the_pipe_cuts_them_into():
    pulse = Pulse()
    assert not pulse.hear(b"\x02beat do")
    assert pulse.camera is None
    assert pulse.hear(b"ck\n\x02beat ga")
    assert pulse.camera == pulse.culprit == "dock"
    assert not pulse.hear(b"")


def test_a_crash_on_a_cameras_thread_names_that_camera():
    pulse = Pulse()
    pulse.hear(b"\x02thread 42 1042 gate\n\x02thread 7 1007 dock\n\x02beat dock\n" + CRASH)
    assert pulse.culprit == "gate"
    assert pulse.captures == {1042, 1007}


def test_a_crash_elsewhere_names_the_camera_that_was_stepped():
    pulse = Pulse()
    pulse.hear(b"\x02thread 7 1007 gate\n\x02beat dock\n" + CRASH)
    assert pulse.culprit == "dock"


def test_a_crash_is_understood_wherever_another_thread_beats_into_it():
    for cut in range(len(CRASH)):
        pulse = Pulse()
        pulse.hear(b"\x02thread 42 1042 gate\n\x02beat dock\n" + CRASH[:cut] + b"\x02beat dock\n")
        pulse.hear(CRASH[cut:])
        assert pulse.culprit == "gate"


def test_a_heart_never_waits_for_whoever_listens_and_knows_when_nobody_does():
    ear, mouth = os.pipe()
    heart = Heart(mouth)
    assert all(heart.beat("dock") for _ in range(20_000))
    assert os.read(ear, 11) == b"\x02beat dock\n"
    os.close(ear)
    assert not heart.beat("dock")
    os.close(mouth)
