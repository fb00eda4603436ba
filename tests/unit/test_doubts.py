"""Settings that are allowed and most likely not meant."""

import pytest

from monitor.cli.doubts import doubts
from monitor.settings import Settings


def told(cores: int = 2, **urls: str) -> list[str]:
    cameras = [{"name": name, "url": url} for name, url in urls.items()]
    return list(doubts(Settings.model_validate({"cameras": cameras}), cores))


def test_200_cameras_on_one_core_are_too_many() -> None:
    many = {f"c{number}": f"rtsp://10.0.0.9/{number}" for number in range(200)}
    (doubt,) = told(1, **many)
    assert doubt.startswith("200 cameras are too many for 1 core: with people in a third of them")
    assert "need about 21" in doubt


def test_16_cameras_on_two_cores_are_fine() -> None:
    assert told(2, **{f"c{number}": f"rtsp://10.0.0.9/{number}" for number in range(16)}) == []


def test_the_same_address_twice_names_both_cameras_and_no_secret() -> None:
    url = "rtsp://bob:s3cret@10.0.0.9/1"
    (doubt,) = told(gate=url, dock="rtsp://10.0.0.9/2", hall=url)
    assert "cameras gate and hall have the same address" in doubt
    assert "s3cret" not in doubt


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rtsp://bob:s3cret@10.0.0.9/1", "rtsp://10.0.0.9:554/1"),
        ("http://CAM.local/video?id=1", "http://cam.local:80/video?id=1"),
        ("usb:0", "usb:/dev/video0?width=640"),
    ],
)
def test_one_address_written_in_two_ways_is_the_same(one: str, other: str) -> None:
    (doubt,) = told(a=one, b=other)
    assert "cameras a and b have the same address" in doubt


def test_a_stream_of_one_camera_that_is_the_substream_of_another_is_the_same() -> None:
    cameras = [
        {"name": "a", "url": "rtsp://10.0.0.9/1", "substream": "rtsp://10.0.0.9/2"},
        {"name": "b", "url": "rtsp://10.0.0.9/2"},
    ]
    (doubt,) = doubts(Settings.model_validate({"cameras": cameras}), 2)
    assert "cameras a and b have the same address" in doubt


def test_one_film_or_drawn_hall_may_be_shown_twice() -> None:
    twice = told(a="mannequin:", b="mannequin:", c="file:/a.mp4", d="file:/a.mp4")
    assert [doubt for doubt in twice if "same address" in doubt] == []


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/etc/passwd", "/etc/passwd is not a video"),
        ("/nowhere.mp4", "/nowhere.mp4 cannot be read: No such file or directory"),
        ("/", "/ is not a file"),
    ],
)
def test_a_recording_that_is_none_is_doubted(path: str, reason: str) -> None:
    assert told(a=f"file://{path}") == [f"camera a will show nothing: {reason}"]
