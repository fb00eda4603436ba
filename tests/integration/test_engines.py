"""What every pose engine must do, run over each of them."""

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from monitor.errors import ModelError
from monitor.pose.blazepose.landmarks import Landmarks
from monitor.pose.engine import Engine
from monitor.pose.mediapipe_engine import MediaPipeEngine, next_region
from monitor.posture.model import Image, Landmark, Pose, Region
from monitor.posture.windows import around
from tests.integration.pictures import photo

LUNGE = "yoga-warrior-mediapipe-golden.jpg"
EMPTY = "neg-corridor.jpg"


def trunk(pose: Pose) -> float:
    points = pose.landmarks[:, :2]
    shoulders = points[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]].mean(axis=0)
    hips = points[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP]].mean(axis=0)
    return float(np.linalg.norm(shoulders - hips))


def apart(one: Pose, other: Pose) -> float:
    """Median distance of the landmarks, in trunks."""
    distances = np.linalg.norm(one.landmarks[:, :2] - other.landmarks[:, :2], axis=1)
    return float(np.median(distances)) / trunk(one)


@pytest.fixture(scope="module")
def lunge() -> Image:
    return photo(LUNGE)


@pytest.fixture
def found(engine: Engine, lunge: Image) -> Pose:
    (pose,) = engine.find(lunge)
    return pose


class EngineContract:
    """A class of tests for each engine: say its `name` and override the fixture `engine`."""

    name: ClassVar[str]

    turns: ClassVar[tuple[int, ...]] = (-45, -20, 20, 45)
    """Degrees a region may be turned against its body: as far as it turns between two looks."""

    def test_tells_its_name_and_model(self, engine: Engine) -> None:
        assert engine.name == self.name

    def test_finds_the_person_where_he_stands(self, found: Pose) -> None:
        x, y, width, height = found.box
        assert (x, y, x + width, y + height) == pytest.approx((275, 275, 730, 630), abs=15)
        assert 0.9 < found.score <= 1.0
        assert found.landmarks.shape == (33, 4)
        assert found.world.shape == (33, 3)

    def test_world_stands_on_its_feet_and_has_a_man_s_size(self, found: Pose) -> None:
        nose, ankle = found.world[Landmark.NOSE], found.world[Landmark.LEFT_ANKLE]
        assert nose[1] < 0 < ankle[1]
        assert 0.9 < ankle[1] - nose[1] < 1.6

    @pytest.mark.parametrize("shade", [0, 128, 255])
    def test_nobody_in_a_blank_picture(self, engine: Engine, shade: int) -> None:
        blank = np.full((480, 640, 3), shade, np.uint8)
        assert engine.find(blank) == []
        assert engine.follow(blank, [Region(320, 240, 300)]) == [None]

    def test_nobody_in_an_empty_corridor(self, engine: Engine) -> None:
        assert engine.find(photo(EMPTY)) == []

    def test_follow_agrees_with_find(self, engine: Engine, lunge: Image, found: Pose) -> None:
        (followed,) = engine.follow(lunge, [found.region])
        assert followed is not None
        assert apart(found, followed) < 0.05
        assert np.abs(followed.world - found.world).max() < 0.15
        assert followed.region.size == pytest.approx(found.region.size, rel=0.1)

    def test_a_turned_region_gives_the_same_body(
        self, engine: Engine, lunge: Image, found: Pose
    ) -> None:
        for degrees in self.turns:
            turned = replace(found.region, angle=found.region.angle + np.radians(degrees))
            straight, same = engine.follow(lunge, [found.region, turned])
            assert straight is not None
            assert same is not None, degrees
            assert apart(straight, same) < 0.05, degrees
            assert np.abs(same.world - straight.world).max() < 0.15, degrees

    def test_a_person_lying_across_the_picture(
        self, engine: Engine, lunge: Image, found: Pose
    ) -> None:
        """The picture turned a quarter clockwise: everything turns with it."""
        (pose,) = engine.follow(
            np.rot90(lunge, -1),
            [
                Region(
                    lunge.shape[0] - found.region.y,
                    found.region.x,
                    found.region.size,
                    found.region.angle + np.pi / 2,
                )
            ],
        )
        assert pose is not None
        back = np.column_stack([pose.landmarks[:, 1], lunge.shape[0] - pose.landmarks[:, 0]])
        distances = np.linalg.norm(back - found.landmarks[:, :2], axis=1)
        assert np.median(distances) < 0.05 * trunk(found)
        upright = np.column_stack([pose.world[:, 1], -pose.world[:, 0]])
        assert np.abs(upright - found.world[:, :2]).max() < 0.15

    def test_one_answer_a_region(self, engine: Engine, lunge: Image, found: Pose) -> None:
        sky = Region(80, 80, 150)
        first, second, third = engine.follow(lunge, [sky, found.region, sky])
        assert first is None
        assert second is not None
        assert third is None
        assert engine.follow(lunge, []) == []

    def test_follows_the_person_asked_for_not_the_neighbour(self, engine: Engine) -> None:
        street = photo("street-four-walking.jpg")
        people = engine.find(street)
        assert len(people) >= 2
        followed = engine.follow(street, [person.region for person in people])
        for before, after in zip(people, followed, strict=True):
            assert after is not None
            assert apart(before, after) < 0.1

    def test_does_not_tell_who_is_known_but_the_neighbours(self, engine: Engine) -> None:
        street = photo("street-four-walking.jpg")
        people = engine.find(street)
        for one in people:
            told = engine.find(street, known=[one.region])
            others = [other for other in people if other is not one]
            assert all(any(apart(other, pose) < 0.1 for pose in told) for other in others)
            assert not any(apart(one, pose) < 0.1 for pose in told)

    def test_finds_the_same_body_that_was_seen_and_the_right_one_where_a_look_went_wrong(
        self, engine: Engine, lunge: Image, found: Pose
    ) -> None:
        (look,) = engine.follow(lunge, [found.region])
        assert look is not None
        wrong = replace(look, landmarks=look.landmarks + np.array([0.5 * trunk(look), 0, 0, 0]))
        for seen in (look, wrong):
            (told,) = engine.find(lunge, [around(look)], seen=[seen])
            assert apart(told, found) < 0.1

    def test_tells_whoever_stands_elsewhere_or_is_of_another_size_than_those_known(
        self, engine: Engine, lunge: Image, found: Pose
    ) -> None:
        size = found.region.size
        beside = replace(found.region, x=found.region.x + 0.2 * size)
        for other in (beside, replace(found.region, size=2 * size)):
            assert len(engine.find(lunge, known=[other])) == 1

    def test_tells_one_body_once(self, engine: Engine) -> None:
        assert len(engine.find(photo("reba-t02-p02-view-b.jpg"))) == 1

    def test_same_call_same_answer(self, engine: Engine, lunge: Image, found: Pose) -> None:
        engine.find(photo(EMPTY))
        (again,) = engine.find(lunge)
        assert np.array_equal(again.landmarks, found.landmarks)
        assert np.array_equal(again.world, found.world)
        one, two = (engine.follow(lunge, [found.region])[0] for _ in range(2))
        assert one is not None
        assert two is not None
        assert np.array_equal(one.landmarks, two.landmarks)

    def test_leaves_the_picture_as_it_was(self, engine: Engine, lunge: Image, found: Pose) -> None:
        before = lunge.copy()
        engine.find(lunge)
        engine.follow(lunge, [found.region])
        assert np.array_equal(lunge, before)

    def test_reads_views_of_other_pictures(self, engine: Engine, lunge: Image) -> None:
        (mirrored,) = engine.find(lunge[:, ::-1])
        (copied,) = engine.find(np.ascontiguousarray(lunge[:, ::-1]))
        assert np.array_equal(mirrored.landmarks, copied.landmarks)

    def test_pixels_are_those_of_the_full_picture(
        self, engine: Engine, lunge: Image, found: Pose
    ) -> None:
        twice = lunge.repeat(2, axis=0).repeat(2, axis=1)
        (large,) = engine.find(twice)
        halved = replace(large, landmarks=large.landmarks / [2, 2, 2, 1])
        assert apart(found, halved) < 0.03
        assert np.ptp(large.landmarks[:, 2]) == pytest.approx(
            2 * np.ptp(found.landmarks[:, 2]), rel=0.2
        )

    @pytest.mark.parametrize("shape", [(1, 1, 3), (1, 2000, 3), (2000, 1, 3), (2, 3, 3)])
    def test_slivers_hold_nobody(self, engine: Engine, shape: tuple[int, int, int]) -> None:
        sliver = np.zeros(shape, np.uint8)
        assert engine.find(sliver) == []
        assert engine.follow(sliver, [Region(1, 1, 100)]) == [None]

    @pytest.mark.parametrize(
        "region",
        [
            Region(-1e6, -1e6, 300),
            Region(500, 300, 1e7),
            Region(500, 300, 1e-9),
            Region(500, 300, 0),
        ],
    )
    def test_nobody_in_a_region_that_shows_nothing(
        self, engine: Engine, lunge: Image, region: Region
    ) -> None:
        assert engine.follow(lunge, [region]) == [None]

    @pytest.mark.parametrize(
        ("image", "says"),
        [
            (np.zeros((48, 64), np.uint8), r"\(48, 64\) uint8"),
            (np.zeros((48, 64, 4), np.uint8), r"\(48, 64, 4\) uint8"),
            (np.zeros((0, 64, 3), np.uint8), r"\(0, 64, 3\) uint8"),
            (np.zeros((48, 64, 3), np.float32), r"\(48, 64, 3\) float32"),
            (np.zeros((10, 40_000, 3), np.uint8), "at most 32766 px, not 40000"),
        ],
        ids=["grey", "with alpha", "empty", "floats", "too long"],
    )
    def test_refuses_what_is_no_picture(self, engine: Engine, image: Image, says: str) -> None:
        with pytest.raises(ValueError, match=says):
            engine.find(image)
        with pytest.raises(ValueError, match=says):
            engine.follow(image, [Region(10, 10, 10)])


class TestBlazePose(EngineContract):
    name = "blazepose/full"

    @pytest.fixture
    def engine(self, blazepose: Engine) -> Engine:
        return blazepose

    @pytest.mark.parametrize(("off", "looks"), [(0.0, 1), (0.5, 5)])
    def test_one_look_that_agrees_with_what_was_seen_is_enough(
        self,
        engine: Engine,
        lunge: Image,
        found: Pose,
        off: float,
        looks: int,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        read, reads = Landmarks._read, []

        def counted(self: Landmarks, square: Image) -> object:
            reads.append(square)
            return read(self, square)

        monkeypatch.setattr(Landmarks, "_read", counted)
        seen = replace(found, landmarks=found.landmarks + np.array([off * trunk(found), 0, 0, 0]))
        engine.find(lunge, [around(found)], seen=[seen])
        assert len(reads) == looks


class TestMediaPipe(EngineContract):
    name = "mediapipe/full"
    turns = (-90, -45, 45, 90, 180)

    @pytest.fixture
    def engine(self, mediapipe: Engine) -> Engine:
        return mediapipe

    def test_says_how_to_mend_a_bundle_it_cannot_load(self, tmp_path: Path) -> None:
        broken = tmp_path / "pose.task"
        broken.write_bytes(b"no model")
        with pytest.raises(ModelError, match="plumbline models fetch"):
            MediaPipeEngine(broken)


def test_the_next_look_is_centred_between_the_hips_and_turned_with_the_trunk() -> None:
    """A body lying with its head to the right, 100 px from hips to the furthest foot."""
    landmarks = np.full((33, 4), 200.0)
    landmarks[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER], 0] = 250.0
    landmarks[Landmark.LEFT_FOOT_INDEX, 0] = 100.0
    region = next_region(landmarks)
    assert (region.x, region.y) == (200, 200)
    assert region.size == pytest.approx(250)
    assert region.angle == pytest.approx(np.pi / 2)
