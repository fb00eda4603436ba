"""From the settings to the parts of the house, as plain arguments."""

import os
import socket
from dataclasses import replace
from math import ceil

from apscheduler.schedulers.background import BackgroundScheduler

from monitor.clock import Clock
from monitor.crew import EngineSpec
from monitor.ergonomics.context import Context, Coupling, Stance
from monitor.jobs.purge import Retention
from monitor.jobs.schedule import schedule
from monitor.notify.mail import Mail
from monitor.notify.message import Notifier
from monitor.notify.webhook import Webhook
from monitor.pipeline import CameraPlan
from monitor.pose.engines import check_models
from monitor.posture.gravity import Calibration
from monitor.recorder import Keep
from monitor.settings import Camera, Settings, Work, rules_of
from monitor.store.database import Sessions
from monitor.store.outbox import Receiver
from monitor.vitals import machine_mb
from monitor.worker import CameraJob

GIVEN_SD_DEG = 2.0
"""How well people tell the pitch of a camera (ours: a phone laid against it)."""

WORKERS_SHARE = 0.8
"""Of the memory there is, for all workers: before a leak takes more it is ended, in order."""

WORKER_MB, CAMERA_MB = 1000, 250
"""Never less than this for a worker, and for each of its cameras: one with a 1280×720 camera peaked
at 660 MB, and a worker that only needs much must not be taken for one that leaks."""


def engine_spec(settings: Settings) -> EngineSpec:
    """Raises ModelError when the pose model is missing or damaged."""
    chosen = settings.engine
    check_models(chosen.name, settings.data.resolve())
    return EngineSpec(
        chosen.name, chosen.search_px, chosen.max_people, chosen.threads, chosen.detector_path
    )


def camera_jobs(settings: Settings) -> list[CameraJob]:
    """What every camera of the settings is watched by."""
    return [_camera_job(camera, settings) for camera in settings.cameras]


def _camera_job(camera: Camera, settings: Settings) -> CameraJob:
    plan = CameraPlan(
        name=camera.name,
        rules=tuple(rules_of(camera, settings)),
        fps=camera.fps,
        calibration=_calibration(camera),
        fov_known=camera.fov_deg is not None,
        zones={zone.name: tuple(zone.polygon) for zone in camera.zones},
        contexts=contexts_of(camera),
        masks=tuple(tuple(mask) for mask in camera.masks),
        frozen_after_s=camera.frozen_after_s,
    )
    return CameraJob(
        plan,
        camera.url,
        camera.substream,
        camera.rtsp_transport,
        camera.open_timeout_s,
        camera.read_timeout_s,
    )


def contexts_of(camera: Camera) -> dict[str, Context]:
    """What the settings know of the work in each zone."""
    return {zone.name: _context(zone.work) for zone in camera.zones}


def _context(work: Work) -> Context:
    return Context(
        load_kg=work.load_kg,
        coupling=None if work.coupling is None else Coupling(work.coupling),
        stance=None if work.stance is None else Stance(work.stance),
        balanced=work.balanced,
        trunk_supported=work.trunk_supported,
        head_supported=work.head_supported,
        arm_supported=work.arm_supported,
        static=work.static,
        repeated=work.repeated,
    )


def _calibration(camera: Camera) -> Calibration:
    """What is left out is assumed, and learnt when both pitch and roll are."""
    assumed = Calibration()
    fov = assumed.fov_deg if camera.fov_deg is None else camera.fov_deg
    if camera.pitch_deg is None and camera.roll_deg is None:
        return replace(assumed, fov_deg=fov)
    pitch, roll = camera.pitch_deg or 0.0, camera.roll_deg or 0.0
    return Calibration(pitch, roll, fov, "settings", GIVEN_SD_DEG)


def memory_mb(settings: Settings, workers: int) -> float:
    """What each of so many workers may use."""
    if settings.worker_memory_mb is not None:
        return settings.worker_memory_mb
    need = WORKER_MB + CAMERA_MB * ceil(len(settings.cameras) / workers)
    return max(need, WORKERS_SHARE * machine_mb() / workers)


def receivers(settings: Settings) -> list[Receiver]:
    """Who is told of alerts, and how severe they must be."""
    hooks = [Receiver(r.name, frozenset(r.severities)) for r in settings.alerts.webhooks]
    mails = [Receiver(r.name, frozenset(r.severities)) for r in settings.alerts.mail]
    return hooks + mails


def notifiers(settings: Settings) -> dict[str, Notifier]:
    """What tells them, by name. Raises SettingsError for an address nobody can be behind."""
    hooks = {w.name: Webhook(w.name, w.url, w.secret) for w in settings.alerts.webhooks}
    mails = {
        m.name: Mail(
            m.name,
            m.host,
            m.port,
            sender=m.sender,
            to=m.to,
            security=m.security,
            user=m.user,
            password=m.password,
        )
        for m in settings.alerts.mail
    }
    return {**hooks, **mails}


def scheduled(settings: Settings, sessions: Sessions, clock: Clock) -> BackgroundScheduler:
    """Everything that is done by the clock; not started yet."""
    kept = settings.retention
    return schedule(
        sessions,
        data=settings.data.resolve(),
        site_name=settings.site.name,
        zone=settings.site.zone,
        cameras=[camera.name for camera in settings.cameras],
        notifiers=notifiers(settings),
        receivers=receivers(settings),
        dashboard=settings.alerts.link,
        camera_down_after_s=settings.alerts.camera_down_after_s,
        daily_at=settings.reports.daily_at,
        retention=Retention(
            evidence_days=kept.evidence_days,
            events_days=kept.events_days,
            minutes_days=kept.minutes_days,
            uploads_days=kept.uploads_days,
            landmarks_days=kept.landmarks_days,
            evidence_bytes=_bytes(kept.evidence_gb),
            landmarks_bytes=_bytes(kept.landmarks_gb),
            events_bytes=_bytes(kept.events_gb),
            minutes_bytes=_bytes(kept.minutes_gb),
        ),
        keep_free_mb=settings.evidence.keep_free_mb,
        clock=clock,
        by=f"{socket.gethostname()}:{os.getpid()}",
    )


def _bytes(gigabytes: float | None) -> int | None:
    return None if gigabytes is None else int(gigabytes * 1e9)


def keep_of(settings: Settings) -> Keep:
    return Keep(
        settings.data.resolve(),
        settings.evidence.skeleton_only,
        settings.evidence.keep_free_mb,
        landmarks=settings.retention.landmarks_days > 0,
    )
