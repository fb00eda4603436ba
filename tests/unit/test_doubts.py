"""Settings that are allowed and most likely not meant."""

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


def test_one_film_or_drawn_hall_may_be_shown_twice() -> None:
    assert told(a="mannequin:", b="mannequin:", c="file:/a.mp4", d="file:/a.mp4") == []
