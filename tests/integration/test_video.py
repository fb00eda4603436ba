"""Pictures in the decoder's own memory."""

from pathlib import Path

import numpy as np
import pytest

from monitor.capture.video import Video
from monitor.colour import rgb
from monitor.posture.model import AnyImage, Image, Planes
from tests.integration.test_capture_files import write_matrix
from tests.integration.video import encode, encode_h264, number_in, numbered


def both(path: Path) -> list[tuple[AnyImage, Image]]:
    """Every picture as it was sent, and in RGB, taken when all are decoded."""
    video = Video(f"file:{path}", {})
    pictures = [(video.sent(frame), video.upright(frame)) for frame in video.steps() if frame]
    video.close()
    return pictures


@pytest.mark.parametrize("size", [(320, 192), (200, 102)], ids=["whole blocks", "cropped"])
def test_the_decoder_leaves_a_picture_alone_that_is_held(tmp_path, size):
    pictures = both(encode_h264(numbered(40, *size), tmp_path / "a.mp4", 25))
    assert all(isinstance(sent, Planes) for sent, _ in pictures)
    assert [number_in(sent) for sent, _ in pictures] == list(range(40))
    for sent, image in pictures:
        assert sent.shape == image.shape
        assert np.abs(rgb(sent).astype(int) - image).mean() < 2


def test_of_jpegs_black_is_0(tmp_path):
    sent, image = both(encode(numbered(1), tmp_path / "a.avi", 10, codec="mjpeg"))[0]
    assert isinstance(sent, Planes)
    assert sent.full
    assert np.abs(rgb(sent).astype(int) - image).mean() < 2


@pytest.mark.parametrize("matrix", [(0, 1, -1, 0), (-1, 0, 0, 1)], ids=["turned", "mirrored"])
def test_a_turned_picture_is_rgb_at_once(tmp_path, matrix):
    path = encode_h264(numbered(3), tmp_path / "a.mp4", 10)
    write_matrix(path, matrix)
    sent, image = both(path)[2]
    assert isinstance(sent, np.ndarray)
    assert (sent == image).all()
