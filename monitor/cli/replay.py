"""`plumbline replay`"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from monitor.cli.opened import store
from monitor.compose import contexts_of, keep_of
from monitor.errors import InputError
from monitor.posture.rules import Rule
from monitor.replay.answer import Question, answer
from monitor.replay.told import as_json, as_text
from monitor.settings import Camera, Settings, load, read_pack, rules_by, rules_of
from monitor.shifts import WHOLE_DAY, Shift


@click.command()
@click.option("--from", "begin", required=True, help="Local time, as 2026-03-02T06:00, or a day.")
@click.option("--to", "end", required=True, help="The same; what begins then is left out.")
@click.option("--camera", "wanted", help="This camera alone; all of them when left out.")
@click.option(
    "--rules",
    "pack",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Judge by this rule pack instead of the cameras' own.",
)
@click.option("--rule", "name", help="With --at-most: the rule whose limit is looked for.")
@click.option(
    "--at-most",
    type=click.IntRange(min=0),
    help="With --rule: find the limit that gives so many alerts a shift.",
)
@click.option("--json", "as_object", is_flag=True, help="One JSON object on one line.")
@click.pass_obj
def command(
    path: Path,
    begin: str,
    end: str,
    wanted: str | None,
    pack: Path | None,
    name: str | None,
    at_most: int | None,
    as_object: bool,
) -> None:
    """Judge what was kept again: by the same rules, or by others.

    Landmarks (never pictures) are kept for the days that `retention.landmarks_days` says. Under
    the settings' own rules the answer is compared with what was told then; what is missing is
    named. The same question always gets the same answer.

    \b
      plumbline replay --from 2026-03-02 --to 2026-03-03
      plumbline replay --from 2026-03-02T06:00 --to 2026-03-02T14:00 --rules trial.yaml --json
      plumbline replay --from 2026-03-02 --to 2026-03-09 --rule trunk-deep-bend --at-most 5
    """
    if (name is None) != (at_most is None):
        raise click.UsageError("--rule and --at-most go together.")
    settings = load(path)
    rules = _rules(settings, wanted, pack)
    question = Question(
        *_span(begin, end, settings.site.zone),
        rules,
        {camera.name: contexts_of(camera) for camera in settings.cameras},
        settings.site.zone,
        [Shift(s.name, s.begins) for s in settings.site.shifts] or WHOLE_DAY,
        as_then=pack is None,
        limit=None if name is None or at_most is None else (_known(name, rules), at_most),
    )
    with store(settings) as sessions, sessions() as session:
        found = answer(question, keep_of(settings).recordings, session)
    for reason in found.damaged:
        click.echo(f"plumbline: {reason}", err=True)
    if as_object:
        click.echo(json.dumps(as_json(found), allow_nan=False))
    else:
        click.echo("\n".join(as_text(found)))


def _rules(
    settings: Settings, wanted: str | None, pack: Path | None
) -> Mapping[str, Sequence[Rule]]:
    """By camera."""
    trial = None if pack is None else read_pack(pack)
    return {
        camera.name: rules_of(camera, settings) if trial is None else rules_by(trial, camera)
        for camera in _cameras(settings, wanted)
    }


def _cameras(settings: Settings, wanted: str | None) -> Sequence[Camera]:
    chosen = [camera for camera in settings.cameras if wanted in (None, camera.name)]
    if not chosen:
        known = [camera.name for camera in settings.cameras]
        raise InputError(f"--camera: there is no {_nearest(str(wanted), known)}")
    return chosen


def _known(name: str, rules: Mapping[str, Sequence[Rule]]) -> str:
    known = list(dict.fromkeys(rule.name for each in rules.values() for rule in each))
    if name not in known:
        raise InputError(f"--rule: there is no {_nearest(name, known)}")
    return name


def _nearest(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word, known, 1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"{word!r}; {hint}there are: {', '.join(known)}"


LONGEST = timedelta(days=366)


def _span(begin: str, end: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    since, until = _moment("--from", begin, zone), _moment("--to", end, zone)
    if since >= until:
        raise InputError(f"--from {begin} is not before --to {end}")
    if until - since > LONGEST:
        raise InputError(f"--from {begin} --to {end} is more than a year; ask for less")
    return since, until


def _moment(option: str, text: str, zone: ZoneInfo) -> datetime:
    """UTC; a time without an offset is the site's."""
    try:
        said = datetime.fromisoformat(text)
        if not 1970 < said.year < 9000:
            raise ValueError("no such year here")
    except ValueError as e:
        raise InputError(
            f"{option} {text}: is no date or time; say 2026-03-02 or 2026-03-02T06:00"
        ) from e
    return (said if said.tzinfo else said.replace(tzinfo=zone)).astimezone(UTC)
