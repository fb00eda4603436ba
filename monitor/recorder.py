"""What changed on one camera → evidence first, then the row.

Rows go into the journal; the picture of an event is on disk before its row speaks of it, and is
replaced, whole, when the peak rises.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import structlog

from monitor import accounts, evidence, handover, recordings
from monitor.accounts import Account
from monitor.capture import watch
from monitor.capture.main_stream import Moment
from monitor.colour import rgb
from monitor.disk import Disk, at_once
from monitor.durable import make_folder, write_durably
from monitor.evidence import Waiting
from monitor.handover import Left
from monitor.main_pictures import Main
from monitor.pipeline import CameraPlan, Step
from monitor.posture.episodes import Change, Episode
from monitor.posture.minutes import Minute
from monitor.posture.model import AnyImage, Image, Pose
from monitor.recordings import Recording, Tape
from monitor.rows import event_row, minute_rows
from monitor.store.journal import Journal, key_of
from monitor.store.tables import Base, Event, Incident

log = structlog.get_logger()

FaceFinder = Callable[[Image, Sequence[Pose]], Sequence[tuple[float, float, float]]]
"""Discs (x, y, radius in pixels) that cover the faces in a picture: the small ones where these
bodies are, for the rest of it will be tiles."""

PICTURE_STEP = 2.0
"""A picture is replaced when the measure rose by this much (degrees or centimetres) since: less
cannot be seen in it."""

MOVED = "the camera looks elsewhere; check its zones and masks"

SAID_FOR = timedelta(days=1)
"""How long it is said that a camera was moved or its picture has another size: its zones can be
wrong, and nobody tells us when they were mended."""

NOT_THE_SAME = "the main stream does not show the same"

LOST = "no picture: it was lost as the worker was replaced"

NEVER = datetime.min.replace(tzinfo=UTC)

PEAK_S = 2.0
"""A higher peak's picture waits so long after the last was stored, or for the end: somebody who
bends is drawn once or twice, not at every look."""

PACK_S = 3.0
"""So long a picture waits as it is: most are shown or replaced by a higher peak's before."""

RENEW_S = 10.0
"""An open event's row is renewed this often, so that pages show it growing."""

HANDOVER_S = 1.0
"""What runs is kept this often for a worker that comes after: it knows to a second when somebody
was seen last."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Where and how things are kept. data: the folder of everything. skeleton_only: no picture of
    the place. keep_free_mb: with less free disk no pictures are stored, and events always.
    landmarks: whether they are kept, to be judged again. run: of Plumbline, from its start to its
    stop."""

    data: Path
    skeleton_only: bool = False
    keep_free_mb: int = 500
    landmarks: bool = False
    run: str = field(default_factory=lambda: uuid4().hex)

    @property
    def journal(self) -> Path:
        return self.data / "journal"

    @property
    def writing(self) -> Path:
        """The lock that is held by everybody who writes here."""
        return self.data / "writing.lock"

    @property
    def evidence(self) -> Path:
        return self.data / "evidence"

    @property
    def recordings(self) -> Path:
        return self.data / "landmarks"

    @property
    def snapshots(self) -> Path:
        return self.data / "snapshots"


@dataclass(slots=True, eq=False)
class _Record:
    """What is remembered of one running episode. peak: at its highest so far, waiting to be
    stored, or to be stored as the main stream shows it; shown: the measure it shows; lost: gone
    with the worker before. note: why there is no picture; lesser: why it is the substream's."""

    id: UUID = field(default_factory=uuid4)
    revision: int = 0
    peak: "_Peak | None" = None
    shown: float = float("-inf")
    lost: bool = False
    note: str | None = None
    lesser: str | None = None
    path: str | None = None
    written_t: float = float("-inf")

    @property
    def waits(self) -> bool:
        """Whether a picture is still to come, of an event that may have ended."""
        return self.revision > 0 and self.peak is not None


class _Peak:
    """Somebody in one picture, drawn when it is to be stored: few of those that may be are. By then
    everybody may be elsewhere, so where they were is taken down at once."""

    def __init__(
        self,
        t: float,
        image: AnyImage,
        draw: Callable[[Image, Image | None], bytes | None],
        main: Moment | None,
    ) -> None:
        """image: in which it was judged at `t`, as it is kept. draw: in that, or in the main
        stream's picture. main: what that shows, of a camera that has one."""
        self._t = t
        self._seen = Waiting(image)
        self._draw = draw
        self._main = main

    def wait(self, t: float) -> None:
        """It still waits at `t`."""
        if t - self._t >= PACK_S:
            self._seen.pack()

    def settled(self) -> bool:
        """Whether nothing better than `picture` will come."""
        return self._main is None or self._main.ready()

    @cached_property
    def plain(self) -> bytes | None:
        return self._draw(self._seen.image, None)

    @cached_property
    def sharp(self) -> bytes | None:
        """As the main stream shows it, once that is settled."""
        image = None if self._main is None else self._main.image
        return None if image is None else self._draw(self._seen.image, image)

    @property
    def lesser(self) -> str | None:
        """Why it is not the main stream's, once that is settled."""
        if self._main is None or self.sharp is not None:
            return None
        return f"taken from the substream: {self._main.why or NOT_THE_SAME}"


def _known_by(record: _Record) -> dict[str, Any]:
    """What the worker after this one must know to go on. A picture that waits will be lost, so that
    nothing is shown of its peak."""
    return {
        "id": str(record.id),
        "revision": record.revision,
        "path": record.path,
        "shown": record.shown if record.peak is None else float("-inf"),
        "lesser": record.lesser,
    }


def nobody(_image: Image, _poses: Sequence[Pose]) -> Sequence[tuple[float, float, float]]:
    return ()


class Recorder:
    """Keeps everything of one camera."""

    def __init__(
        self,
        plan: CameraPlan,
        engine: str,
        keep: Keep,
        faces: FaceFinder = nobody,
        *,
        main: Main | None = None,
        test: bool = False,
        disk: Disk = at_once,
    ) -> None:
        """faces: a second net for heads that the pose engine misplaced or missed. main: the
        camera's main stream, where it is watched by another. test: its events are trials, and no
        incident is its to tell. disk: writes."""
        self._plan = plan
        self._faces = faces
        self._main = main
        self._engine = engine
        self._keep = keep
        self._test = test
        self._disk = disk
        self._journal = Journal(keep.journal)
        self._writer = uuid4().hex
        self._counted = NEVER
        self._account = accounts.file_of(keep.data, plan.name)
        self._running = handover.file_of(keep.data, plan.name)
        self._records: dict[Episode, _Record] = {}
        self._handed_t = float("-inf")
        self._backlog: dict[tuple[object, ...], Base] = {}
        self._refused: dict[str, str | None] = {}
        """Of each kind, why the disk refused it the last time, or `None`: it took it."""
        self._incidents: dict[str, Incident] = {}
        self._tape = Tape(plan.name, engine, plan.fps, plan.gap_s)
        keep.evidence.mkdir(parents=True, exist_ok=True)
        keep.recordings.mkdir(exist_ok=True)

    def record(self, step: Step) -> None:
        """Landmarks, evidence and rows of one step."""
        if step.back:
            self._end_incident("moved", step.at)
        self._notice("moved", MOVED if step.moved else None, step.at)
        self._notice("size", step.resized, step.at)
        if self._keep.landmarks:
            self._keep_landmarks(step)
        peaks: dict[int, _Peak] = {}
        for episode in step.running:
            self._keep_peak(episode, step, peaks)
        for change in step.changes:
            self._changed(change, step)
        self._records = {e: r for e, r in self._records.items() if e in step.running or r.waits}
        for record in self._records.values():
            if record.peak is not None:
                record.peak.wait(step.t)
        for episode, record in self._records.items():
            if record.revision and self._due(record, step):
                self._write(episode, record, step)
        self._hand_over(step)
        for kind, reason in list(self._refused.items()):
            self.tell(kind, reason, step.at)
        self._flush()

    def _due(self, record: _Record, step: Step) -> bool:
        """Whether the row of an event is to be renewed; a picture is worth waiting for."""
        if step.look is None:
            return True
        lasted_s = step.t - record.written_t
        if record.peak is None:
            return lasted_s >= RENEW_S
        return lasted_s >= PEAK_S and record.peak.settled()

    def resume(self) -> datetime | None:
        """Take up what a worker that was killed left; up to where it accounted for the camera's
        time, `None` when Plumbline was stopped since."""
        left = accounts.load(self._account)
        if left is None:
            return None
        for row in left.rows:
            self._put(row)
        self._flush()
        return left.until if left.run == self._keep.run else None

    def left(self, at: datetime, t: float) -> list[Episode]:
        """The episodes that ran when the worker before was gone. at, t: now, UTC and steady
        seconds."""
        left = handover.load(self._running, at, t, self._plan.rules)
        self._records = {one.episode: self._taken_up(one.row) for one in left}
        return list(self._records)

    def minutes(self, over: Sequence[Minute], running: Sequence[Minute], until: datetime) -> None:
        """Rows of the minutes that are over, and a line in the log for each; those running are kept
        in case this worker is killed, with the moment up to which time is accounted for."""
        rows = []
        for minute in over:
            rows += self._minute_rows(minute)
            self._counted = max(self._counted, minute.start)
        left = [row for minute in running for row in self._minute_rows(minute)]
        account = Account(self._keep.run, until, rows + left)
        self._disk(partial(accounts.save, self._account, account))
        for row in rows:
            self._put(row)
        for minute in over:
            log.info(
                "minute",
                camera=self._plan.name,
                minute=minute.start.isoformat(),
                watched_s=round(minute.watched_s, 1),
                blind_s=round(minute.blind_s, 1),
                people_s=round(minute.people_s, 1),
                frames_in=minute.frames_in,
                sampled=minute.sampled,
                confidence=None if minute.confidence is None else round(minute.confidence, 3),
                **{f"{stage}_ms": ms for stage, ms in minute.stage_ms.items()},
            )
        self._flush()

    def close(self) -> None:
        """The worker was told to stop, and everything is kept: from now on the camera is off."""
        self._disk(partial(self._account.unlink, missing_ok=True))

    def _minute_rows(self, minute: Minute) -> list[Base]:
        """A minute that comes again, as the clock was set back, is another writer's: rows of both
        stay."""
        if minute.start <= self._counted:
            self._writer, self._counted = uuid4().hex, NEVER
        return minute_rows(minute, self._plan.name, self._writer)

    def trouble(self, kind: str | None, reason: str, at: datetime) -> None:
        """The camera is `down` or blind (of which `kind` it is) or, with `None`, well again."""
        for running in ("down", *watch.WORDS):
            if running != kind:
                self._end_incident(running, at)
        if kind is not None and kind not in self._incidents:
            self._begin_incident(kind, reason, at)

    def blurred(self, image: AnyImage, judged: Pose | None, others: Sequence[Pose]) -> bytes | None:
        """The picture as it may be kept: see `monitor.evidence.picture`. Where no body is shown
        all of it is tiles, and no face has to be found."""
        smaller, bodies = evidence.reduced(image, [*([] if judged is None else [judged]), *others])
        shown = rgb(smaller)
        first = 0 if judged is None else 1
        return evidence.picture(
            shown,
            bodies[0] if first else None,
            bodies[first:],
            faces=self._faces(shown, bodies) if bodies else (),
            skeleton_only=self._keep.skeleton_only,
        )

    def row(self, row: Base) -> None:
        """Keep any other row."""
        self._put(row)
        self._flush()

    def tell(self, kind: str, reason: str | None, at: datetime) -> None:
        """What is wrong, of some `kind`; `None`: nothing."""
        if reason is None:
            self._end_incident(kind, at)
        else:
            self._begin_incident(kind, reason, at)

    def _notice(self, kind: str, reason: str | None, at: datetime) -> None:
        """Say for a day what somebody should look at, with what it is now if there is `reason`."""
        told = self._incidents.get(kind)
        if told is not None and (reason is not None or at - told.started_at > SAID_FOR):
            self._end_incident(kind, at)
        if reason is not None:
            self._begin_incident(kind, reason, at)

    def _changed(self, change: Change, step: Step) -> None:
        episode, record = change.episode, self._record(change.episode)
        self._write(episode, record, step)
        log.info(
            f"event {change.kind.value}",
            camera=self._plan.name,
            id=str(record.id),
            rule=episode.rule.name,
            slot=episode.slot,
            peak=round(episode.peak, 1),
            seconds=round(episode.duration_s, 1),
        )

    def _record(self, episode: Episode) -> _Record:
        return self._records.setdefault(episode, _Record())

    def _hand_over(self, step: Step) -> None:
        """Before the rows are written: one that is not there yet is written by whoever takes the
        episode up."""
        written = step.changes or any(r.written_t == step.t for r in self._records.values())
        if self._test or not (written or step.t - self._handed_t >= HANDOVER_S):
            return
        self._handed_t = step.t
        left = [Left(episode, _known_by(self._records[episode])) for episode in step.running]
        running = handover.written(step.at, step.t, left)
        self._disk(partial(handover.save, self._running, running))

    def _taken_up(self, row: Mapping[str, Any]) -> _Record:
        """A picture that was not stored yet is lost, and one whose row was not is swept away when
        the supervisor was gone too: the next one shows what goes on."""
        path = row["path"]
        if path is None or not (self._keep.evidence / path).is_file():
            return _Record(UUID(row["id"]), row["revision"], note=LOST, lost=True)
        return _Record(
            UUID(row["id"]),
            row["revision"],
            path=path,
            shown=row["shown"],
            lesser=row.get("lesser"),
        )

    def _keep_peak(self, episode: Episode, step: Step, peaks: dict[int, _Peak]) -> None:
        record = self._record(episode)
        person, shows = episode.person, episode.seen_t if record.lost else episode.peak_t
        if step.frame is None or person is None or shows != step.t:
            return
        if episode.value < record.shown + PICTURE_STEP:
            return
        if episode.slot not in peaks:
            others = [slot.pose for slot in step.slots if slot.number != person.slot]
            seen = next((s.pose for s in step.slots if s.number == person.slot), person.pose)
            main = None if self._main is None else self._main.at(step.t)
            image, bodies = evidence.reduced(step.frame.image, [person.pose, seen, *others])
            draw = partial(self._draw, bodies[0], bodies[1:])
            peaks[episode.slot] = _Peak(step.t, image, draw, main)
        record.peak = peaks[episode.slot]
        record.shown, record.lost = episode.value, False

    def _draw(
        self, judged: Pose, seen: Sequence[Pose], image: Image, main: Image | None
    ) -> bytes | None:
        """In the picture in which it was judged, or in the main stream's. seen: everybody in it,
        the judged body first."""
        if main is None or self._main is None:
            return self.blurred(image, judged, seen[1:])
        shown = evidence.mask_out(main, self._plan.masks)
        same = self._main.same(shown, image.shape[:2], judged, seen)
        return None if same is None else self.blurred(shown, same[0], same[1:])

    def _write(self, episode: Episode, record: _Record, step: Step) -> None:
        picture = None if record.peak is None else self._picture(record.peak, record)
        if picture:
            day = step.when(episode.started_t).strftime("%Y-%m-%d")
            record.path = f"{day}/{record.id}.jpg"
        record.revision += 1
        record.written_t = step.t
        row = event_row(
            self._plan,
            self._engine,
            step.calibration,
            episode,
            step.when,
            id=record.id,
            revision=record.revision,
            evidence=record.path,
            evidence_note=record.lesser if record.path else record.note,
            test=self._test,
        )
        if row.evidence is not None:
            self._disk(partial(self._keep_picture, picture, row, record))
        self._put(row)

    def _picture(self, peak: _Peak, record: _Record) -> bytes | None:
        """What there is at once; what the main stream shows as soon as that is known."""
        settled = peak.settled()
        picture = (peak.sharp if settled else None) or peak.plain
        record.peak = None if settled else peak
        record.note = None if picture else "no picture: a head could not be placed"
        record.lesser = peak.lesser if settled else None
        return picture

    def _keep_picture(self, picture: bytes | None, row: Event, record: _Record) -> None:
        """Before its row: what that names is there."""
        file = self._keep.evidence / str(row.evidence)
        if picture:
            self._store_picture(file, picture, record)
        if not file.is_file():
            record.path = row.evidence = None
            row.evidence_note = record.note

    def _store_picture(self, file: Path, picture: bytes, record: _Record) -> None:
        try:
            if not evidence.enough_room(self._keep.evidence, self._keep.keep_free_mb):
                raise OSError("the disk is nearly full")
            make_folder(file.parent)
            write_durably(file, picture)
        except OSError as e:
            reason = e.strerror or str(e)
            record.note = record.note or f"no picture: {reason}"
            self._refused["evidence"] = f"pictures cannot be stored: {reason}"
        else:
            self._refused["evidence"] = None

    def _keep_landmarks(self, step: Step) -> None:
        full = self._tape.cut() if step.look is None else self._tape.add(step.look)
        if full is not None:
            self._disk(partial(self._store_landmarks, full))

    def _store_landmarks(self, full: Recording) -> None:
        needed_mb = recordings.ROOM * self._keep.keep_free_mb
        try:
            if not evidence.enough_room(self._keep.recordings, needed_mb):
                raise OSError("the disk is nearly full")
            recordings.write(self._keep.recordings, full)
        except OSError as e:
            self._refused["landmarks"] = f"landmarks cannot be stored: {e.strerror or e}"
        else:
            self._refused["landmarks"] = None

    def _begin_incident(self, kind: str, reason: str, at: datetime) -> None:
        if kind in self._incidents or self._test:
            return
        incident = Incident(
            id=uuid4(), camera=self._plan.name, kind=kind, reason=reason, started_at=at
        )
        self._incidents[kind] = incident
        self._put(incident)
        log.warning("incident begun", camera=self._plan.name, kind=kind, reason=reason)

    def _end_incident(self, kind: str, at: datetime) -> None:
        incident = self._incidents.pop(kind, None)
        if incident is not None:
            ended = Incident(
                id=incident.id,
                camera=incident.camera,
                kind=kind,
                reason=incident.reason,
                started_at=incident.started_at,
                ended_at=at,
            )
            self._put(ended)
            log.info("incident ended", camera=self._plan.name, kind=kind)

    def _put(self, row: Base) -> None:
        """Let a row wait for the journal, in the place of an older one of the same key."""
        self._disk(partial(self._backlog.__setitem__, (row.__tablename__, *key_of(row)), row))

    def _flush(self) -> None:
        self._disk(self._write_backlog)

    def _write_backlog(self) -> None:
        """Into the journal, oldest first; what the disk refuses waits in memory."""
        while self._backlog:
            key, row = next(iter(self._backlog.items()))
            try:
                self._journal.put(row)
            except OSError as e:
                reason = e.strerror or str(e)
                self._refused["journal"] = f"nothing can be stored, rows wait in memory: {reason}"
                return
            del self._backlog[key]
        self._refused["journal"] = None
