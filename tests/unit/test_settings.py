"""What is said of settings that are wrong: the key, and what would be right."""

import re
from pathlib import Path

import pytest

from monitor.compose import contexts_of
from monitor.ergonomics.context import Stance
from monitor.errors import SettingsError
from monitor.posture.rules import OF_ERGONOMICS
from monitor.settings import PACKS, load, load_pack, rules_of

CAMERA = "cameras: [{name: gate, url: 'mannequin:'}]\n"


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "plumbline.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def with_camera(more: str) -> str:
    return f"cameras: [{{name: gate, url: 'mannequin:', {more}}}]\n"


def refused(folder: Path, text: str | bytes, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(SettingsError) as e:
        load(written(folder, text), environ or {})
    return str(e.value)


WRONG = {
    "unknown key": (
        CAMERA + "retentoin: {events_days: 3}",
        ["retentoin: no such setting", "did you mean 'retention'?"],
    ),
    "unknown key in a part": (
        CAMERA + "retention: {event_days: 3}",
        ["retention.event_days: no such setting", "did you mean 'events_days'?"],
    ),
    "unknown key of a camera": (
        with_camera("ptich_deg: 20"),
        ["cameras.gate.ptich_deg: no such setting", "did you mean 'pitch_deg'?"],
    ),
    "unknown key of a change": (
        with_camera("changes: {trunk-deep: {entre: 50}}"),
        ["cameras.gate.changes.trunk-deep.entre: no such setting", "did you mean 'enter'?"],
    ),
    "unknown key of a receiver": (
        CAMERA + "alerts: {mail: [{host: h, sender: a@b, to: [c@d], prot: 25}]}",
        ["alerts.mail.0.prot: no such setting", "did you mean 'port'?"],
    ),
    "unknown key like no other": (
        CAMERA + "zzz: 1",
        ["zzz: no such setting; known here: site, data, database"],
    ),
    "two wrong keys": (
        CAMERA + "zzz: 1\nworkers: -1",
        ["zzz: no such setting", "workers: ", "greater than or equal to 0 (given: -1)"],
    ),
    "a time that YAML reads as a number": (
        CAMERA + "site: {shifts: [{name: late, begins: 14:00}]}",
        ["site.shifts.late.begins: put the time in quotes"],
    ),
    "two shifts at once": (
        CAMERA + "site: {shifts: [{name: a, begins: '06:00'}, {name: b, begins: '06:00'}]}",
        ["site.shifts: two shifts begin at '06:00'"],
    ),
    "wrong type": (
        with_camera("fps: many"),
        ["cameras.gate.fps: ", "valid number", "'many'"],
    ),
    "a word for a list": ("cameras: gate", ["cameras: ", "valid list"]),
    "a list for a table": (CAMERA + "site: [a]", ["site: ", "should be a table of settings"]),
    "bad range": (
        with_camera("fov_deg: 200"),
        ["cameras.gate.fov_deg: ", "less than or equal to 150 (given: 200)"],
    ),
    "bad name": ("cameras: [{name: 'Gate 1', url: 'mannequin:'}]", ["cameras.Gate 1.name: "]),
    "missing key": ("cameras: [{name: gate}]", ["cameras.gate.url: is missing"]),
    "no name": ("cameras: [{url: 'mannequin:'}]", ["cameras.0.name: is missing"]),
    "no cameras": ("cameras: []", ["cameras: ", "at least 1"]),
    "unknown time zone": (
        CAMERA + "site: {timezone: Europe/Berln}",
        ["site.timezone: no such time zone; did you mean Europe/Berlin?"],
    ),
    "two cameras of one name": (
        "cameras: [{name: gate, url: 'usb:0'}, {name: gate, url: 'usb:1'}]",
        ["two cameras are called 'gate'"],
    ),
    "zone that crosses itself": (
        with_camera("zones: [{name: z, polygon: [[0, 0], [1, 1], [1, 0], [0, 1]]}]"),
        ["cameras.gate.zones.z.polygon: ", "edges cross each other"],
    ),
    "zone that touches itself": (
        with_camera("zones: [{name: z, polygon: [[0,0],[1,0],[0.5,0.5],[0.5,0],[0,1]]}]"),
        ["cameras.gate.zones.z.polygon: ", "cross each other or touch"],
    ),
    "zone that crosses itself in a corner": (
        with_camera("zones: [{name: z, polygon: [[0,0],[.5,.5],[1,0],[1,1],[.5,.5],[0,1]]}]"),
        ["cameras.gate.zones.z.polygon: ", "cross each other or touch"],
    ),
    "zone without an inside": (
        with_camera("zones: [{name: z, polygon: [[0, 0], [0.5, 0.5], [1, 1]]}]"),
        ["cameras.gate.zones.z.polygon: ", "on one line: nobody can stand in it"],
    ),
    "mask that crosses itself": (
        with_camera("masks: [[[0, 0], [1, 1], [1, 0], [0, 1]]]"),
        ["cameras.gate.masks.0: ", "edges cross each other"],
    ),
    "zone with two corners": (
        with_camera("zones: [{name: z, polygon: [[0, 0], [1, 1]]}]"),
        ["cameras.gate.zones.z.polygon: ", "at least three different corners"],
    ),
    "zone beyond the picture": (
        with_camera("zones: [{name: z, polygon: [[0, 0], [640, 0], [1, 1]]}]"),
        ["cameras.gate.zones.z.polygon.1.0: lies outside the picture: ", "(given: 640)"],
    ),
    "a number that is none": (
        with_camera("changes: {trunk-deep-bend: {enter: .nan}}"),
        ["cameras.gate.changes.trunk-deep-bend.enter: ", "finite number"],
    ),
    "a load of another unit": (
        with_camera("zones: [{name: z, polygon: [[0,0],[1,0],[1,1]], work: {load: 12 stone}}]"),
        ["cameras.gate.zones.z.work.load: ", "'12 stone' is no load"],
    ),
    "a load without unit": (
        with_camera("zones: [{name: z, polygon: [[0,0],[1,0],[1,1]], work: {load: 12}}]"),
        ["cameras.gate.zones.z.work.load: ", "give a number and its unit, 12 kg or 25 lb"],
    ),
    "a substream that is the main stream": (
        "cameras: [{name: gate, url: 'rtsp://u:s3cret@h/1', substream: 'rtsp://h:554/1'}]",
        ["cameras.gate: substream: leads to the same stream as url; leave it out"],
    ),
    "a substream of another kind": (
        with_camera("substream: 'rtsp://h/2'"),
        ["cameras.gate: url and substream: both must be rtsp:// where there is a substream"],
    ),
    "a substream where a cloud tells secrets": (
        "cameras: [{name: gate, url: 'rtsp://h/1', substream: 'rtsp://u:s3cret@169.254.169.254/2'}]",
        ["cameras.gate: 169.254.169.254 is no camera: at that address a cloud"],
    ),
    "a substream that is no address": (
        "cameras: [{name: gate, url: 'rtsp://h/1', substream: 'rtps://u:s3cret@h/2'}]",
        ["cameras.gate: 'rtps://***@h/2' is no camera address: it should start with rtsp"],
    ),
    "unknown zone in changes": (
        with_camera("changes: {trunk-deep: {zones: [dock]}}"),
        ["cameras.gate: changes.trunk-deep.zones: no zone 'dock' on this camera"],
    ),
    "unknown pack": (CAMERA + "rules: defualt", ["no pack 'defualt'", "did you mean 'default'?"]),
    "YAML syntax": (
        CAMERA + "site:\n  name: [unclosed\nworkers: 2\n",
        ["plumbline.yaml, line 4: is not valid YAML"],
    ),
    "empty file": ("", ["plumbline.yaml: is empty or not a table of settings"]),
    "not UTF-8": (b"site: {name: H\xe4user}", ["is not a UTF-8 text file"]),
    "a character YAML has not": (CAMERA + "site: {name: 'a\x00'}", ["is not valid YAML"]),
    "a missing secret": (
        "cameras: [{name: gate, url: 'rtsp://u:${GATE_PW}@h/1'}]",
        ["plumbline.yaml: cameras: url: the secret GATE_PW is missing", "GATE_PW_FILE"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_setting_is_named_with_what_would_be_right(text, said, tmp_path):
    message = refused(tmp_path, text)
    for part in said:
        assert part in message
    assert "plumbline.yaml" in message or "rules" in message
    assert "pydantic" not in message


def test_an_unknown_rule_in_changes_is_named_with_the_nearest(tmp_path):
    name = rules_of(*camera_of(tmp_path))[0].name
    message = refused(tmp_path, with_camera(f"changes: {{{name}x: {{disabled: true}}}}"))
    assert f"cameras.gate.changes: pack 'default' has no rule '{name}x'" in message
    assert f"did you mean '{name}'?" in message


def test_a_change_whose_leave_is_over_its_enter_is_refused(tmp_path):
    name = rules_of(*camera_of(tmp_path))[0].name
    message = refused(tmp_path, with_camera(f"changes: {{{name}: {{enter: 30, leave: 40}}}}"))
    assert f"cameras.gate.changes.{name}: leave (40) must not be over enter (30)" in message


def test_a_hold_shorter_than_two_samples_is_refused(tmp_path):
    name = rules_of(*camera_of(tmp_path))[0].name
    message = refused(tmp_path, with_camera(f"changes: {{{name}: {{hold_s: 0.3}}}}"))
    assert f"cameras.gate: rule '{name}' holds 0.3 s, less than 2 samples at 5 fps" in message
    assert "raise hold_s to 0.4" in message


def test_what_settings_know_of_the_work_in_a_zone_reaches_the_scores(tmp_path):
    zone = "{name: belt, polygon: [[0,0],[1,0],[1,1]], work: {load: 25 lb, stance: sitting}}"
    settings = load(written(tmp_path, with_camera(f"zones: [{zone}]")), {})
    known = contexts_of(settings.cameras[0])["belt"]
    assert known.load_kg == pytest.approx(11.34, abs=0.01)
    assert known.stance is Stance.SITTING
    assert known.coupling is None


def camera_of(folder: Path):
    settings = load(written(folder, CAMERA), {})
    return settings.cameras[0], settings


RULE = {
    "title": "T", "measure": "trunk_flexion", "enter": 60, "leave": 55, "hold_s": 4,
    "severity": "alert", "advice": "a", "source": "s",
}  # fmt: skip

BAD_RULES = {
    "unknown measure": ({"measure": "trunk_flexoin"}, "did you mean 'trunk_flexion'?"),
    "leave over enter": ({"leave": 70}, "leave (70) must not be over enter (60)"),
    "no limit": ({"enter": ".nan"}, "enter: Input should be a finite number"),
    "endless hold": ({"hold_s": ".inf"}, "hold_s"),
    "an angle that nobody reaches": ({"enter": 400}, "must lie within 180 degrees"),
    "negative hold": ({"hold_s": -1}, "hold_s must not be negative"),
    "falling line": ({"hold_s": [[60, 60], [20, 240]]}, "two or more points with rising angles"),
    "unknown key": ({"severty": "alert"}, "did you mean 'severity'?"),
}


@pytest.mark.parametrize(("change", "said"), BAD_RULES.values(), ids=BAD_RULES.keys())
def test_a_wrong_rule_in_a_pack_is_named(change, said, tmp_path):
    (tmp_path / "rules").mkdir()
    rule = ", ".join(f"{key}: {value}" for key, value in {**RULE, **change}.items())
    pack = tmp_path / "rules" / "mine.yaml"
    pack.write_text(f"pack: mine\nversion: '1'\nrules: {{bend: {{{rule}}}}}\n")
    message = refused(tmp_path, CAMERA + "rules: mine")
    assert f"{pack}: rules.bend" in message
    assert said in message


def test_a_closed_ring_is_a_polygon_too(tmp_path):
    """As drawing programs write it: the first corner again at the end."""
    ring = with_camera("zones: [{name: z, polygon: [[0, 0], [1, 0], [1, 1], [0, 0]]}]")
    assert load(written(tmp_path, ring), {}).cameras[0].zones[0].name == "z"


@pytest.mark.parametrize("pack", sorted(path.stem for path in PACKS.glob("*.yaml")))
def test_every_rule_of_a_shipped_pack_says_where_it_comes_from(pack, tmp_path):
    settings = load(written(tmp_path, with_camera(f"rules: {pack}")), {})
    rules = rules_of(settings.cameras[0], settings)
    assert {rule.pack for rule in rules} == {pack}
    for rule in rules:
        standard = re.search(r"ISO|EN 1005|WISHA|RULA|REBA|OWAS", rule.source)
        assert standard or "our own" in rule.source
        assert any(word in rule.source for word in ("read", "verified"))


def test_the_ergonomic_pack_judges_what_the_default_one_does_not():
    measures = {rule.measure for rule in load_pack("ergonomic").rules.values()}
    assert measures >= set(OF_ERGONOMICS)
    assert measures >= {"trunk_flexion", "lying", "fallen"}


def test_a_pack_beside_the_settings_counts_before_the_shipped_one(tmp_path):
    (tmp_path / "rules").mkdir()
    rule = ", ".join(f"{key}: {value}" for key, value in RULE.items())
    (tmp_path / "rules" / "default.yaml").write_text(
        f"pack: default\nversion: '9'\nrules: {{bend: {{{rule}}}}}\n"
    )
    assert [(rule.name, rule.version) for rule in rules_of(*camera_of(tmp_path))] == [("bend", "9")]


SECRET_URL = "cameras: [{name: gate, url: 'rtsp://u:${GATE_PW}@h/1'}]\n"


def test_a_secret_comes_from_the_environment(tmp_path):
    settings = load(written(tmp_path, SECRET_URL), {"GATE_PW": "a$b"})
    assert settings.cameras[0].url == "rtsp://u:a$b@h/1"


def test_a_secret_comes_from_the_file_that_is_named(tmp_path):
    (tmp_path / "pw").write_text("s3cret\n")
    settings = load(written(tmp_path, SECRET_URL), {"GATE_PW_FILE": str(tmp_path / "pw")})
    assert settings.cameras[0].url == "rtsp://u:s3cret@h/1"


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00secret"])
def test_a_secret_file_that_cannot_be_read_is_named(content, tmp_path):
    file = tmp_path / "pw"
    if content is not None:
        file.write_bytes(content)
    message = refused(tmp_path, SECRET_URL, {"GATE_PW_FILE": str(file)})
    assert f"GATE_PW_FILE={file} cannot be read" in message


HIDDEN = {
    "a camera's address": "cameras: [{name: gate, url: ['rtsp://u:hunter22@h/1']}]",
    "a short webhook secret": CAMERA
    + "alerts: {webhooks: [{name: w, url: 'https://h/x', secret: hunter22}]}",
    "a password of the wrong type": CAMERA
    + "alerts: {mail: [{host: h, sender: a@b, to: [c@d], password: {a: hunter22}}]}",
    "a database address": CAMERA + "database: ['postgresql://u:hunter22@h/d']",
    "a secret in a key of another meaning": CAMERA + "dashboard: {port: '${LEAK}'}",
}


@pytest.mark.parametrize("text", HIDDEN.values(), ids=HIDDEN.keys())
def test_secrets_are_never_repeated(text, tmp_path):
    assert "hunter22" not in refused(tmp_path, text, {"LEAK": "hunter22"})


def test_the_data_folder_is_the_programs_unless_said_otherwise(tmp_path):
    assert load(written(tmp_path, CAMERA), {}).data.is_absolute()
    assert load(written(tmp_path, CAMERA + "data: here"), {}).data == Path("here")
    there = load(written(tmp_path, CAMERA + "data: here"), {"PLUMBLINE_DATA": "/there"})
    assert there.data == Path("/there")
