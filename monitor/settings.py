"""The one file of settings, checked key by key before anything starts.

Read by the composition roots alone (`cli`, `supervisor`, the dashboard's entry); everything below
takes plain arguments. Secrets stand in the environment: `${NAME}` in any value is replaced by the
variable NAME, or by the content of the file that NAME_FILE names.
"""

import difflib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from monitor.capture.urls import camera_kind, leads_to
from monitor.errors import SettingsError
from monitor.pose.engines import EngineName
from monitor.posture.episodes import SAMPLES_NEEDED
from monitor.posture.model import ANGLES
from monitor.posture.rules import MEASURES, Rule

ROOT = Path(__file__).parents[1]
PACKS = ROOT / "config" / "rules"

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]


def _in_picture(share: float) -> float:
    if not 0 <= share <= 1:
        raise ValueError(
            "lies outside the picture: corners are shares of its width and height, from 0 to 1"
        )
    return share


Fraction = Annotated[float, AfterValidator(_in_picture)]
Point = tuple[Fraction, Fraction]


def _polygon(points: list[Point]) -> list[Point]:
    if len({tuple(p) for p in points}) < 3:
        raise ValueError("a polygon needs at least three different corners")
    corners = [
        p for p, before in zip(points, points[-1:] + points[:-1], strict=True) if p != before
    ]
    edges = list(zip(corners, corners[1:] + corners[:1], strict=True))
    for i, (a, b) in enumerate(edges):
        for c, d in edges[i + 2 : len(edges) - (i == 0)]:
            if _meet(a, b, c, d):
                raise ValueError(
                    "the polygon's edges cross each other or touch: list its corners in order"
                )
    if all(_cross(corners[0], corners[1], corner) == 0 for corner in corners):
        raise ValueError("the polygon's corners lie on one line: nobody can stand in it")
    return points


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two edges have a point in common."""
    if _cross(a, b, c) * _cross(a, b, d) < 0 and _cross(c, d, a) * _cross(c, d, b) < 0:
        return True
    return _on(a, b, c) or _on(a, b, d) or _on(c, d, a) or _on(c, d, b)


def _on(a: Point, b: Point, corner: Point) -> bool:
    """Whether a corner lies on an edge."""
    beside = any(not min(p, q) <= at <= max(p, q) for p, q, at in zip(a, b, corner, strict=True))
    return not beside and _cross(a, b, corner) == 0


def _cross(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


Polygon = Annotated[list[Point], AfterValidator(_polygon)]
"""Corners as fractions of the picture's width and height, from its top left."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Shift(Part):
    name: Name
    begins: time = Field(description="local time, in quotes; it lasts until the next one begins")

    @field_validator("begins", mode="before")
    @classmethod
    def _quoted(cls, value: object) -> object:
        if isinstance(value, int):
            raise ValueError("put the time in quotes: YAML reads 14:00 as a number")
        return value


class Site(Part):
    name: str = "Plumbline"
    timezone: str = Field("UTC", description="IANA name; days and report times are this zone's")
    shifts: list[Shift] = Field([], description="the whole day when left out")

    @field_validator("shifts")
    @classmethod
    def _different(cls, shifts: list[Shift]) -> list[Shift]:
        for what, values in (
            ("are called", [shift.name for shift in shifts]),
            ("begin at", [shift.begins.isoformat("minutes") for shift in shifts]),
        ):
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                raise ValueError(f"two shifts {what} {twice[0]!r}")
        return shifts

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in available_timezones():
            near = difflib.get_close_matches(value, available_timezones(), 1)
            raise ValueError("no such time zone" + (f"; did you mean {near[0]}?" if near else ""))
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


_LOAD = re.compile(r"(\d+(?:\.\d+)?)\s*(kg|lb)")
KG_PER_LB = 0.45359237


class Work(Part):
    """What a camera cannot see of the work in a zone."""

    load: str | None = Field(None, description="with its unit: 12 kg or 25 lb")
    coupling: Literal["good", "fair", "poor", "unacceptable"] | None = None
    stance: Literal["standing", "sitting", "kneeling", "walking"] | None = None
    balanced: bool | None = Field(None, description="both feet carry the weight")
    trunk_supported: bool | None = None
    head_supported: bool | None = None
    arm_supported: bool | None = None
    static: bool | None = Field(None, description="held for more than a minute")
    repeated: bool | None = Field(None, description="more than four times a minute")

    @field_validator("load", mode="before")
    @classmethod
    def _has_a_unit(cls, value: object) -> object:
        if value is not None and not _LOAD.fullmatch(str(value).strip()):
            raise ValueError(f"{value!r} is no load: give a number and its unit, 12 kg or 25 lb")
        return value

    @property
    def load_kg(self) -> float | None:
        if self.load is None:
            return None
        number, unit = _LOAD.fullmatch(self.load.strip()).groups()  # type: ignore[union-attr]
        return float(number) * (KG_PER_LB if unit == "lb" else 1.0)


class Zone(Part):
    name: Name
    polygon: Polygon
    work: Work = Work()


class RuleChange(Part):
    """What one camera does differently from its rule pack."""

    disabled: bool = False
    enter: float | None = None
    leave: float | None = None
    hold_s: float | None = Field(None, ge=0)
    release_s: float | None = Field(None, ge=0)
    remind_s: float | None = Field(None, gt=0)
    severity: Literal["notice", "warning", "alert"] | None = None
    sure: Literal["certain", "likely"] | None = None
    zones: list[Name] | None = Field(None, description="judge only people standing in these zones")


class Camera(Part):
    name: Name
    url: str = Field(
        description="rtsp://, http(s)://, file:, usb:0 or mannequin:; secrets as ${NAME}"
    )
    substream: str | None = Field(
        None, description="rtsp://; watched in place of url, which then serves pictures of events"
    )
    fps: float = Field(5.0, gt=0, le=30, description="samples a second")
    rtsp_transport: Literal["tcp", "udp"] = "tcp"
    open_timeout_s: float = Field(10.0, gt=0, le=120)
    read_timeout_s: float = Field(10.0, gt=0, le=120)
    frozen_after_s: float = Field(15.0, ge=2, le=600)
    pitch_deg: float | None = Field(
        None, ge=-90, le=90, description="positive: the camera looks down; learnt when left out"
    )
    roll_deg: float | None = Field(
        None, ge=-180, le=180, description="positive: turned clockwise about its view"
    )
    fov_deg: float | None = Field(
        None, ge=10, le=150, description="field of view of the longer side"
    )
    rules: Name | None = Field(None, description="rule pack; the site's when left out")
    changes: dict[str, RuleChange] = {}
    zones: list[Zone] = []
    masks: list[Polygon] = Field([], description="privacy masks: blackened before anyone looks")

    @model_validator(mode="after")
    def _two_streams(self) -> Self:
        if self.substream is None:
            return self
        try:
            kinds = {camera_kind(url) for url in self.addresses.values()}
            same = leads_to(self.url) == leads_to(self.substream)
        except SettingsError as e:
            raise ValueError(str(e)) from None
        if kinds != {"rtsp"}:
            raise ValueError("url and substream: both must be rtsp:// where there is a substream")
        if same:
            raise ValueError("substream: leads to the same stream as url; leave it out")
        return self

    @property
    def addresses(self) -> dict[str, str]:
        """By key."""
        return {"url": self.url} | ({"substream": self.substream} if self.substream else {})

    @model_validator(mode="after")
    def _zones_exist(self) -> Self:
        known = [zone.name for zone in self.zones]
        if len(set(known)) < len(known):
            raise ValueError("two zones have the same name")
        for rule, change in self.changes.items():
            for zone in change.zones or ():
                if zone not in known:
                    raise ValueError(f"changes.{rule}.zones: no zone {zone!r} on this camera")
        return self


class DetectorSettings(Part):
    path: Path = Field(description="an EfficientDet or SSD .tflite with metadata")


class EngineSettings(Part):
    name: EngineName = "blazepose"
    search_px: int = Field(640, ge=224, le=4096, description="long side the search scales to")
    max_people: int = Field(4, ge=1, le=20)
    threads: int = Field(1, ge=1, le=16, description="of each graph of blazepose")
    detector: DetectorSettings | None = Field(None, description="your own; proposes people too")

    @model_validator(mode="after")
    def _takes_detector(self) -> Self:
        if self.detector is not None and self.name != "blazepose":
            raise ValueError("detector: only the engine blazepose takes one")
        return self

    @property
    def detector_path(self) -> Path | None:
        return None if self.detector is None else self.detector.path.resolve()


class Evidence(Part):
    skeleton_only: bool = Field(False, description="draw the skeleton on black, keep no picture")
    keep_free_mb: int = Field(
        500, ge=0, description="below this much free disk no pictures are stored"
    )


class Retention(Part):
    evidence_days: int = Field(30, ge=1)
    events_days: int = Field(365, ge=1)
    minutes_days: int = Field(365, ge=1)
    uploads_days: int = Field(7, ge=1)
    landmarks_days: int = Field(7, ge=0, description="0: none are kept")
    evidence_gb: float | None = Field(None, gt=0, description="the oldest pictures go first")
    landmarks_gb: float | None = Field(None, gt=0, description="the oldest go first")
    events_gb: float | None = Field(None, gt=0, description="the oldest go first")
    minutes_gb: float | None = Field(None, gt=0, description="the oldest go first")


class Reports(Part):
    daily_at: time = Field(time(6, 0), description="local time at which yesterday is reported")


class Webhook(Part):
    name: Name
    url: str
    secret: str = Field(min_length=16, description="signs every message; say ${NAME}")
    severities: list[Literal["notice", "warning", "alert"]] = ["warning", "alert"]


class Mail(Part):
    name: Name = "mail"
    host: str
    port: int = Field(587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: str | None = None
    sender: str
    to: list[str] = Field(min_length=1)
    severities: list[Literal["notice", "warning", "alert"]] = ["alert"]


class Alerts(Part):
    webhooks: list[Webhook] = []
    mail: list[Mail] = []
    camera_down_after_s: float = Field(60.0, ge=0, description="tell nobody of shorter outages")
    link: str | None = Field(None, description="the dashboard's address, as receivers reach it")


class Dashboard(Part):
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    upload_mb: int = Field(20, ge=1, le=200)


class Settings(Part):
    site: Site = Site()
    data: Path = Field(Path("var"), description="folder of everything that is kept")
    database: str | None = Field(
        None, description="SQLAlchemy URL; plumbline.db in the data folder when left out"
    )
    workers: int = Field(0, ge=0, le=64, description="worker processes; 0: as many as cores")
    worker_memory_mb: int | None = Field(
        None, ge=200, description="a worker that uses more is replaced"
    )
    rules: Name = "default"
    cameras: list[Camera] = Field(min_length=1)
    engine: EngineSettings = EngineSettings()
    evidence: Evidence = Evidence()
    retention: Retention = Retention()
    reports: Reports = Reports()
    alerts: Alerts = Alerts()
    dashboard: Dashboard = Dashboard()

    _folder: Path = PrivateAttr(default=PACKS.parent)

    @model_validator(mode="after")
    def _unique(self) -> Self:
        receivers = [w.name for w in self.alerts.webhooks] + [m.name for m in self.alerts.mail]
        for what, names in (
            ("cameras", [c.name for c in self.cameras]),
            ("alert receivers", receivers),
        ):
            twice = {n for n in names if names.count(n) > 1}
            if twice:
                raise ValueError(f"two {what} are called {sorted(twice)[0]!r}")
        return self

    @property
    def packs(self) -> list[Path]:
        """Folders of rule packs: `rules/` beside the file of settings before the shipped one."""
        return [self._folder / "rules", PACKS]

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.data.resolve() / 'plumbline.db'}"


class PackRule(Part):
    """One rule as written in a pack; see `monitor.posture.rules.Rule` for the meaning."""

    title: str
    measure: str
    enter: float
    leave: float
    hold_s: float | list[tuple[float, float]]
    release_s: float = Field(
        4.0, ge=0, description="20 samples at 5 a second: noise alone does not end an event"
    )
    remind_s: float = Field(60.0, gt=0)
    forget_s: float = Field(15.0, gt=0)
    upright: bool = Field(True, description="judge only people who do not lie")
    sure: Literal["certain", "likely"] = "likely"
    severity: Literal["notice", "warning", "alert"]
    advice: str = Field("", description="said before what the measure and the angles call for")
    source: str = Field(description="standard and how far it was verified, or that it is ours")

    @field_validator("measure")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in MEASURES:
            raise ValueError(
                f"no measure {value!r}; {_nearest(value, MEASURES)}(angles: {', '.join(ANGLES)})"
            )
        return value

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.leave > self.enter:
            raise ValueError(
                f"leave ({self.leave:g}) must not be over enter ({self.enter:g}): "
                "a posture ends below the limit that began it"
            )
        if MEASURES[self.measure].unit == "°" and not -180 <= self.leave <= self.enter <= 180:
            raise ValueError(
                f"enter ({self.enter:g}) and leave ({self.leave:g}) must lie within 180 degrees"
            )
        if isinstance(self.hold_s, list):
            angles = [a for a, _ in self.hold_s]
            if len(angles) < 2 or angles != sorted(set(angles)):
                raise ValueError("hold_s as a line needs two or more points with rising angles")
            if any(s <= 0 for _, s in self.hold_s):
                raise ValueError("hold_s as a line needs times above 0")
        elif self.hold_s < 0:
            raise ValueError("hold_s must not be negative")
        return self


class Pack(Part):
    """A set of rules: one file below `config/rules/`."""

    pack: Name
    version: str
    rules: dict[Name, PackRule] = Field(min_length=1)


def load(path: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings in a YAML file. Raises SettingsError naming every key that is wrong."""
    written = _read(path)
    settings = _checked(Settings, _expand(written, environ, path.name), path, written)
    settings._folder = path.resolve().parent
    if environ.get("PLUMBLINE_DATA"):
        settings = settings.model_copy(update={"data": Path(environ["PLUMBLINE_DATA"])})
    elif "data" not in settings.model_fields_set:
        settings = settings.model_copy(update={"data": ROOT / "var"})
    for camera in settings.cameras:
        rules_of(camera, settings)
    return settings


def load_pack(name: str, folders: Sequence[Path] = (PACKS,)) -> Pack:
    """The rule pack `name`. Raises SettingsError when it is missing or wrong."""
    for folder in folders:
        path = folder / f"{name}.yaml"
        if path.is_file():
            return read_pack(path)
    known = sorted({p.stem for folder in folders for p in folder.glob("*.yaml")})
    raise SettingsError(
        f"rules: there is no pack {name!r}; {_nearest(name, known)}packs: {', '.join(known)}"
    )


def read_pack(path: Path) -> Pack:
    """The rule pack in a file. Raises SettingsError when it cannot be read or is wrong."""
    written = _read(path)
    return _checked(Pack, written, path, written)


def rules_of(camera: Camera, settings: Settings) -> list[Rule]:
    """The rules one camera is judged by: its pack with its own changes."""
    pack = load_pack(camera.rules or settings.rules, settings.packs)
    for name in camera.changes:
        if name not in pack.rules:
            raise SettingsError(
                f"cameras.{camera.name}.changes: pack {pack.pack!r} has no rule {name!r}; "
                f"{_nearest(name, pack.rules)}rules: {', '.join(pack.rules)}"
            )
    return rules_by(pack, camera)


def rules_by(pack: Pack, camera: Camera) -> list[Rule]:
    """The rules of any pack with the camera's changes to those that are in it."""
    return [
        _rule(pack, name, written, camera.changes.get(name, RuleChange()), camera)
        for name, written in pack.rules.items()
        if not camera.changes.get(name, RuleChange()).disabled
    ]


def _rule(pack: Pack, name: str, written: PackRule, change: RuleChange, camera: Camera) -> Rule:
    changed = change.model_dump(exclude={"disabled", "zones"}, exclude_none=True)
    if "enter" in changed and "leave" not in changed:
        changed["leave"] = changed["enter"] - (written.enter - written.leave)
    try:
        final = PackRule.model_validate({**written.model_dump(), **changed})
    except ValidationError as e:
        raise SettingsError(f"cameras.{camera.name}.changes.{name}: {_words(e.errors()[0])}") from e
    hold = _hold(final.hold_s)
    shortest = min(seconds for _, seconds in hold)
    if 0 < shortest < SAMPLES_NEEDED / camera.fps:
        raise SettingsError(
            f"cameras.{camera.name}: rule {name!r} holds {shortest:g} s, less than "
            f"{SAMPLES_NEEDED} samples at {camera.fps:g} fps; raise hold_s to "
            f"{SAMPLES_NEEDED / camera.fps:g} or more, or say 0 for at once"
        )
    return Rule(
        name=name,
        pack=pack.pack,
        version=pack.version + ("+changed" if changed else ""),
        zones=tuple(change.zones or ()),
        hold=hold,
        **final.model_dump(exclude={"hold_s"}),
    )


def _hold(written: float | list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    return tuple(written) if isinstance(written, list) else ((0.0, written),)


def _read(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as e:
        raise SettingsError(f"{path}: cannot be read ({e.strerror})") from e
    except UnicodeDecodeError as e:
        raise SettingsError(f"{path}: is not a UTF-8 text file") from e
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as e:
        mark = getattr(e, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise SettingsError(f"{path}{where}: is not valid YAML ({getattr(e, 'problem', e)})") from e


def _expand(value: Any, environ: Mapping[str, str], where: str) -> Any:
    if isinstance(value, dict):
        return {k: _expand(v, environ, f"{where}: {k}") for k, v in value.items()}
    if isinstance(value, list):
        return [_expand(v, environ, where) for v in value]
    if isinstance(value, str):
        return re.sub(r"\$\{(\w+)\}", lambda m: _secret(m[1], environ, where), value)
    return value


def _secret(name: str, environ: Mapping[str, str], where: str) -> str:
    if name in environ:
        return environ[name]
    file = environ.get(f"{name}_FILE")
    if file is None:
        raise SettingsError(
            f"{where}: the secret {name} is missing; set {name}, or {name}_FILE to a file with it"
        )
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as e:
        raise SettingsError(f"{where}: {name}_FILE={file} cannot be read ({e.strerror})") from e
    except UnicodeDecodeError as e:
        raise SettingsError(f"{where}: {name}_FILE={file} cannot be read (not UTF-8 text)") from e


P = TypeVar("P", bound=Part)


def _checked(kind: type[P], data: Any, path: Path, written: Any) -> P:
    """written: the same data before secrets were put in, which errors may repeat."""
    if not isinstance(data, dict):
        raise SettingsError(f"{path}: is empty or not a table of settings")
    try:
        return kind.model_validate(data)
    except ValidationError as e:
        lines = [_say(kind, error, written) for error in e.errors()]
        raise SettingsError("\n".join(f"{path}: {line}" for line in lines)) from e


def _say(kind: type[BaseModel], error: ErrorDetails, written: Any) -> str:
    key, given = _place(written, error["loc"])
    if error["type"] == "extra_forbidden":
        known = list(_keys_at(kind, error["loc"][:-1]))
        near = _nearest(str(error["loc"][-1]), known)
        return f"{key}: no such setting; {near}known here: {', '.join(known)}"
    secret = any(word in key for word in ("url", "substream", "password", "secret", "database"))
    plain = isinstance(given, str | int | float | bool) and not secret
    shown = f" (given: {given!r})" if plain else ""
    return f"{key}: {_words(error)}{shown}" if key else _words(error)


def _place(written: Any, location: tuple[int | str, ...]) -> tuple[str, Any]:
    """The dotted key, list items by their name where they have one, and what stands there."""
    labels = []
    for part in location:
        try:
            written = written[part]
        except (KeyError, IndexError, TypeError):
            written = None
        named = isinstance(part, int) and isinstance(written, dict) and written.get("name")
        labels.append(str(named or part))
    return ".".join(labels), written


def _words(error: ErrorDetails) -> str:
    """pydantic's message, or ours where that speaks of Python."""
    if error["type"] == "missing":
        return "is missing"
    if error["type"] in ("model_type", "dict_type"):
        return "should be a table of settings"
    if error["type"] == "string_pattern_mismatch":
        return "small letters, digits, - and _ only, at most 40, a letter or digit first"
    return error["msg"].removeprefix("Value error, ")


def _keys_at(kind: Any, location: tuple[int | str, ...]) -> Iterator[str]:
    """The settings that exist beside the one at `location`."""
    for part in location:
        kind = _inner(kind, part)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from kind.model_fields


def _inner(kind: Any, part: int | str) -> Any:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind.model_fields[str(part)].annotation
    return kind.__args__[-1]


def _nearest(word: str, known: Any) -> str:
    near = difflib.get_close_matches(word, list(known), 1)
    return f"did you mean {near[0]!r}? " if near else ""
