import cv2
import numpy as np
import pytest

from monitor.evidence import Waiting, head_of, hide_disc, mask_out, picture, reduced
from monitor.pipeline import CameraPlan
from monitor.posture.model import Landmark, Pose
from monitor.recorder import Keep, Recorder
from tests.builders import a_pose, joints


def noise(height: int = 480, width: int = 640) -> np.ndarray:
    """A picture with detail everywhere: fine checks of random strength."""
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


def decoded(data: bytes) -> np.ndarray:
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), 1), cv2.COLOR_BGR2RGB)


def detail(patch: np.ndarray) -> float:
    """Mean difference between neighbouring pixels."""
    return float(np.abs(np.diff(patch.astype(float), axis=1)).mean())


def with_face_at(x: float, y: float, visibility: float = 1.0) -> Pose:
    pose = a_pose(at=(320, 300))
    pose.landmarks[:11, :2] = (x, y)
    pose.landmarks[:11, 3] = visibility
    return pose


def test_the_head_is_hidden_and_the_body_shown():
    pose = a_pose(at=(320, 300))
    shown = decoded(picture(noise(), pose, []))
    x, y, _ = head_of(pose)
    assert detail(shown[int(y) - 12 : int(y) + 12, int(x) - 12 : int(x) + 12]) < 15
    assert detail(shown[262:278, 305:318]) > 40


def test_everything_beside_the_bodies_is_coarse():
    shown = decoded(picture(noise(), a_pose(at=(320, 300)), []))
    assert detail(shown[:, :150]) < 10


def test_other_peoples_heads_are_hidden_too():
    other = a_pose(at=(520, 300))
    shown = decoded(picture(noise(), a_pose(at=(200, 300)), [other]))
    x, y, _ = head_of(other)
    assert detail(shown[int(y) - 12 : int(y) + 12, int(x) - 12 : int(x) + 12]) < 15


def test_a_face_turned_away_is_covered_where_the_shoulders_put_it():
    pose = with_face_at(360, 260, visibility=0.1)
    x, y, radius = head_of(pose)
    assert np.hypot(320 - x, 232.5 - y) + 15 < radius


def test_no_picture_when_a_head_cannot_be_placed():
    pose = a_pose()
    pose.landmarks[Landmark.NOSE, 0] = np.nan
    assert picture(noise(), pose, []) is None
    assert picture(noise(), a_pose(), [pose]) is None


def test_skeleton_only_keeps_nothing_of_the_picture():
    bright = np.full((480, 640, 3), 255, np.uint8)
    shown = decoded(picture(bright, a_pose(), [], skeleton_only=True))
    assert (shown.max(axis=2) < 40).mean() > 0.9


def test_a_lying_head_and_one_at_the_edge():
    pose = a_pose(joints(trunk=90), at=(20, 20))
    assert picture(noise(), pose, []) is not None
    image = noise()
    before = image.copy()
    hide_disc(image, -500, -500, 20)
    assert np.array_equal(image, before)


@pytest.mark.parametrize("times", [1.5, 3.0])
def test_a_large_picture_is_reduced_with_bodies_in_their_places(times: float):
    pose = a_pose()
    smaller, (kept,) = reduced(noise(round(720 * times), round(1280 * times)), [pose])
    assert smaller.shape == (720, 1280, 3)
    assert kept.landmarks[:, :2] * times == pytest.approx(pose.landmarks[:, :2])
    assert kept.region.size * times == pytest.approx(pose.region.size)


def test_a_small_picture_is_kept_as_it_is():
    image, pose = noise(720, 1280), a_pose()
    assert reduced(image, [pose]) == (image, [pose])


@pytest.mark.parametrize("polygon", [[(0, 0), (0.5, 0), (0.5, 1), (0, 1)]])
def test_privacy_masks_are_black_and_leave_the_original_alone(polygon):
    image = np.full((100, 200, 3), 200, np.uint8)
    masked = mask_out(image, [polygon])
    assert masked[:, :99].max() == 0
    assert masked[:, 102:].min() == 200
    assert image.min() == 200


def test_a_picture_that_waits_is_smaller_and_looks_the_same():
    smooth = np.linspace(0, 255, 1920, dtype=np.uint8)
    image = np.stack(np.broadcast_arrays(smooth, smooth[::-1], smooth[:1080, None]), axis=-1)
    waiting = Waiting(image)
    waiting.pack()
    assert np.abs(waiting.image.astype(int) - image).max() <= 8
    assert waiting.image.dtype == np.uint8
    assert len(waiting.kept) < image.nbytes / 10


def test_of_a_large_camera_heads_and_faces_are_hidden_where_they_are_kept(tmp_path):
    """A face that the pose engine missed, here at somebody's hips, is sought in the picture that is
    kept, and hidden there."""
    hips, sizes = (640.0, 466.0), []

    def kept(*faces):
        def find(image, _poses):
            sizes.append(image.shape)
            return faces

        recorder = Recorder(CameraPlan("dock", ()), "told", Keep(tmp_path, keep_free_mb=0), find)
        return decoded(recorder.blurred(noise(1080, 1920), pose, []))

    def roughness(image, x, y):
        patch = image[int(y) - 8 : int(y) + 8, int(x) - 8 : int(x) + 8].astype(int)
        return np.median(np.abs(np.diff(patch, axis=1)))

    pose = a_pose(at=(960.0, 700.0), scale=200.0)
    head = head_of(reduced(noise(1080, 1920), [pose])[1][0])
    shown, hidden = kept(), kept((*hips, 20.0))
    assert sizes == [(720, 1280, 3)] * 2
    rough = roughness(shown, *hips)
    assert roughness(shown, *head[:2]) < rough / 2
    assert roughness(hidden, *hips) < rough / 2
