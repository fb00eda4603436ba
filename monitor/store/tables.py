"""The tables. Keys are made by the writer (UUID), so that writing twice changes nothing."""

from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes only, kept and given back as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; the store takes aware datetimes only")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


class Event(Base):
    """An episode that held long enough: one rule, one person, one camera."""

    __tablename__ = "event"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int]
    """Rises with every change of the event; an older revision never overwrites a newer one."""
    camera: Mapped[str]
    zone: Mapped[str | None]
    slot: Mapped[int]
    """The anonymous slot of the person on that camera, since its worker started."""
    pack: Mapped[str]
    rule: Mapped[str]
    rule_title: Mapped[str]
    rule_version: Mapped[str]
    rule_source: Mapped[str]
    severity: Mapped[str]
    """`notice`, `warning` or `alert`."""
    measure: Mapped[str]
    unit: Mapped[str]
    limit: Mapped[float]
    hold_s: Mapped[float]
    """How long the posture may be held at its peak before it counts."""
    advice: Mapped[str]
    started_at: Mapped[datetime]
    """When the limit was first passed, before the hold."""
    met_at: Mapped[datetime]
    """When the rule was met: the alert."""
    seen_at: Mapped[datetime]
    """When the person was last measured in this event."""
    ended_at: Mapped[datetime | None]
    duration_s: Mapped[float]
    peak: Mapped[float]
    peak_at: Mapped[datetime]
    track: Mapped[list[Any]]
    """The measure over time: `[[seconds since started_at, value or null], …]`."""
    angles: Mapped[dict[str, Any]]
    """All angles at the peak: `{name: {"deg", "low", "high"} or null}`."""
    calibration: Mapped[dict[str, Any]]
    """What the angles were judged by: `pitch_deg`, `roll_deg`, `fov_deg`, `origin`,
    `sd_deg` (of the pitch)."""
    engine: Mapped[str]
    evidence: Mapped[str | None]
    """Path of the picture below the data folder's `evidence/`."""
    evidence_note: Mapped[str | None]
    """Why there is no picture."""
    test: Mapped[bool] = mapped_column(default=False)
    hold: Mapped["Hold | None"] = relationship(viewonly=True, lazy="raise")

    __table_args__ = (
        Index("ix_event_met_at", "met_at"),
        Index("ix_event_camera_met_at", "camera", "met_at"),
        Index("ix_event_rule_met_at", "rule", "met_at"),
        Index("ix_event_ended_at", "ended_at"),
    )


class Hold(Base):
    """An event that is not deleted, nor its picture, until it is released."""

    __tablename__ = "hold"

    event: Mapped[UUID] = mapped_column(ForeignKey("event.id"), primary_key=True)
    held_at: Mapped[datetime]
    held_by: Mapped[str]
    """The user's name."""
    reason: Mapped[str]


class PostureMinute(Base):
    """Person-seconds spent in one band of one measure, per camera and minute."""

    __tablename__ = "posture_minute"

    camera: Mapped[str] = mapped_column(primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    band: Mapped[str] = mapped_column(primary_key=True)
    """For example `0-20`, `20-30`, `30-60`, `60+`, or `unseen`."""
    writer: Mapped[str] = mapped_column(primary_key=True, default="")
    """The run of the worker that saw it: rows of one minute add up."""
    seconds: Mapped[float]

    __table_args__ = (Index("ix_posture_minute_minute", "minute"),)


class ZoneMinute(Base):
    """The same of the people who stood in one zone. Whoever stands in two counts in both; the rows
    of `posture_minute` hold everybody, in whatever zone."""

    __tablename__ = "zone_minute"

    camera: Mapped[str] = mapped_column(primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True)
    zone: Mapped[str] = mapped_column(primary_key=True)
    """Its name in the settings at that time."""
    measure: Mapped[str] = mapped_column(primary_key=True)
    band: Mapped[str] = mapped_column(primary_key=True)
    writer: Mapped[str] = mapped_column(primary_key=True, default="")
    """The run of the worker that saw it: rows of one minute add up."""
    seconds: Mapped[float]

    __table_args__ = (Index("ix_zone_minute_minute", "minute"),)


class MovementMinute(Base):
    """How many movements of one kind were counted, per camera and minute; of a minute without
    people in view there is no row, of one with them a row for every kind."""

    __tablename__ = "movement_minute"

    camera: Mapped[str] = mapped_column(primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True)
    """In which the movement was counted; some are only when they end."""
    kind: Mapped[str] = mapped_column(primary_key=True)
    """`bend`, `squat`, `overhead_reach`, `stoop_lift`, `squat_lift` or `lowering`."""
    writer: Mapped[str] = mapped_column(primary_key=True, default="")
    """The run of the worker that saw it: rows of one minute add up."""
    count: Mapped[int]

    __table_args__ = (Index("ix_movement_minute_minute", "minute"),)


class Lift(Base):
    """One lift or lowering that began in a zone; in two zones it has a row for each."""

    __tablename__ = "lift"

    camera: Mapped[str] = mapped_column(primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True)
    """In which it was counted."""
    writer: Mapped[str] = mapped_column(primary_key=True, default="")
    """The run of the worker that saw it."""
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Of that writer in that minute."""
    zone: Mapped[str]
    kind: Mapped[str]
    """`stoop_lift`, `squat_lift` or `lowering`."""
    load_kg: Mapped[float | None]
    """What the settings said then of what is handled in the zone."""
    coupling: Mapped[str | None]
    origin: Mapped[dict[str, Any] | None]
    """Where the hands took it: `{"height_cm": [low, high], "reach_cm": [low, high]}`; `None`:
    unseen."""
    destination: Mapped[dict[str, Any] | None]
    """Where they brought it: of a lift, how it is carried; of a lowering, how low it went."""

    __table_args__ = (Index("ix_lift_minute", "minute"),)


class CoverageMinute(Base):
    """What one camera saw in one minute; what is neither watched nor blind was off."""

    __tablename__ = "coverage_minute"

    camera: Mapped[str] = mapped_column(primary_key=True)
    minute: Mapped[datetime] = mapped_column(primary_key=True)
    writer: Mapped[str] = mapped_column(primary_key=True, default="")
    """The run of the worker that saw it: rows of one minute add up."""
    watched_s: Mapped[float]
    blind_s: Mapped[float]
    people_s: Mapped[float]
    """Person-seconds in view."""
    unmeasured_s: Mapped[float]
    """Person-seconds in view whose trunk could not be measured."""
    frames_in: Mapped[int]
    sampled: Mapped[int]
    confidence: Mapped[float | None]
    """Mean visibility of the landmarks of all people, 0..1; `None` when nobody was there."""
    stage_ms: Mapped[dict[str, Any]]
    """Mean milliseconds per stage: `{"find": …, "follow": …, "mend": …, "judge": …}`."""

    __table_args__ = (Index("ix_coverage_minute_minute", "minute"),)


class CameraState(Base):
    """How a camera is now: the newest word from its worker."""

    __tablename__ = "camera_state"

    camera: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    """With credentials hidden."""
    state: Mapped[str]
    """`starting`, `up`, `blind`, `down`, `ended` or `off`."""
    reason: Mapped[str]
    since: Mapped[datetime]
    fps_asked: Mapped[float]
    fps_reached: Mapped[float]
    latency_ms: Mapped[float | None]
    reconnects: Mapped[int]
    people: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    frame_at: Mapped[datetime | None]
    snapshot: Mapped[str | None]
    """Path of the last blurred picture below the data folder's `snapshots/`."""
    calibration: Mapped[dict[str, Any] | None]
    """As an event's, with `looks`: at how many upright people it was learnt."""
    coach: Mapped[dict[str, Any] | None]
    """What it can judge where it hangs, and what to change: `seen_s`, `verdicts`, `unsupported`
    (rules), `advice`."""
    updated_at: Mapped[datetime]
    """A state not renewed for `STALE_S` seconds is not to be believed."""


STALE_S = 15.0


class Incident(Base):
    """A camera, a worker or the store was not well for a while."""

    __tablename__ = "incident"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    camera: Mapped[str | None]
    kind: Mapped[str]
    """`down`, `frozen`, `black`, `covered`, `defocused`, `moved`, `size`, `rate`, `clock`,
    `worker`, `evidence`, `landmarks`, `journal`, `store`, `selftest`, `alone`, `stall`."""
    reason: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_incident_started_at", "started_at"),)


class Outbox(Base):
    """One thing to be told to one receiver, until it has accepted it."""

    __tablename__ = "outbox"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    receiver: Mapped[str]
    """Name of the receiver in the settings."""
    kind: Mapped[str]
    """`event.started`, `camera.down`, `camera.up`, `site.trouble`, `site.well`."""
    subject: Mapped[UUID]
    """The event or incident."""
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    last_error: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("receiver", "kind", "subject"),
        Index("ix_outbox_due", "delivered_at", "next_at"),
    )


class Report(Base):
    """A report of one day, made once whoever asks for it."""

    __tablename__ = "report"

    kind: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    claimed_by: Mapped[str]
    claimed_at: Mapped[datetime]
    made_at: Mapped[datetime | None]
    files: Mapped[list[Any]]


class User(Base):
    __tablename__ = "user"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    created_at: Mapped[datetime]


class Analysis(Base):
    """An uploaded picture's result, by the digest of its bytes and the way it was asked for."""

    __tablename__ = "analysis"

    digest: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    result: Mapped[dict[str, Any]]
    picture: Mapped[bytes]
    """The blurred picture without a skeleton, JPEG; the original is not kept."""
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
