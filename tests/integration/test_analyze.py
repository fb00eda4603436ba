"""`plumbline analyze` as other programs rely on it."""

import json
import os
import pty
import shutil
import signal
import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from monitor.posture.gravity import Calibration, camera_to_gravity
from monitor.posture.model import ANGLES
from tests.integration.bad_input import noise, unreadable, unusual
from tests.integration.commands import PROGRAM, ROOT, environ, plumbline, said_in_one_line
from tests.integration.video import encode, numbered
from tests.media import media

pytestmark = pytest.mark.usefixtures("task")


def looks(*arguments: str | Path) -> list[dict]:
    done = plumbline("analyze", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "libraries have nothing to say"
    return parsed(done.stdout)


def parsed(lines: str) -> list[dict]:
    def no_nan(word: str) -> float:
        raise AssertionError(f"{word} in JSON")

    return [json.loads(line, parse_constant=no_nan) for line in lines.splitlines()]


def check(look: dict) -> None:
    """One line, as the contract says."""
    assert list(look) == ["source", "frame", "t", "width", "height", "people"]
    for person in look["people"]:
        assert list(person) == ["person", "score", "box", "landmarks", "world", "angles"]
        assert 0 <= person["score"] <= 1
        assert np.asarray(person["box"]).shape == (4,)
        assert np.asarray(person["landmarks"]).shape == (33, 4)
        world = np.asarray(person["world"])
        assert world.shape == (33, 3)
        assert np.abs(world[[23, 24]].mean(axis=0)).max() < 0.02, "hips at 0"
        assert set(person["angles"]) == set(ANGLES)
        for angle in person["angles"].values():
            assert angle is None or (set(angle) == {"deg", "low", "high"} and angle["deg"] < 361)


@pytest.mark.media
def test_a_picture_is_one_line_with_its_people():
    photo = media("kp-truck-worker-standing.jpg")
    (look,) = looks(photo)
    check(look)
    assert (look["source"], look["frame"], look["t"]) == (str(photo), 0, 0.0)
    assert (look["width"], look["height"]) == (1280, 720)
    (person,) = look["people"]
    nose, ankle = person["landmarks"][0], person["landmarks"][27]
    assert nose[1] < ankle[1]
    assert person["world"][0][1] > 0.3 > -0.3 > person["world"][27][1], "y points up"
    assert abs(person["angles"]["trunk_flexion"]["deg"]) < 25


@pytest.mark.media
def test_the_cameras_pitch_turns_metres_wholly_and_angles_as_far_as_the_picture_lets_them():
    photo = media("kp-truck-worker-standing.jpg")
    straight, pitched = (
        looks(*options, photo)[0]["people"][0]
        for options in ([], ["--camera-pitch", "30"])
    )  # fmt: skip
    turned = pitched["angles"]["trunk_flexion"]["deg"] - straight["angles"]["trunk_flexion"]["deg"]
    assert 10 < abs(turned) < 45
    turn = camera_to_gravity(Calibration(30))
    assert np.allclose(pitched["world"], np.array(straight["world"]) @ turn.T, atol=0.002)
    assert pitched["landmarks"] == straight["landmarks"]


@pytest.mark.media
def test_a_film_has_a_line_for_each_frame_looked_at_and_lists_believed_people():
    film = media("squat-front-mediapipe-golden.mp4")
    found = looks("--fps", "5", film)
    for look in found:
        check(look)
    times = [look["t"] for look in found]
    assert all(0.15 < b - a < 0.3 for a, b in pairwise(times))
    assert found[0]["people"] == [], "nobody is believed at first sight"
    people = [person["person"] for look in found[3:] for person in look["people"]]
    assert set(people) == {1}
    assert len(people) == len(found) - 3


def test_every_frame_is_looked_at_if_asked_and_keeps_its_number_and_time(tmp_path):
    moments = [0.0, 0.1, 0.2, 0.9, 1.0]
    film = encode(numbered(5), tmp_path / "film.mkv", 10, codec="libx264", times=moments)
    found = looks("--fps", "1000", film)
    assert [look["frame"] for look in found] == [0, 1, 2, 3, 4]
    assert [look["t"] for look in found] == pytest.approx(moments, abs=0.002)
    assert [look["frame"] for look in looks("--fps", "1", film)] == [0, 4]


def test_a_gif_is_a_film_and_a_turned_photo_is_upright(tmp_path):
    pages = [page.convert("P") for page in (noise(), noise().rotate(180), noise().rotate(90))]
    pages[0].save(tmp_path / "a.gif", save_all=True, append_images=pages[1:], duration=500)
    turned = Pillow.Exif()
    turned[0x0112] = 6
    noise().save(tmp_path / "b.jpg", exif=turned.tobytes())
    found = looks(tmp_path)
    assert [Path(look["source"]).name for look in found] == ["a.gif"] * 3 + ["b.jpg"]
    assert [look["t"] for look in found[:3]] == pytest.approx([0, 0.5, 1.0], abs=0.02)
    assert (found[3]["width"], found[3]["height"]) == (60, 90)


def test_rare_pictures_are_analysed_and_a_folder_means_what_is_in_it(tmp_path):
    for name, (content, _) in unusual(tmp_path).items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "film.mp4").unlink(missing_ok=True)
    (tmp_path / "notes.txt").write_text("no picture, and not looked at")
    found = looks(tmp_path)
    sizes = {Path(look["source"]).name: (look["width"], look["height"]) for look in found}
    assert sizes == {name: size for name, (_, size) in unusual(tmp_path).items()}


def test_what_cannot_be_read_is_a_line_each_and_the_rest_is_analysed(tmp_path):
    bad, out = tmp_path / "bad", tmp_path / "out"
    bad.mkdir()
    contents = unreadable(tmp_path)
    for name, content in contents.items():
        (bad / name).write_bytes(content)
    os.mkfifo(bad / "pipe.mp4")
    good = tmp_path / "good.png"
    noise().save(good)
    missing = tmp_path / "missing.mp4"
    (tmp_path / "none").mkdir()
    done = plumbline(
        "analyze", "--json", "--overlay", out, bad, missing, tmp_path / "none", good
    )  # fmt: skip
    assert done.returncode == 2
    named = [line.removeprefix("plumbline: ").partition(": ") for line in done.stderr.splitlines()]
    expected = [str(bad / name) for name in sorted([*contents, "pipe.mp4"])]
    assert [name for name, _, _ in named] == [*expected, str(missing), str(tmp_path / "none")]
    assert all(len(why) > 10 and "Error" not in why for _, _, why in named)
    assert [look["source"] for look in parsed(done.stdout)] == [str(good)]
    assert [path.name for path in out.iterdir()] == ["good.png.000000.jpg"]


def test_names_that_are_not_utf8_are_no_trouble(tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/gr\xfc\xdfe.png")
    shutil.copyfile(_saved(tmp_path), path)
    assert [look["source"] for look in looks(path)] == [path]
    assert "nobody found" in plumbline("analyze", path).stdout


def _saved(folder: Path) -> Path:
    noise().save(folder / "plain.png")
    return folder / "plain.png"


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """1: every edge of the one is in the other, whatever skeleton lies over both; 0: none."""
    edges = (np.diff(patch).ravel() for patch in (one, other))
    return float(np.corrcoef(*edges)[0, 1])


@pytest.mark.media
def test_overlays_hide_every_face(tmp_path):
    photo = media("kp-table-seated-four.jpg")
    plumbline("analyze", "--overlay", tmp_path / "out", photo)
    (drawn,) = (tmp_path / "out").iterdir()
    before, after = (np.asarray(Pillow.open(p).convert("L"), float) for p in (photo, drawn))
    assert before.shape == after.shape
    for x, y in ((253, 111), (402, 142)):
        face = np.s_[y - 10 : y + 10, x - 10 : x + 10]
        assert likeness(before[face], after[face]) < 0.4


def test_an_overlay_that_cannot_be_stored_is_said(tmp_path):
    (tmp_path / "out").write_text("a file")
    done = plumbline("analyze", "--overlay", tmp_path / "out" / "x", _saved(tmp_path))
    assert "the overlay cannot be stored" in said_in_one_line(done)


@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_a_model_that_is_missing_or_damaged_is_said_with_how_to_bring_it(damage, task, tmp_path):
    if damage == "damaged":
        shutil.copytree(task.parent, tmp_path / "models")
        with (tmp_path / "models" / task.name).open("r+b") as file:
            file.seek(1_000_000)
            file.write(b"damage")
    done = plumbline("analyze", _saved(tmp_path), PLUMBLINE_DATA=str(tmp_path))
    line = said_in_one_line(done)
    assert damage in line
    assert "run `plumbline models fetch`" in line


def test_the_model_lies_in_the_data_folder_of_the_settings(tmp_path):
    settings = tmp_path / "my.yaml"
    settings.write_text(
        f"data: {tmp_path / 'here'}\ncameras: [{{name: gate, url: 'mannequin:'}}]\n"
    )
    done = plumbline("-s", settings, "analyze", _saved(tmp_path), PLUMBLINE_DATA="")
    assert str(tmp_path / "here" / "models") in said_in_one_line(done)


def long_film(folder: Path) -> Path:
    return encode(numbered(600), folder / "long.mp4", 10, codec="libx264")


def terminal(*arguments: str | Path, stdout: int | None) -> tuple[str, int]:
    """What a command writes to a terminal on its standard error (and output, if `None`)."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, *map(str, arguments)], cwd=ROOT, env=environ(),
        stdin=subprocess.DEVNULL, stdout=theirs if stdout is None else stdout, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    said = b""
    while chunk := _read(ours):
        said += chunk
    os.close(ours)
    return said.decode(), process.wait(30)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says EIO at a terminal's end
        return b""


def test_a_bar_shows_how_far_a_film_is_on_a_terminal_alone(tmp_path):
    film = encode(numbered(50), tmp_path / "film.mp4", 10, codec="libx264")
    said, status = terminal("analyze", "--json", film, stdout=subprocess.DEVNULL)
    assert status == 0
    assert "film.mp4" in said
    assert "100%" in said
    mixed, _ = terminal("analyze", "--json", film, stdout=None)
    assert "%" not in mixed, "the results themselves show how far it is"
    assert plumbline("analyze", "--json", film).stderr == ""


def test_a_reader_that_has_seen_enough_ends_it_quietly(tmp_path):
    with subprocess.Popen(
        [*PROGRAM, "analyze", "--json", "--fps", "1000", str(long_film(tmp_path))],
        cwd=ROOT, env=environ(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 1


def test_ctrl_c_ends_it_quietly(tmp_path):
    with subprocess.Popen(
        [*PROGRAM, "analyze", "--json", "--fps", "1000", str(long_film(tmp_path))],
        cwd=ROOT, env=environ(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == b""
    assert all(line.endswith(b"}") for line in out.splitlines())


def test_numbers_that_make_no_sense_are_refused():
    done = plumbline("analyze", "--fps", "0", "x.jpg")
    assert done.returncode == 2
    assert "--fps" in done.stderr
