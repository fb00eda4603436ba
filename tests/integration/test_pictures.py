"""Reading pictures that nobody vouches for."""

import numpy as np
import pytest
from PIL import Image as Pillow

from monitor.analysis.pictures import is_picture, read_picture
from monitor.errors import InputError
from tests.integration.bad_input import noise, png_of_size, saved, unreadable, unusual


def test_rare_kinds_of_pictures_are_read(tmp_path):
    for name, (content, (width, height)) in unusual(tmp_path).items():
        image = read_picture(content)
        assert image.shape == (height, width, 3), name
        assert image.dtype == np.uint8
        assert image.flags.writeable, name


def test_what_cannot_be_read_is_refused_in_words(tmp_path):
    for name, content in unreadable(tmp_path).items():
        with pytest.raises(InputError, match="picture") as e:
            read_picture(content)
        assert "\n" not in str(e.value), name


def test_the_size_is_checked_before_anything_is_unpacked():
    with pytest.raises(InputError, match=r"too large \(50000 × 50000\); at most 60 million"):
        read_picture(png_of_size(50_000, 50_000))
    assert read_picture(png_of_size(1000, 100)).shape == (100, 1000, 3)


def test_the_first_picture_of_an_animation_counts():
    frames = [Pillow.new("RGB", (8, 8), colour) for colour in ("white", "black")]
    for kind in ("PNG", "WEBP"):
        content = saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)
        assert read_picture(content).min() > 250


def test_what_is_transparent_is_white_whatever_lies_beneath():
    picture = Pillow.new("RGBA", (8, 8), (10, 20, 30, 0))
    assert read_picture(saved(picture, "PNG")).min() == 255


def test_sixteen_bits_keep_their_brightness():
    deep = Pillow.fromarray(np.full((4, 4), 0x8000, np.uint16))
    assert (read_picture(saved(deep, "PNG")) == 0x80).all()


def test_the_tag_of_a_turned_camera_is_obeyed():
    exif = Pillow.Exif()
    exif[0x0112] = 6
    content = saved(noise(40, 20), "PNG", exif=exif.tobytes())
    upright = np.rot90(np.asarray(noise(40, 20)), -1)
    assert (read_picture(content) == upright).all()


def test_pictures_are_told_by_their_content(tmp_path):
    for name, content in {"a.mp4": saved(noise(), "PNG"), "b.txt": saved(noise(), "WEBP")}.items():
        (tmp_path / name).write_bytes(content)
        assert is_picture(tmp_path / name)
    (tmp_path / "c.jpg").write_bytes(b"no picture")
    assert not is_picture(tmp_path / "c.jpg")
