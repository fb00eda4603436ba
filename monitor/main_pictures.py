"""Whoever was judged in a picture of the substream, in the main stream's picture of that moment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from monitor.capture.main_stream import Moment
from monitor.posture.body import apart, scaled
from monitor.posture.model import AnyImage, Pose, Region

APART = 0.25
"""Trunk lengths that the big joints may lie from where they were seen, in the median: more is
another moment, or another part of the place. A drawn figure that bends and comes up, seen in 640 x
360 pixels and found again in 1280 x 720, lies 0.01 to 0.05 off, one that moves 0.2 after 0.1 s and
0.3 after 0.2 s."""


@dataclass(frozen=True, slots=True)
class Main:
    """at: what the main stream shows at a moment, in steady seconds. follow: the pose engine's."""

    at: Callable[[float], Moment]
    follow: Callable[[AnyImage, Sequence[Region]], Sequence[Pose | None]]

    def same(
        self, image: AnyImage, seen_in: tuple[int, ...], judged: Pose, seen: Sequence[Pose]
    ) -> list[Pose] | None:
        """Bodies in pixels of this picture: the judged one, everybody as they were seen in one of
        another size (height, width), and as they are found here. seen: the judged body first.
        `None` if that is not found in its place: heads would be hidden in the wrong places."""
        scale = (image.shape[1] / seen_in[1], image.shape[0] / seen_in[0])
        expected = [scaled(pose, *scale) for pose in seen]
        found = self.follow(image, [pose.region for pose in expected])
        if found[0] is None or apart(expected[0], found[0]) > APART:
            return None
        here = [pose for pose in found if pose is not None]
        return [scaled(judged, *scale), *expected, *here]
