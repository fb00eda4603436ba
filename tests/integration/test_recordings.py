"""Landmarks on disk: a file a minute, whole or named as damaged."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitor import recordings
from monitor.errors import InputError
from monitor.posture.gravity import Calibration
from monitor.posture.landmarks import Body, Look, View, as_kept
from monitor.recordings import Tape
from tests.builders import NOON, a_pose

VIEW = View(640, 480, Calibration(), {})
BODY = Body(1, as_kept(a_pose()))


def recorded(folder: Path, seconds: float, camera: str = "dock") -> list[Path]:
    """A look a second."""
    tape = Tape(camera, "told", 1.0, 3.0)
    looks = (
        Look(float(s), NOON + timedelta(seconds=s), None, VIEW, [BODY]) for s in range(int(seconds))
    )
    full = [*(tape.add(look) for look in looks), tape.cut()]
    return [recordings.write(folder, minute) for minute in full if minute is not None]


def test_a_file_holds_a_minute_and_the_last_one_what_is_left(tmp_path):
    paths = recorded(tmp_path, 150)
    names = ["120000-000000", "120100-000000", "120200-000000"]
    assert [path.stem for path in paths] == names
    assert paths[0].parent == tmp_path / "2026-11-23" / "dock"
    found = [recordings.read(path) for path in paths]
    assert [len(one.looks) for one in found] == [60, 60, 30]
    assert {one.source.run for one in found} == {found[0].source.run}
    assert found[0].source.camera == "dock"


def test_a_tape_that_holds_nothing_is_not_written():
    assert Tape("dock", "told", 5.0, 2.0).cut() is None


def test_the_files_of_a_time_are_those_that_begin_in_it(tmp_path):
    recorded(tmp_path, 300)
    recorded(tmp_path, 60, "gate")
    (tmp_path / "2026-11-23" / "dock" / "notes.landmarks").write_text("not ours")
    minute = timedelta(minutes=1)
    found = recordings.files(tmp_path, "dock", NOON + minute, NOON + 3 * minute)
    assert [file.start for file in found] == [NOON + minute, NOON + 2 * minute]
    assert recordings.files(tmp_path, "dock", NOON + 9 * minute, NOON + 10 * minute) == []


def test_every_damaged_byte_is_noticed(tmp_path):
    (path,) = recorded(tmp_path, 2)
    whole = path.read_bytes()
    for i in range(0, len(whole), 7):
        path.write_bytes(whole[:i] + bytes([whole[i] ^ 1]) + whole[i + 1 :])
        with pytest.raises(InputError, match=r"120000-000000\.landmarks is damaged"):
            recordings.read(path)


@pytest.mark.parametrize("size", [0, 10, 60])
def test_a_file_cut_short_is_damaged(tmp_path, size):
    (path,) = recorded(tmp_path, 2)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(InputError, match="is damaged"):
        recordings.read(path)


def test_a_file_that_is_gone_is_said(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        recordings.read(tmp_path / "120000-000000.landmarks")


def test_old_recordings_go_with_their_folders_and_young_ones_stay(tmp_path):
    recorded(tmp_path, 180)
    assert recordings.purge(tmp_path, NOON + timedelta(minutes=1)) == 1
    assert len(list(tmp_path.rglob("*.landmarks"))) == 2
    assert recordings.purge(tmp_path, NOON + timedelta(days=1)) == 2
    assert list(tmp_path.iterdir()) == []
    assert recordings.purge(tmp_path / "never", NOON) == 0


def test_a_file_of_the_version_before_is_read(tmp_path):
    (path,) = recorded(tmp_path, 2)
    was = path.read_bytes()
    path.write_bytes(was.replace(recordings.MAGIC, recordings.FORMER))
    assert len(recordings.read(path).looks) == 2
