"""The drawn camera as a source: addresses, pace, pictures."""

from datetime import UTC, datetime

import numpy as np
import pytest

from monitor.capture.mannequin import SCENES, MannequinSource, View, parse
from monitor.capture.source import Source
from monitor.errors import CaptureError, SettingsError
from monitor.posture.model import ANGLES

SMALL = "width=320&height=180"


class SteppedClock:
    """Time passes only in `sleep`, and when a test says so."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def steady(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += max(0.0, seconds)


def opened(url: str, clock: SteppedClock | None = None) -> MannequinSource:
    source = MannequinSource.from_url(url, clock or SteppedClock())
    source.open()
    return source


def test_address_is_read_with_its_defaults() -> None:
    assert parse("mannequin:") == View()
    assert parse("mannequin:shift") == View(scene="shift")
    asked = "mannequin:bend?yaw=-30&pitch=20.5&people=2&build=stout&loop=false&seed=7&pace=asap"
    assert parse(asked) == View(
        "bend", yaw=-30, pitch=20.5, people=2, build="stout", loop=False, seed=7, pace="asap"
    )


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mannequin:shift?yow=3", ["'yow'", "'yaw'"]),
        ("mannequin:bnd", ["bnd", "'bend'"]),
        ("mannequin:shift?pitch=95", ["pitch=95", "-10 to 80"]),
        ("mannequin:shift?pitch=steep", ["pitch=steep", "a number from -10 to 80"]),
        ("mannequin:shift?yaw=nan", ["yaw=nan", "-360 to 360"]),
        ("mannequin:shift?people=2.5", ["people=2.5", "a whole number from 1 to 4"]),
        ("mannequin:shift?people=", ["people=", "1 to 4"]),
        ("mannequin:shift?build=stuot", ["build=stuot", "'stout'", "average"]),
        ("mannequin:shift?loop=yes", ["loop=yes", "true, false"]),
        ("mannequin:shift?pace=fast", ["pace=fast", "real, asap"]),
        ("rtsp://camera/1", ["mannequin:"]),
    ],
)
def test_bad_address_says_what_would_do(url: str, said: list[str]) -> None:
    with pytest.raises(SettingsError) as refused:
        parse(url)
    for words in said:
        assert words in str(refused.value)


def test_it_is_a_source() -> None:
    source: Source = MannequinSource.from_url("mannequin:stand")
    assert source.live
    source.close()
    source.close()


def test_real_pace_waits_for_each_picture() -> None:
    clock = SteppedClock()
    source = opened(f"mannequin:stand?fps=4&{SMALL}", clock)
    assert [source.grab() for _ in range(4)] == [0, 0.25, 0.5, 0.75]
    assert clock.seconds == pytest.approx(100.75)


def test_real_pace_skips_what_was_missed() -> None:
    clock = SteppedClock()
    source = opened(f"mannequin:stand?fps=4&{SMALL}", clock)
    source.grab()
    clock.seconds += 2.1
    assert source.grab() == 2.0
    assert source.grab() == 2.25


def test_as_soon_as_possible_hands_on_every_picture_and_waits_for_none() -> None:
    clock = SteppedClock()
    source = opened(f"mannequin:stand?fps=5&pace=asap&{SMALL}", clock)
    assert not source.live
    assert [source.grab() for _ in range(3)] == [0, 0.2, 0.4]
    assert clock.seconds == 100.0


def test_without_loop_it_ends() -> None:
    source = opened(f"mannequin:shift?fps=1&pace=asap&loop=false&{SMALL}")
    times = []
    while (t := source.grab()) is not None:
        times.append(t)
    assert times[-1] == int(source.seconds)
    assert source.grab() is None


def test_nothing_to_retrieve_before_the_first_grab() -> None:
    source = MannequinSource.from_url(f"mannequin:stand?{SMALL}")
    with pytest.raises(CaptureError):
        source.grab()
    source.open()
    with pytest.raises(CaptureError):
        source.retrieve()


@pytest.mark.parametrize("scene", SCENES)
def test_every_scene_is_drawn_with_its_truth(scene: str) -> None:
    picture = opened(f"mannequin:{scene}?{SMALL}&people=2").picture(6.0)
    assert picture.image.shape == (180, 320, 3)
    assert picture.image.dtype == np.uint8
    assert len(picture.truth) == (0 if scene == "empty" else 2)
    for true in picture.truth:
        assert true.joints.shape == (33, 3)
        assert true.pixels.shape == (33, 2)
        assert set(true.angles) == set(ANGLES)


def test_the_picture_grabbed_last_is_the_one_of_its_time() -> None:
    source = opened(f"mannequin:bend?pace=asap&fps=2&{SMALL}")
    source.grab()
    source.grab()
    assert np.array_equal(source.retrieve().image, source.picture(0.5).image)
    assert not np.array_equal(source.retrieve().image, source.picture(3.5).image)


def test_held_bend_is_deep_and_named() -> None:
    (true,) = opened(f"mannequin:bend?{SMALL}").picture(3.0).truth
    assert true.activity == "bend"
    assert true.angles["trunk_flexion"] > 70
