"""From scripted bodies to evidence files, journal and rows."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event as Signal

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select

from monitor.capture.main_stream import Moment
from monitor.disk import Writer
from monitor.ergonomics.advice import TEXTS
from monitor.ergonomics.counts import Kind
from monitor.main_pictures import Main
from monitor.pipeline import CameraPipeline, CameraPlan
from monitor.posture.model import Frame, Pose
from monitor.recorder import SAID_FOR, Keep, Recorder
from monitor.store.database import migrate, open_database, sessions_of
from monitor.store.journal import Drainer, Journal
from monitor.store.tables import CoverageMinute, Event, Incident, MovementMinute, PostureMinute
from tests.builders import a_pose, a_rule, joints
from tests.fakes import FakeClock, ToldEngine

RNG = np.random.default_rng(0)


@dataclass
class Scene:
    """One camera whose single person does what it is told, a sample every 0.2 s."""

    keep: Keep
    clock: FakeClock
    plan: CameraPlan
    main: Main | None = None

    def __post_init__(self) -> None:
        self.poses: list[Pose] = []
        self.pipeline = CameraPipeline(self.plan, ToldEngine(lambda: self.poses), self.clock)
        self.recorder = Recorder(self.plan, "told", self.keep, main=self.main)

    def show(self, seconds: float, *poses: Pose, image: np.ndarray | None = None) -> None:
        self.poses = list(poses)
        for _ in range(round(seconds / 0.2)):
            self.clock.advance(0.2)
            picture = RNG.integers(0, 255, (480, 640, 3), np.uint8) if image is None else image
            frame = Frame(picture, self.clock.now(), self.clock.steady())
            self.recorder.record(self.pipeline.step(frame, 5))

    def finish(self) -> None:
        step = self.pipeline.finish(self.clock.steady(), self.clock.now())
        self.recorder.record(step)
        self.recorder.minutes(self.pipeline.minutes.flush(), (), self.pipeline.until)


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    return Keep(tmp_path, keep_free_mb=0)


@pytest.fixture
def scene(keep: Keep) -> Scene:
    return Scene(keep, FakeClock(), CameraPlan("dock", (a_rule(),)))


@pytest.fixture
def rows(tmp_path: Path) -> Iterator:
    database = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    migrate(database, backups=tmp_path)
    sessions = sessions_of(database)

    def of(table):
        Drainer(Journal(tmp_path / "journal"), sessions, lambda *_: None).empty()
        with sessions() as session:
            return session.scalars(select(table)).all()

    yield of
    database.dispose()


def bent(deg: float) -> Pose:
    return a_pose(joints(trunk=deg, yaw=90), at=(320, 300))


def pictures(keep: Keep) -> list[Path]:
    return sorted(p for p in keep.evidence.rglob("*") if p.is_file())


def test_an_event_has_its_picture_on_disk_before_its_row(scene, keep, rows):
    scene.show(2, bent(0))
    scene.show(4.4, bent(75))
    assert len(pictures(keep)) == 1
    (event,) = rows(Event)
    assert keep.evidence / event.evidence == pictures(keep)[0]
    assert event.ended_at is None
    assert event.peak == pytest.approx(75, abs=0.5)
    assert event.met_at - event.started_at == timedelta(seconds=4)
    assert event.angles["trunk_flexion"]["deg"] == event.peak
    assert event.calibration["origin"] == "assumed"
    assert event.advice == f"Raise the work. {TEXTS['floor'].en}"


def test_the_picture_is_replaced_by_the_peaks_and_the_row_ends_once(scene, keep, rows):
    scene.show(2, bent(0))
    scene.show(5, bent(65))
    first = pictures(keep)[0].read_bytes()
    scene.show(2, bent(90))
    scene.show(3, bent(0))
    (event,) = rows(Event)
    assert event.peak == pytest.approx(90, abs=0.5)
    assert event.ended_at is not None
    assert event.duration_s == pytest.approx(7, abs=0.5)
    assert [p.read_bytes() != first for p in pictures(keep)] == [True]


def test_nobody_waits_for_a_disk_that_stalls_and_all_is_written_in_its_order(scene, keep, rows):
    writer, free = Writer(), Signal()
    scene.recorder = Recorder(scene.plan, "told", keep, disk=writer.do)
    writer.do(free.wait)
    scene.show(2, bent(0))
    scene.show(5, bent(65))
    scene.show(3, bent(0))
    assert pictures(keep) == []
    assert rows(Event) == []
    free.set()
    writer.close()
    (event,) = rows(Event)
    assert event.ended_at is not None
    assert [keep.evidence / event.evidence] == pictures(keep)


def test_a_picture_that_could_not_be_stored_is_named_by_no_row_written_meanwhile(tmp_path, rows):
    keep, writer, free = Keep(tmp_path, keep_free_mb=10**9), Writer(), Signal()
    scene = Scene(keep, FakeClock(), CameraPlan("dock", (a_rule(),)))
    scene.recorder = Recorder(scene.plan, "told", keep, disk=writer.do)
    writer.do(free.wait)
    scene.show(2, bent(0))
    scene.show(20, bent(75))
    free.set()
    scene.show(3, bent(0))
    writer.close()
    entries = list(Journal(tmp_path / "journal").waiting(Event))
    assert len(entries) >= 3
    assert {entry.evidence for entry in entries} == {None}
    assert {entry.evidence_note for entry in entries} == {"no picture: the disk is nearly full"}


def test_a_posture_too_short_leaves_nothing(scene, keep, rows):
    scene.show(2, bent(0))
    scene.show(3, bent(75))
    scene.show(3, bent(0))
    assert rows(Event) == []
    assert pictures(keep) == []


def test_a_full_disk_costs_the_picture_never_the_event_and_is_told(tmp_path, rows):
    keep = Keep(tmp_path, keep_free_mb=10**9)
    scene = Scene(keep, FakeClock(), CameraPlan("dock", (a_rule(),)))
    scene.show(6, bent(75))
    (event,) = rows(Event)
    assert event.evidence is None
    assert "disk" in event.evidence_note
    assert [(i.kind, i.ended_at) for i in rows(Incident)] == [("evidence", None)]
    assert pictures(keep) == []


def test_pictures_resume_by_themselves_when_there_is_room(tmp_path, rows):
    keep = Keep(tmp_path, keep_free_mb=0)
    scene = Scene(keep, FakeClock(), CameraPlan("dock", (a_rule(),)))
    (keep.evidence / "2026-03-02").write_text("a file where the day's folder should be")
    scene.show(6, bent(65))
    assert rows(Event)[0].evidence is None
    (keep.evidence / "2026-03-02").unlink()
    scene.show(2, bent(90))
    (event,) = rows(Event)
    assert event.evidence is not None
    assert event.evidence_note is None
    assert [i.ended_at is None for i in rows(Incident)] == [False]


def test_no_picture_when_a_head_cannot_be_placed(scene, keep, rows):
    lost = bent(75)
    lost.landmarks[0, 0] = np.nan
    scene.show(6, lost)
    (event,) = rows(Event)
    assert event.evidence is None
    assert "head" in event.evidence_note


def test_coverage_and_posture_minutes_add_up(scene, rows):
    scene.show(60, bent(35))
    scene.finish()
    watched = sum(m.watched_s for m in rows(CoverageMinute))
    assert watched == pytest.approx(60, abs=0.5)
    bands = {m.band for m in rows(PostureMinute) if m.measure == "trunk_flexion"}
    assert bands == {"30-60"}


def test_movements_are_counted_with_their_minute(scene, rows):
    for _ in range(3):
        scene.show(3, bent(0))
        scene.show(3, bent(75))
    scene.show(3, bent(0))
    scene.finish()
    counted = Counter()
    for row in rows(MovementMinute):
        counted[row.kind] += row.count
    assert counted == {"bend": 3} | {kind.value: 0 for kind in Kind if kind is not Kind.BEND}


def test_a_minute_without_people_was_not_counted(scene, rows):
    scene.show(10)
    scene.finish()
    assert [row.people_s for row in rows(CoverageMinute)] == [0.0]
    assert rows(MovementMinute) == []


def test_a_frozen_picture_is_blind_and_judges_nobody(scene, rows):
    still = RNG.integers(0, 255, (480, 640, 3), np.uint8)
    scene.show(5, bent(0))
    scene.show(60, bent(75), image=still)
    scene.finish()
    blind = sum(m.blind_s for m in rows(CoverageMinute))
    assert blind == pytest.approx(60 - scene.plan.frozen_after_s, abs=1.0)
    assert [e.ended_at is not None for e in rows(Event)] == [True], "it ended where it froze"


def test_a_privacy_mask_is_in_the_evidence_too(keep, rows):
    mask = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (0.0, 0.5))
    scene = Scene(keep, FakeClock(), CameraPlan("dock", (a_rule(),), masks=(mask,)))
    scene.show(6, bent(75))
    (event,) = rows(Event)
    shown = np.asarray(Image.open(keep.evidence / event.evidence))
    assert shown[:180, :200].max() < 30
    assert shown[300:, :200].max() > 60


def test_others_are_shown_and_hidden_where_they_were_at_the_peak(keep, rows):
    """It is drawn seconds later, when they are elsewhere."""
    scene = Scene(keep, FakeClock(), CameraPlan("dock", (a_rule(),)))
    for bend, looks, step in ((0, 10, 0), (75, 5, 0), (65, 20, 8)):
        for look in range(looks):
            other = a_pose(joints(yaw=90), at=(590 - step * look, 240))
            scene.show(0.2, bent(bend), other)
    (event,) = rows(Event)
    shown = np.asarray(Image.open(keep.evidence / event.evidence)).astype(float)
    assert shown[190:240, 580:600].std() > 2 * shown[190:240, 440:460].std()


class TwiceAsLarge:
    """A main stream of 1280 x 960 that answers what was asked when it is told to; it shows somebody
    bent by 75 degrees, `off` pixels to the right of where the substream does."""

    def __init__(self, off: float = 0.0) -> None:
        self._shows = a_pose(joints(trunk=75, yaw=90), at=(640 + off, 600), scale=200)
        self.asked: list[Moment] = []
        self.main = Main(lambda t: Moment(t, self.asked.append), lambda *_: [self._shows])

    def answer(self, why: str = "") -> None:
        image = None if why else np.full((960, 1280, 3), 200, np.uint8)
        while self.asked:
            self.asked.pop().answer(image, why)


def bending(keep: Keep, main: TwiceAsLarge, **plan: object) -> Scene:
    """Somebody who has been bent long enough to be told; the main stream was asked."""
    scene = Scene(keep, FakeClock(), CameraPlan("dock", (a_rule(),), **plan), main.main)
    scene.show(2, bent(0))
    scene.show(4.4, bent(75))
    assert pictures(keep)
    return scene


def size_of(keep: Keep, event: Event) -> tuple[int, int]:
    with Image.open(keep.evidence / event.evidence) as picture:
        return picture.size


def test_a_picture_is_stored_at_once_and_then_as_the_main_stream_shows_it(keep, rows):
    main = TwiceAsLarge()
    scene = bending(keep, main)
    (event,) = rows(Event)
    assert (size_of(keep, event), event.evidence_note) == ((640, 480), None)
    assert len(main.asked) == 1
    main.answer()
    scene.show(3, bent(75))
    (event,) = rows(Event)
    assert (size_of(keep, event), event.evidence_note) == ((1280, 960), None)
    shown = np.asarray(Image.open(keep.evidence / event.evidence))
    assert shown[:200, :200].min() > 190


def test_masks_are_black_in_the_main_streams_picture_too(keep, rows):
    main = TwiceAsLarge()
    corner = ((0.0, 0.0), (0.2, 0.0), (0.2, 0.2), (0.0, 0.2))
    scene = bending(keep, main, masks=(corner,))
    main.answer()
    scene.show(3, bent(75))
    (event,) = rows(Event)
    shown = np.asarray(Image.open(keep.evidence / event.evidence))
    assert shown.shape == (960, 1280, 3)
    assert shown[:180, :240].max() < 30


def test_a_main_stream_that_shows_nothing_costs_no_event_and_no_picture(keep, rows):
    main = TwiceAsLarge()
    scene = bending(keep, main)
    main.answer("connection refused")
    scene.show(3, bent(75))
    (event,) = rows(Event)
    assert size_of(keep, event) == (640, 480)
    assert event.evidence_note == "taken from the substream: connection refused"


def test_a_main_stream_that_shows_somebody_elsewhere_is_not_believed(keep, rows):
    """It is of another moment: heads would be hidden where they are not."""
    main = TwiceAsLarge(off=100)
    scene = bending(keep, main)
    main.answer()
    scene.show(3, bent(75))
    (event,) = rows(Event)
    assert size_of(keep, event) == (640, 480)
    assert "does not show the same" in event.evidence_note


def test_an_event_ends_before_the_main_stream_answers(keep, rows):
    main = TwiceAsLarge()
    scene = bending(keep, main)
    scene.show(4, bent(0))
    (ended,) = rows(Event)
    assert ended.ended_at is not None
    assert size_of(keep, ended) == (640, 480)
    main.answer()
    scene.show(3, bent(0))
    (event,) = rows(Event)
    assert (event.ended_at, event.peak) == (ended.ended_at, ended.peak)
    assert size_of(keep, event) == (1280, 960)
    assert scene.recorder.left(scene.clock.now(), scene.clock.steady()) == []


def test_a_moved_camera_is_said_for_a_day(keep, rows):
    scene = Scene(keep, FakeClock(), CameraPlan("dock", (), frozen_after_s=1e6))
    for _ in range(2):
        scene.show(50, image=a_hall())
    (incident,) = [one for one in rows(Incident) if one.kind == "moved"]
    assert "looks elsewhere" in incident.reason
    assert incident.ended_at is None
    scene.clock.advance(SAID_FOR.total_seconds())
    scene.show(0.2)
    (incident,) = [one for one in rows(Incident) if one.kind == "moved"]
    assert incident.ended_at is not None


def a_hall() -> np.ndarray:
    """Things stand in it; another each time."""
    hall = np.kron(RNG.integers(0, 10, (12, 16)), np.ones((40, 40))) * 20
    return np.repeat(hall[:, :, None], 3, axis=2).astype(np.uint8)


def blind_s(rows) -> float:
    return sum(minute.blind_s for minute in rows(CoverageMinute))


MASKED = CameraPlan(
    "dock", (a_rule(),), masks=(((0.0, 0.0), (0.1, 0.0), (0.1, 0.1)),), frozen_after_s=1e6
)


def test_a_camera_that_looks_beside_its_masks_is_blind_until_it_is_turned_back(keep, rows):
    """It is known within 30 s. Who bends meanwhile is told all the same."""
    scene, hall = Scene(keep, FakeClock(), MASKED), a_hall()
    scene.show(50, image=hall)
    scene.show(100, bent(75), image=a_hall())
    scene.show(60, image=hall)
    scene.show(20, image=hall)
    scene.finish()
    assert blind_s(rows) == pytest.approx(100, abs=10)
    assert len(rows(Event)) == 1
    (moved,) = [one for one in rows(Incident) if one.kind == "moved"]
    assert moved.ended_at is not None
    assert sum(minute.people_s for minute in rows(CoverageMinute)) < 35


def test_a_camera_of_which_nothing_is_said_learns_its_new_view_and_watches_on(keep, rows):
    plan = CameraPlan("dock", (a_rule(),), frozen_after_s=1e6)
    scene = Scene(keep, FakeClock(), plan)
    for _ in range(2):
        scene.show(50, image=a_hall())
    scene.finish()
    assert [one.kind for one in rows(Incident)] == ["moved"]
    assert blind_s(rows) == 0.0


def test_a_picture_of_another_shape_is_blind_beside_masks_and_one_of_another_size_is_not(
    keep, rows
):
    scene = Scene(keep, FakeClock(), MASKED)
    for height, width in ((480, 640), (240, 320), (240, 400), (480, 640)):
        scene.show(10, image=np.ascontiguousarray(np.tile(a_hall(), (1, 2, 1))[:height, :width]))
    scene.finish()
    assert blind_s(rows) == pytest.approx(10, abs=0.5)
