"""What a dead worker left open is closed."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import update

from monitor.store.database import Sessions
from monitor.store.tables import STALE_S, CameraState, Event

log = structlog.get_logger()

ABANDONED_AFTER = timedelta(minutes=5)
"""An open event is renewed every few seconds; one not renewed for so long has lost its worker
(ours)."""

KNOWN_TO_BE_STILL = ("off", "ended")


def end_abandoned(sessions: Sessions, now: datetime) -> bool:
    """End the events and switch off the cameras that no worker renews any more.

    An event ends where its person was last seen. Its revision stays, so that the worker's own
    word, should it still come, replaces this one.
    """
    events = (
        update(Event)
        .where(Event.ended_at.is_(None), Event.seen_at < now - ABANDONED_AFTER)
        .values(ended_at=Event.seen_at)
        .returning(Event.camera, Event.id)
    )
    cameras = (
        update(CameraState)
        .where(
            CameraState.updated_at < now - timedelta(seconds=STALE_S),
            CameraState.state.not_in(KNOWN_TO_BE_STILL),
        )
        .values(state="off", reason="no word from its worker", since=CameraState.updated_at)
        .returning(CameraState.camera)
    )
    with sessions() as session, session.begin():
        ended = session.execute(events).all()
        stale = session.scalars(cameras).all()
    for camera, event in ended:
        log.warning("event abandoned", camera=camera, id=str(event))
    for camera in stale:
        log.warning("camera off", camera=camera, reason="no word from its worker")
    return bool(ended or stale)
