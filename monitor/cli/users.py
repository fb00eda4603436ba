"""`plumbline users`"""

from pathlib import Path

import click

from monitor.cli.opened import store
from monitor.clock import SystemClock
from monitor.settings import load
from monitor.store import users

password = click.password_option(help="Asked for when left out.")


@click.group()
def command() -> None:
    """Who may see the pages. The first user, admin, is made when Plumbline first starts.

    \b
      plumbline users add anna
      plumbline users password admin      a forgotten password is set anew
      plumbline users remove anna
      plumbline users list
    """


@command.command()
@click.argument("name")
@password
@click.pass_obj
def add(path: Path, name: str, password: str) -> None:
    """Let NAME see the pages."""
    with store(load(path)) as sessions, sessions() as session, session.begin():
        users.add(session, name, password, SystemClock().now())
    click.echo(f"{name} may log in")


@command.command("password")
@click.argument("name")
@password
@click.pass_obj
def set_password(path: Path, name: str, password: str) -> None:
    """Set the password of NAME anew; open logins of NAME end."""
    with store(load(path)) as sessions, sessions() as session, session.begin():
        users.set_password(session, name, password)
    click.echo(f"password of {name} set")


@command.command()
@click.argument("name")
@click.pass_obj
def remove(path: Path, name: str) -> None:
    """Let NAME see the pages no longer."""
    with store(load(path)) as sessions, sessions() as session, session.begin():
        users.remove(session, name)
    click.echo(f"{name} removed")


@command.command("list")
@click.pass_obj
def list_users(path: Path) -> None:
    """Everybody who may see the pages."""
    with store(load(path)) as sessions, sessions() as session:
        for user in users.everyone(session):
            click.echo(f"{user.name}  since {user.created_at:%Y-%m-%d}")
