"""Every command by name: what it teaches, what it does, and what it says when it cannot."""

import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from monitor import calibrations
from monitor.capture.mannequin.camera import aimed
from monitor.cli import COMMANDS
from monitor.posture.gravity import Calibration
from monitor.posture.vertical import Vertical
from monitor.store.database import migrate, open_database, sessions_of
from monitor.store.tables import CameraState
from tests.builders import drawn_pose
from tests.integration.commands import plumbline, said_in_one_line

CAMERAS = """
cameras:
  - {name: gate, url: 'mannequin:', fps: 5}
  - {name: dock, url: 'rtsp://viewer:hunter22@10.0.0.9/1', zones: [
      {name: belt, polygon: [[0, 0], [1, 0], [1, 1]]}]}
  - {name: yard, url: 'rtsp://viewer:hunter22@10.0.0.8/1', substream: 'rtsp://a:hunter22@10.0.0.8/2'}
"""


class Site:
    """A folder with settings and data of its own."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "var"
        self.settings = folder / "my.yaml"
        self.write("")

    def write(self, more: str) -> None:
        self.settings.write_text(f"data: {self.data}\n{more}{CAMERAS}")

    def plumbline(self, *arguments: str | Path, typed: str = ""):
        return plumbline("-s", self.settings, *arguments, typed=typed, PLUMBLINE_DATA="")

    def says(self, *arguments: str | Path, typed: str = "") -> str:
        done = self.plumbline(*arguments, typed=typed)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def watched(self, *names: str, state: str = "up") -> None:
        """As if these cameras had just been looked at."""
        engine = open_database(f"sqlite:///{self.data / 'plumbline.db'}")
        migrate(engine, backups=self.data / "backups")
        now = datetime.now(UTC)
        with sessions_of(engine)() as session, session.begin():
            for name in names:
                session.add(
                    CameraState(
                        camera=name, url="mannequin:", state=state,
                        reason="" if state == "up" else "no answer",
                        since=now, updated_at=now, fps_asked=5.0, fps_reached=4.9, people=2,
                        reconnects=0,
                    )
                )  # fmt: skip
        engine.dispose()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_help_lists_every_command():
    done = plumbline("--help")
    assert done.returncode == 0
    for name, what in COMMANDS.items():
        assert name in done.stdout
        assert what in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_says_what_it_does_and_gives_an_example(command):
    done = plumbline(command, "-h")
    assert done.returncode == 0
    assert f"  plumbline {command}" in done.stdout or f"my.yaml {command}" in done.stdout
    assert "..." not in done.stdout.replace("[ARGS]...", "").replace("PATHS...", "")


def test_an_unknown_command_is_refused_with_the_nearest():
    done = plumbline("analyse")
    assert done.returncode == 2
    assert "did you mean 'analyze'?" in done.stderr.lower()


@pytest.mark.parametrize("command", ["run", "check-config"])
def test_a_missing_file_of_settings_is_said(command, tmp_path):
    line = said_in_one_line(plumbline("-s", tmp_path / "none.yaml", command))
    assert f"{tmp_path / 'none.yaml'}: cannot be read (No such file or directory)" in line


def test_every_wrong_setting_is_a_line_on_standard_error(site):
    site.write("wrokers: 2\nretention: {events_days: 0}\n")
    done = site.plumbline("check-config")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "wrokers: no such setting; did you mean 'workers'?" in done.stderr
    assert "retention.events_days: " in done.stderr


def test_settings_are_checked_without_writing_anything_or_showing_credentials(site):
    said = site.says("check-config")
    assert "camera gate: mannequin:, 5 fps" in said
    assert "camera dock: rtsp://***@10.0.0.9/1, 5 fps" in said
    assert "1 zones, 0 masks" in said
    assert "camera yard: rtsp://***@10.0.0.8/1, watched at rtsp://***@10.0.0.8/2, 5 fps" in said
    assert f"all is well; data goes to {site.data}" in said
    assert not site.data.exists()


def test_an_address_no_camera_is_behind_is_refused_by_the_cameras_name(site):
    site.settings.write_text("cameras: [{name: gate, url: 'rtps://viewer:hunter22@h/1'}]\n")
    line = said_in_one_line(site.plumbline("check-config"))
    assert "cameras.gate.url: 'rtps://***@h/1' is no camera address" in line
    assert "it should start with rtsp" in line


@pytest.mark.parametrize("command", ["run", "dashboard", "status"])
def test_a_data_folder_that_cannot_be_used_is_said(command, site):
    site.data.write_text("a file in its place")
    assert str(site.data) in said_in_one_line(site.plumbline(command))


def test_a_database_of_a_newer_plumbline_is_refused(site):
    site.says("users", "list")
    with closing(sqlite3.connect(site.data / "plumbline.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = 'zzzz'")
        database.commit()
    line = said_in_one_line(site.plumbline("status"))
    assert "written by a newer Plumbline (revision zzzz)" in line


def test_a_file_that_is_no_database_is_said(site):
    site.data.mkdir()
    (site.data / "plumbline.db").write_bytes(b"this is no database, " * 500)
    assert "the database cannot be used: " in said_in_one_line(site.plumbline("status"))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://plumbline:hunter22@127.0.0.1:1/plumbline?connect_timeout=2",
        "postgresql+nodriver://plumbline:hunter22@127.0.0.1/plumbline",
        "hunter22",
    ],
)
def test_a_database_that_cannot_be_reached_is_said_without_its_password(url, site):
    site.write(f"database: '{url}'\n")
    line = said_in_one_line(site.plumbline("status"))
    assert "the database cannot be used: " in line
    assert "hunter22" not in line


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_a_port_in_use_is_said_with_what_to_do(site, taken):
    site.write(f"dashboard: {{port: {taken}}}\n")
    done = site.plumbline("dashboard")
    assert done.returncode == 2
    assert f"dashboard: cannot listen on 127.0.0.1:{taken}" in done.stderr
    assert "set dashboard.port" in done.stderr
    assert "Traceback" not in done.stderr


def test_status_is_0_only_if_every_camera_is_watched(site):
    done = site.plumbline("status")
    assert done.returncode == 1
    names = ["gate", "dock", "yard"]
    assert done.stdout.splitlines() == [f"{name}: never started" for name in names]
    site.watched("gate", "dock")
    assert site.plumbline("status").returncode == 1
    site.watched("yard")
    up = [f"{name}: up, 4.9 of 5 fps, 2 people" for name in names]
    assert site.says("status").splitlines() == up


def test_status_says_why_a_camera_is_not_watched(site):
    site.watched("gate", "dock", state="down")
    done = site.plumbline("status")
    assert done.returncode == 1
    assert "gate: down (no answer)" in done.stdout


def test_users_come_change_their_password_and_go(site):
    password = "correct horse\ncorrect horse\n"
    assert "anna may log in" in site.says("users", "add", "anna", typed=password)
    assert "password of anna set" in site.says("users", "password", "anna", typed=password)
    assert site.says("users", "list").startswith("anna  since 20")
    assert "anna removed" in site.says("users", "remove", "anna")
    assert site.says("users", "list") == ""


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (["add", "anna"], "short\nshort\n", "the password is too short; take 10 characters"),
        (["password", "nobody"], "correct horse\ncorrect horse\n", "there is no user 'nobody'"),
        (["remove", "nobody"], "", "there is no user 'nobody'"),
    ],
)
def test_what_cannot_be_done_to_a_user_is_said(arguments, typed, said, site):
    done = site.plumbline("users", *arguments, typed=typed)
    assert done.returncode == 2
    assert f"plumbline: {said}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_report_is_printed_for_a_day_without_anything(site):
    assert "2026-03-02" in site.says("report", "--day", "2026-03-02")
    assert "camera" in site.says("report", "--format", "csv")
    done = site.plumbline("report", "--day", "yesterday")
    assert done.returncode == 2
    assert "--day" in done.stderr


def test_models_are_listed_and_a_wrong_file_is_refused(site):
    done = site.plumbline("models", "list")
    assert done.returncode == 1
    assert "run `plumbline models fetch`" in done.stdout
    wrong = site.settings
    assert "is not a pose model bundle" in said_in_one_line(
        site.plumbline("models", "add", wrong)
    )  # fmt: skip
    assert os.listdir(site.data / "models") == [".lock"]  # noqa: PTH208


def test_sound_models_are_listed_with_their_digests(task):
    done = plumbline("models", "list")
    assert done.returncode == 0
    assert "DAMAGED" not in done.stdout
    assert done.stdout.count("sha256") >= 3


def test_what_a_camera_has_learnt_is_told(site):
    assert "assumed" in site.says("calibrate", "gate")
    vertical = Vertical(Calibration())
    camera = aimed(6.5, pitch=30)
    random = np.random.default_rng(3)
    for slot in range(30):
        x, z, heading = random.uniform((-2.0, -1.5, 0.0), (2.0, 1.0, 360.0))
        vertical.see(0.0, slot, drawn_pose(camera, "stand", (x, z), heading), (1280, 720))
    calibrations.save(calibrations.file_of(site.data, "gate"), calibrations.written(vertical))
    assert "learnt" in site.says("calibrate", "gate")
    assert "upright people seen: 30" in site.says("calibrate", "gate")


def test_a_damaged_calibration_is_said_and_learnt_anew(site):
    file = calibrations.file_of(site.data, "gate")
    file.parent.mkdir(parents=True)
    file.write_bytes(b"PK no zip")
    done = site.plumbline("calibrate", "gate")
    assert done.returncode == 0
    assert "assumed" in done.stdout
    assert "calibration not readable" in done.stdout + done.stderr


def test_calibrating_an_unknown_camera_names_the_known(site):
    done = site.plumbline("calibrate", "gat")
    assert done.returncode == 2
    assert "gate, dock" in done.stderr
