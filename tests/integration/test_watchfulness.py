"""From an encoded film through decoder, pipeline and recorder to what is told of the camera."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from monitor.capture.mannequin import MannequinSource
from monitor.capture.watch import WORDS, PictureWatch
from monitor.pipeline import CameraPlan
from monitor.posture.model import Frame, Image
from monitor.posture.motion import Motion
from monitor.posture.outlook import Outlook
from monitor.recorder import Keep, nobody
from monitor.store.database import migrate, open_database, sessions_of
from monitor.store.journal import Drainer, Journal
from monitor.store.tables import CameraState, CoverageMinute, Incident
from monitor.worker import CameraJob, WatchedCamera
from tests.fakes import FakeClock, ToldEngine
from tests.integration.video import encode_h264

BEGIN = datetime(2026, 3, 2, 12, 0, 10, tzinfo=UTC)
SIZE = (192, 320)
FPS = 4
WELL_S, ILL_S = 20, 36
RNG = np.random.default_rng(2)
HALL = np.kron(RNG.integers(40, 220, (12, 20, 3)), np.ones((16, 16, 1))).astype(np.uint8)
SOFT = np.kron(RNG.integers(90, 150, (3, 5, 3)), np.ones((64, 64, 1)))


def noisy(image: np.ndarray) -> Image:
    noise = RNG.normal(0.0, 2.0, (*SIZE, 1))
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def softened(image: Image) -> np.ndarray:
    kernel, soft = np.ones(7) / 7, image.astype(np.float64)
    for axis in (0, 1) * 3:
        soft = np.apply_along_axis(np.convolve, axis, soft, kernel, "same")
    return soft


BLURRED = softened(HALL)
STILL = noisy(HALL)


def with_clock(image: Image) -> Image:
    """Digits of a camera that shows the time."""
    image = image.copy()
    image[4:10, 300:304] = RNG.integers(0, 255)
    return image


ILL: dict[str, Callable[[], Image]] = {
    "frozen": lambda: with_clock(STILL),
    "black": lambda: noisy(np.full((*SIZE, 3), 5.0)),
    "covered": lambda: noisy(np.full((*SIZE, 3), 90.0)),
    "defocused": lambda: noisy(BLURRED),
}


class Told:
    """What the store knows once a camera has shown a film to its end."""

    def __init__(self, folder: Path, film: Path, fps: float = FPS) -> None:
        keep, clock = Keep(folder, keep_free_mb=0), FakeClock(BEGIN)
        keep.snapshots.mkdir(parents=True)
        job = CameraJob(CameraPlan("dock", (), fps=fps), f"file:{film}?pace=asap")
        engine = ToldEngine(lambda: [])
        camera = WatchedCamera(job, engine, clock, threading.Event(), keep, nobody)
        camera.start()
        looks = 0
        while looks < FPS * (WELL_S + ILL_S):
            looks += camera.step()
        self._keep = keep
        (self.state,) = self._rows(CameraState)
        self.incidents = [(i.kind, i.reason) for i in self._rows(Incident)]
        camera.stop()
        self.blind_s = sum(minute.blind_s for minute in self._rows(CoverageMinute))

    def _rows(self, table):
        database = open_database(f"sqlite:///{self._keep.data / 'plumbline.db'}")
        migrate(database, backups=self._keep.data / "backups")
        sessions = sessions_of(database)
        Drainer(Journal(self._keep.journal), sessions, lambda *_: None).empty()
        with sessions() as session:
            rows = session.scalars(select(table)).all()
        database.dispose()
        return rows


@pytest.mark.parametrize("kind", ILL)
def test_a_blind_camera_is_told_in_words_and_its_time_is_blind(tmp_path: Path, kind: str) -> None:
    well = [noisy(HALL) for _ in range(FPS * WELL_S)]
    images = iter([*well, *(ILL[kind]() for _ in range(FPS * ILL_S))])
    told = Told(tmp_path, encode_h264(images, tmp_path / "film.mp4", FPS, gop=8))
    assert (told.state.state, told.state.reason) == ("blind", WORDS[kind])
    assert told.incidents == [(kind, WORDS[kind])]
    assert 1.0 <= told.blind_s <= ILL_S


def test_a_picture_of_another_size_is_said_and_watched(tmp_path: Path) -> None:
    """The size changes in the middle of the stream, as when somebody sets the camera anew."""
    large = encode_h264((noisy(HALL) for _ in range(40)), tmp_path / "a.h264", FPS, gop=8)
    halves = (np.ascontiguousarray(noisy(HALL)[:96, :160]) for _ in range(184))
    small = encode_h264(halves, tmp_path / "b.h264", FPS, gop=8)
    film = tmp_path / "both.h264"
    film.write_bytes(large.read_bytes() + small.read_bytes())
    told = Told(tmp_path, film, fps=25)
    assert told.state.state == "up"
    ((kind, reason),) = told.incidents
    assert kind == "size"
    assert reason.startswith("its picture has 160 x 96 pixels now, 320 x 192 before")
    assert told.blind_s == 0.0


def test_a_drawn_shift_is_seen_throughout() -> None:
    """People walk, bend and stand before things; nobody covers, blurs or moves the camera."""
    clock = FakeClock(BEGIN)
    source = MannequinSource.from_url("mannequin:shift?people=3", clock=clock)
    source.open()
    watch, motion, outlook, due = PictureWatch(), Motion(), Outlook(), 0.0
    said: set[object] = set()
    for _ in range(40):
        t = source.grab()
        while t is not None and t < due:
            t = source.grab()
        assert t is not None
        due = t + 1.0
        image = source.retrieve().image
        motion.look(t, image)
        said |= {watch.look(Frame(image, BEGIN, t)), outlook.moved(t, motion.cells)}
    assert said == {None, False}
