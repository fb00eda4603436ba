"""From the settings to the parts of the house, as plain arguments."""

from monitor.crew import EngineSpec
from monitor.notify import Notifier
from monitor.notify.mail import MailNotifier
from monitor.notify.webhook import WebhookNotifier
from monitor.pipeline import CameraPlan
from monitor.pose.models import pose_task
from monitor.posture.gravity import Calibration
from monitor.recorder import Keep
from monitor.settings import Camera, Settings, rules_of
from monitor.store.outbox import Receiver
from monitor.worker import CameraJob


def engine_spec(settings: Settings) -> EngineSpec:
    """Raises ModelError when the pose model is missing or damaged."""
    return EngineSpec(
        pose_task(settings.data.resolve()), settings.engine.search_px, settings.engine.max_people
    )


def camera_jobs(settings: Settings) -> list[CameraJob]:
    """What every camera of the settings is watched by."""
    return [_camera_job(camera, settings) for camera in settings.cameras]


def _camera_job(camera: Camera, settings: Settings) -> CameraJob:
    given = {"pitch_deg", "roll_deg", "fov_deg"} & camera.model_fields_set
    plan = CameraPlan(
        name=camera.name,
        rules=tuple(rules_of(camera, settings.rules)),
        fps=camera.fps,
        calibration=Calibration(
            camera.pitch_deg, camera.roll_deg, camera.fov_deg, "settings" if given else "assumed"
        ),
        zones={zone.name: tuple(zone.polygon) for zone in camera.zones},
        masks=tuple(tuple(mask) for mask in camera.masks),
        frozen_after_s=camera.frozen_after_s,
    )
    return CameraJob(
        plan, camera.url, camera.rtsp_transport, camera.open_timeout_s, camera.read_timeout_s
    )


def receivers(settings: Settings) -> list[Receiver]:
    return [
        Receiver(r.name, frozenset(r.severities))
        for r in (*settings.alerts.webhooks, *settings.alerts.mail)
    ]


def notifiers(settings: Settings) -> dict[str, Notifier]:
    made: dict[str, Notifier] = {
        hook.name: WebhookNotifier(hook.url, hook.secret) for hook in settings.alerts.webhooks
    }
    for mail in settings.alerts.mail:
        made[mail.name] = MailNotifier(
            host=mail.host,
            port=mail.port,
            security=mail.security,
            user=mail.user,
            password=mail.password,
            sender=mail.sender,
            to=mail.to,
        )
    return made


def keep_of(settings: Settings) -> Keep:
    return Keep(
        settings.data.resolve(), settings.evidence.skeleton_only, settings.evidence.keep_free_mb
    )
