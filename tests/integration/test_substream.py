"""A camera with two streams: watched by the small one, its events shown as the large one does."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from monitor.capture.mannequin import MannequinSource
from monitor.posture.model import Image
from monitor.store.tables import Event, Incident
from tests.integration.plumbline import Plumbline, running
from tests.integration.relay import Relay
from tests.integration.rtsp import RtspServer
from tests.integration.video import encode_h264

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("task")]

FPS = 10.0
SECRET = "s3cret"

SETTINGS = """
cameras:
  - name: hall
    url: rtsp://bob:{secret}@127.0.0.1:{main}/main
    substream: rtsp://bob:{secret}@127.0.0.1:{sub}/sub
    open_timeout_s: 5
    read_timeout_s: 3
    pitch_deg: 20
    changes: {{trunk-deep-bend: {{hold_s: 0, release_s: 1}}}}
"""


def lifting() -> list[Image]:
    """Somebody who bends every ten seconds."""
    source = MannequinSource.from_url(
        f"mannequin:stoop-lift?width=1280&height=720&fps={FPS:g}&pitch=20&pace=asap"
    )
    source.open()
    pictures = []
    for _ in range(round(source.seconds * FPS)):
        source.grab()
        pictures.append(source.retrieve().image)
    return pictures


def smaller(image: Image) -> Image:
    return np.asarray(cv2.resize(image, (640, 360), interpolation=cv2.INTER_AREA), np.uint8)


@pytest.fixture
def server(rtsp: RtspServer, tmp_path: Path) -> RtspServer:
    main = lifting()
    films = {"/main": main, "/sub": [smaller(image) for image in main]}
    for path, pictures in films.items():
        film = encode_h264(pictures, tmp_path / f"{path[1:]}.h264", FPS, gop=20)
        rtsp.add(path, film, FPS, "live")
    rtsp.protect("bob", SECRET)
    rtsp.start()
    return rtsp


@pytest.fixture
def site(server: RtspServer, way: Relay, tmp_path: Path) -> Iterator[Plumbline]:
    settings = SETTINGS.format(secret=SECRET, main=way.port, sub=server.port)
    with running(tmp_path / "site", settings, "--no-dashboard") as site:
        yield site


def over(site: Plumbline) -> list[Event]:
    return [event for event in site.rows(Event) if event.ended_at and event.evidence]


def widths(site: Plumbline, events: list[Event]) -> set[int]:
    return {Pillow.open(site.data / "evidence" / str(e.evidence)).width for e in events}


def test_events_are_shown_by_the_main_stream_and_none_is_lost_without_it(
    site: Plumbline, way: Relay
) -> None:
    site.until(lambda: 1280 in widths(site, over(site)), 90)
    hall = site.camera("hall")
    assert hall is not None
    assert (hall.width, hall.height) == (640, 360)
    assert hall.url == (
        f"rtsp://***@127.0.0.1:{way.port}/main, watched at {hall.url.rpartition(' ')[2]}"
    )
    assert SECRET not in hall.url
    way.how = "cut"
    site.until(lambda: [i for i in site.rows(Incident) if i.kind == "main"], 20)
    known = {event.id for event in site.rows(Event)}
    site.until(lambda: [event for event in over(site) if event.id not in known], 40)
    lesser = [event for event in over(site) if event.id not in known]
    assert widths(site, lesser) == {640}
    assert all("taken from the substream" in str(event.evidence_note) for event in lesser)
    hall = site.camera("hall")
    assert hall is not None
    assert hall.state == "up"
    assert hall.reason.startswith("pictures of events come from the substream: ")
    way.how = "well"
    site.until(lambda: all(i.ended_at for i in site.rows(Incident) if i.kind == "main"), 40)
    assert SECRET not in site.log
