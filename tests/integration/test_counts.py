"""What a camera's pipeline counts in films and in the drawn shift is what the eye counts."""

import pytest

from tests.integration.people import counted, drawn, filmed
from tests.media import media


@pytest.mark.media
@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("squat-side-gym.mp4", {"squat": 2, "overhead_reach": 1}),
        ("squat-front-mediapipe-golden.mp4", {"squat": 3}),
    ],
)
def test_squats_are_counted_as_the_eye_counts(name, seen, blazepose):
    """Hands at the shoulders or before the chest lift nothing."""
    assert counted(filmed(media(name)), blazepose) == seen


def test_the_drawn_shift_is_counted_as_the_eye_counts(blazepose):
    """One bend over the table, one crate lifted and set down by stooping and one by squatting, one
    reach overhead; sitting, kneeling and walking are none of these."""
    assert counted(drawn("mannequin:shift?pace=asap", 79), blazepose) == {
        "bend": 3, "squat": 2, "overhead_reach": 1, "stoop_lift": 1, "squat_lift": 1, "lowering": 2,
    }  # fmt: skip
