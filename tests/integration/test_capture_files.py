"""Video files of every odd kind: all pictures, upright, by the file's own times."""

import gc
import os
import struct
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image as Pillow

from monitor.capture.streams import FileSource
from monitor.errors import CaptureError
from monitor.posture.model import Image
from monitor.vitals import memory_mb
from tests.integration.video import encode, encode_h264, number_in, numbered
from tests.media import media
from tests.unit.capture_fakes import FakeClock

UNEVEN = [0.0, 0.04, 0.1, 0.101, 0.5, 2.0, 2.033, 2.066, 9.0, 9.5]


def read(source: FileSource) -> list[tuple[float, Image]]:
    source.open()
    seen = []
    while (t := source.grab()) is not None:
        seen.append((t, source.retrieve().image))
    source.close()
    return seen


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.mp4", "libx264", {"bf": "3", "preset": "veryfast"}),
        ("a.avi", "libx264", {"bf": "2", "preset": "veryfast"}),
        ("a.avi", "mpeg4", {"b": "4000000"}),
        ("a.avi", "mjpeg", {}),
        ("a.webm", "libvpx-vp9", {"cpu-used": "8", "deadline": "realtime"}),
        ("a.mkv", "mpeg4", {"b": "4000000"}),
        ("a.ts", "libx264", {"bf": "2", "preset": "veryfast"}),
        ("a.mov", "libx265", {"preset": "ultrafast", "x265-params": "log-level=none"}),
    ],
)
def test_every_picture_in_order_a_tenth_apart(
    tmp_path: Path, name: str, codec: str, options: dict[str, str]
) -> None:
    path = encode(numbered(30), tmp_path / name, 10, codec=codec, options=options)
    seen = read(FileSource(path, realtime=False))
    assert [number_in(image) for _, image in seen] == list(range(30))
    times = [t - seen[0][0] for t, _ in seen]
    assert times == pytest.approx([n / 10 for n in range(30)], abs=2e-3)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_uneven_times_are_the_files_own(tmp_path: Path, name: str) -> None:
    path = encode_h264(numbered(10), tmp_path / name, 25, times=UNEVEN)
    seen = read(FileSource(path, realtime=False))
    assert [t for t, _ in seen] == pytest.approx(UNEVEN, abs=1e-3)


def test_in_real_time_pictures_wait_for_their_moment(tmp_path: Path) -> None:
    path = encode_h264(numbered(10), tmp_path / "a.mp4", 25, times=UNEVEN)
    clock = FakeClock(50.0)
    source = FileSource(path, clock=clock)
    source.open()
    came = []
    while source.grab() is not None:
        came.append(clock.steady() - 50.0)
    assert came == pytest.approx(UNEVEN, abs=1e-3)


def test_a_suspend_is_not_made_up_for(tmp_path: Path) -> None:
    path = encode_h264(numbered(10), tmp_path / "a.mp4", 10)
    clock = FakeClock(50.0)
    source = FileSource(path, clock=clock)
    source.open()
    source.grab()
    clock.t += 3600.0
    source.grab()
    source.grab()
    assert clock.steady() == pytest.approx(3650.1)


def test_a_loop_goes_on_in_time(tmp_path: Path) -> None:
    path = encode_h264(numbered(10), tmp_path / "a.mp4", 10)
    source = FileSource(path, loop=True, realtime=False)
    source.open()
    times = [source.grab() for _ in range(35)]
    assert times == pytest.approx([n / 10 for n in range(35)])
    assert number_in(source.retrieve().image) == 4


def test_sound_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as file:
        video = file.add_stream("libx264", rate=10, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 320, 192, "yuv420p"
        audio = file.add_stream("aac", rate=48000)
        for image in numbered(10):
            file.mux(video.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
            sound = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            sound.sample_rate = 48000
            file.mux(audio.encode(sound))
        file.mux(video.encode())
        file.mux(audio.encode())
    assert [number_in(image) for _, image in read(FileSource(path, realtime=False))] == list(
        range(10)
    )


def corners(image: Image) -> str:
    """Colours of the corners, clockwise from the top left."""
    height, width = image.shape[:2]
    spots = [(8, 8), (8, width - 8), (height - 8, width - 8), (height - 8, 8)]
    names = {(1, 0, 0): "r", (0, 1, 0): "g", (0, 0, 1): "b", (1, 1, 1): "w"}
    return "".join(names[tuple(int(v > 128) for v in image[y, x])] for y, x in spots)


@pytest.mark.parametrize(
    ("matrix", "expected", "shape"),
    [
        ((1, 0, 0, 1), "rgbw", (96, 160)),
        ((0, 1, -1, 0), "wrgb", (160, 96)),
        ((-1, 0, 0, -1), "bwrg", (96, 160)),
        ((0, -1, 1, 0), "gbwr", (160, 96)),
        ((-1, 0, 0, 1), "grwb", (96, 160)),
        ((0, 1, 1, 0), "rwbg", (160, 96)),
    ],
    ids=["upright", "clockwise", "upside down", "anticlockwise", "mirrored", "transposed"],
)
def test_pictures_are_turned_upright(
    tmp_path: Path, matrix: tuple[int, int, int, int], expected: str, shape: tuple[int, int]
) -> None:
    image = np.zeros((96, 160, 3), np.uint8)
    image[:48, :80], image[:48, 80:] = (255, 0, 0), (0, 255, 0)
    image[48:, 80:], image[48:, :80] = (0, 0, 255), (255, 255, 255)
    path = encode_h264([image] * 3, tmp_path / "a.mp4", 10)
    write_matrix(path, matrix)
    seen = read(FileSource(path, realtime=False))
    assert (corners(seen[0][1]), seen[0][1].shape[:2]) == (expected, shape)
    assert seen[0][1].flags.c_contiguous


def write_matrix(path: Path, matrix: tuple[int, int, int, int]) -> None:
    """Sets the display matrix in the track header (version 0; ISO 14496-12, 8.3.2)."""
    data = bytearray(path.read_bytes())
    start = data.index(b"tkhd") + 4 + 40
    a, b, c, d = (value << 16 for value in matrix)
    data[start : start + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)


def spoilt(folder: Path, kind: str) -> Path:
    path = folder / "shift.mp4"
    if kind == "empty":
        path.touch()
    elif kind == "text":
        path.write_text("This is not a video.\n" * 100)
    elif kind == "picture":
        Pillow.new("RGB", (640, 480), "red").save(path, "JPEG")
    elif kind == "noise":
        path.write_bytes(np.random.default_rng(1).bytes(100_000))
    elif kind == "cut":
        whole = encode_h264(numbered(20), folder / "whole.mp4", 10)
        path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    elif kind == "list of other files":
        other = encode_h264(numbered(20), folder / "other.mp4", 10)
        path.write_text(f"ffconcat version 1.0\nfile {other.name}\n")
    elif kind == "folder":
        path.mkdir()
    return path


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("missing", "cannot be read: No such file or directory"),
        ("folder", "is not a file"),
        ("empty", "is empty"),
        ("text", "is not a video"),
        ("picture", "is not a video"),
        ("noise", "is not a video"),
        ("cut", "is not a video"),
        ("list of other files", "is not a video"),
    ],
)
def test_what_is_no_video_is_named(tmp_path: Path, kind: str, why: str) -> None:
    path = spoilt(tmp_path, kind)
    with pytest.raises(CaptureError) as caught:
        FileSource(path).open()
    assert str(caught.value).startswith(f"{path} {why}")


@pytest.mark.media
@pytest.mark.parametrize(
    ("name", "pictures", "last_s"),
    [
        ("doorbell-upper-body.mkv", 60, 23.718),
        ("surveillance-campus-vtest.avi", 795, 79.4),
        ("three-people-aerobics.avi", 393, 39.2),
        ("neg-cat.mp4", 149, 5.005),
        ("store-aisle-surveillance.gif", 67, 4.4),
        ("trunk-bend-side-overlay.gif", 142, 7.05),
        ("walk-overhead-jump-land-vp9.mp4", 230, 7.633),
        ("lift-checkout-seated-turn-light.mp4", 283, 9.414),
    ],
)
def test_odd_footage_is_read_whole_and_forwards(name: str, pictures: int, last_s: float) -> None:
    source = FileSource(media(name), realtime=False)
    source.open()
    times = []
    while (t := source.grab()) is not None:
        times.append(t)
    shape = source.retrieve().image.shape
    assert len(times) == pictures
    assert all(later > earlier for earlier, later in pairwise(times))
    assert times[-1] == pytest.approx(last_s, abs=2e-3)
    assert shape[2] == 3


def test_a_hundred_rounds_of_a_loop_leave_no_decoders_behind(tmp_path):
    """Without being collected they take 13 MB and more."""
    pictures = 8
    film = encode_h264(numbered(pictures), tmp_path / "a.h264", 25, gop=pictures)
    source = FileSource(film, loop=True, realtime=False)
    source.open()
    begun = 0.0
    for number in range(pictures * 100):
        source.grab()
        if number % 4 == 0:
            source.retrieve()
        if number == pictures * 10:
            begun = memory_mb(os.getpid())
    assert memory_mb(os.getpid()) - begun < 6.0
    source.close()


def test_pictures_that_were_looked_at_are_let_go_of_at_once(tmp_path):
    """And not when Python next collects what refers to itself."""
    source = FileSource(encode_h264(numbered(25), tmp_path / "a.h264", 25), realtime=False)
    gc.collect()
    gc.disable()
    try:
        source.open()
        while source.grab() is not None:
            source.retrieve()
        left = sum(isinstance(thing, av.VideoFrame) for thing in gc.get_objects())
    finally:
        gc.enable()
    source.close()
    assert left <= 3
