"""The command `plumbline`: one module a command, loaded when it is called."""

import importlib
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from monitor.errors import PlumblineError
from monitor.settings import ROOT

DEFAULT = ROOT / "config" / "plumbline.yaml"

COMMANDS = {
    "run": "Watch the cameras and serve the dashboard.",
    "dashboard": "Serve the pages alone.",
    "analyze": "Measure the postures in pictures and videos.",
    "report": "Print the report of one day.",
    "replay": "Judge what was kept again, by the same rules or others.",
    "check-config": "Check the settings without starting anything.",
    "calibrate": "How a camera hangs, and how surely that is known.",
    "status": "How the cameras are now.",
    "backup": "Copy what is kept while Plumbline runs.",
    "restore": "Put a backup in the place of the database.",
    "verify": "Check that nothing that was kept is damaged or lost.",
    "models": "Bring, add and check the pose model.",
    "users": "Who may see the pages.",
}


class Commands(click.Group):
    """Loads a command when it is named; says our own errors in words, with status 2, and ends
    quietly at Ctrl-C, with 130 as shells do."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"monitor.cli.{name.replace('-', '_')}")
        command: click.Command = module.command
        command.name = name
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        near = get_close_matches(args[0], COMMANDS, 1)
        if near and args[0] not in COMMANDS:
            ctx.fail(f"no command {args[0]!r}; did you mean {near[0]!r}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PlumblineError as e:
            click.echo(f"plumbline: {e}", err=True)
            sys.exit(2)
        except KeyboardInterrupt:
            sys.exit(130)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-s",
    "--settings",
    "path",
    type=click.Path(path_type=Path),
    default=DEFAULT,
    envvar="PLUMBLINE_SETTINGS",
    help="The file of settings; config/plumbline.yaml (the drawn camera) when left out.",
)
@click.version_option(package_name="plumbline")
@click.pass_context
def main(ctx: click.Context, path: Path) -> None:
    """Plumbline watches cameras for unsafe postures and tells nobody who.

    \b
    Try it without a camera:       plumbline run
    Look at a picture or video:    plumbline analyze photo.jpg
    Check your own settings:       plumbline -s my.yaml check-config
    """
    ctx.obj = path
