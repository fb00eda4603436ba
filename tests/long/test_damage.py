"""Five minutes of a bad line: one byte in 10⁵ has a flipped bit."""

import time
from itertools import pairwise
from pathlib import Path

import pytest

from monitor.capture.watch import PictureWatch
from tests.integration.damage import with_flipped_bits
from tests.integration.rtsp import RtspServer, rtsp
from tests.integration.test_capture_damage import watching
from tests.integration.video import encode_h264, numbered

__all__ = ["rtsp"]

LASTS_S = 300.0


@pytest.mark.timeout(LASTS_S + 120)
def test_five_minutes_of_flipped_bits_cost_pictures_and_never_the_camera(
    rtsp: RtspServer, tmp_path: Path
) -> None:
    film = encode_h264(numbered(750, 640, 368), tmp_path / "numbered.h264", 25, gop=50)
    rtsp.add("/film", with_flipped_bits(film, 100_000), 25, "loop")
    rtsp.start()
    watch, times, said = PictureWatch(), [], set()
    with watching(rtsp.address("/film")) as feed:
        end = time.monotonic() + LASTS_S
        while time.monotonic() < end:
            frame = feed.take(timeout=0.5)
            if frame is not None:
                times.append(frame.t)
                said.add(watch.look(frame))
        state = feed.state
    longest = max(b - a for a, b in pairwise(times))
    print(f"{len(times)} looks, longest gap {longest:.2f} s, {state.reconnects} reconnects, {said}")
    assert (state.state, state.reconnects, said) == ("up", 0, {None})
    assert len(times) > 0.95 * 5 * LASTS_S
    assert longest < 2.0
