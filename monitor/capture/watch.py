"""Notices a camera that sends pictures but shows nothing: frozen, black, covered, out of focus."""

from collections import deque
from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from monitor.capture.detail import Detail, Loss
from monitor.posture.model import Frame
from monitor.posture.picture import grey

Blindness = Literal["frozen", "black", "covered", "defocused"]

WORDS: Mapping[str, str] = {
    "frozen": "its picture stands still, or shows the same few seconds again and again",
    "black": "its picture is black",
    "covered": "its lens is covered: nothing is left of what it showed",
    "defocused": "it is out of focus or its lens is dirty",
}
"""What is told of each."""

_LOOP, _LOOP_S = 64, 15.0
"""Pictures that come again and again, so many and so long after one another at most, are no film:
an encoder sharpens one and the same picture step by step after each key picture, and these are up
to 10 s apart (50 pictures at five looks a second; two while the camera rests)."""

_GRID, _ACROSS = 8, 240
"""Every 8th point of every 8th row is looked at: 32,400 points of a 1080p picture, and no more than
240 along the long side of a larger one."""
_BLOCKS = (12, 20)
_LIVE_SHARE = 0.03
_BLACK_MEAN = 16.0
_BLACK_SPREAD = 8.0
_DETAIL_S = 1.0


class PictureWatch:
    """Says of each sampled frame whether a person could be seen in it at all.

    Frozen: for `frozen_after_s` no picture came but those of the time before (15 s, or
    `frozen_after_s` if that is longer; the last 64 that differ, 32 kB each). A film that goes round
    in more is watched. The same: in at least 97 % of 240 blocks all points looked at have exactly
    the value they had. A live sensor is noisy, and whatever the encoder drops, each key picture
    (every 1 to 10 s) is coded anew from other noise: some rounding falls otherwise in far more
    blocks. What stays equal is a picture repeated by a driver, a recorder or a bridge. The 3 %
    leave room for the clock a camera writes into its picture. Equality, not small difference, is
    asked for: a quiet hall is never called frozen, at the price that a stuck sensor is noticed only
    once its encoder has settled (docs/operation.md).

    Black: for `black_after_s`, mean brightness under 16 of 255 (the black level of video: a lens
    cap or a lost signal) with a spread under 8, so that one lamp in a dark hall is no black.

    Both end with the first picture that differs. Covered and out of focus: see `Detail`, which is
    shown a picture a second.
    """

    def __init__(self, *, frozen_after_s: float = 15.0, black_after_s: float = 2.0):
        self._frozen_after_s = frozen_after_s
        self._black_after_s = black_after_s
        self._loop_s = max(_LOOP_S, frozen_after_s)
        self._seen: deque[tuple[NDArray[np.uint8], float]] = deque(maxlen=_LOOP)
        self._still_from = 0.0
        self._detail, self._shape = Detail(), (0, 0, 0)
        self._detail_t = float("-inf")
        self._loss: Loss | None = None
        self._black_from: float | None = None

    def look(self, frame: Frame) -> Blindness | None:
        """What is wrong with the picture, or `None`. Frames come in the order of their `t`."""
        step = max(_GRID, max(frame.image.shape[:2]) // _ACROSS)
        points = grey(frame.image, step, step)
        if self._black_for(points, frame.t) >= self._black_after_s:
            return "black"
        if self._still_for(points, frame.t) >= self._frozen_after_s:
            return "frozen"
        if frame.image.shape != self._shape:
            self._detail, self._shape = Detail(), frame.image.shape
            self._detail_t = float("-inf")
        if frame.t - self._detail_t >= _DETAIL_S:
            self._loss, self._detail_t = self._detail.look(frame.t, frame.image), frame.t
        return self._loss

    def _black_for(self, points: NDArray[np.uint8], t: float) -> float:
        if points.mean() >= _BLACK_MEAN or points.std() >= _BLACK_SPREAD:
            self._black_from = None
            return 0.0
        if self._black_from is None:
            self._black_from = t
        return t - self._black_from

    def _still_for(self, points: NDArray[np.uint8], t: float) -> float:
        """Compared with the first of those alike, so that slow change adds up."""
        while self._seen and t - self._seen[0][1] > self._loop_s:
            self._seen.popleft()
        known = next((seen for seen in reversed(self._seen) if _same(seen[0], points)), None)
        if known is None:
            self._still_from = t
        else:
            points = known[0]
            self._seen = deque((s for s in self._seen if s is not known), maxlen=_LOOP)
        self._seen.append((points, t))
        return t - self._still_from


def _same(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> bool:
    if a.shape != b.shape:
        return False
    differing = a != b
    if int(np.count_nonzero(differing)) > _LIVE_SHARE * a.size:
        return False
    blocks = np.argwhere(differing) * _BLOCKS // a.shape
    return len(np.unique(blocks, axis=0)) <= _LIVE_SHARE * _BLOCKS[0] * _BLOCKS[1]
