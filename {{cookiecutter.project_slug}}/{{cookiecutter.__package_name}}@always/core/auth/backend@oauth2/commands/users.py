"""``flask users``: create, list, change, lock and delete users."""

import sys

import click
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from ....cli import DatabaseGroup, accepts, json_option, print_json, print_records, utf8
from ....database import AnyRow, connect, transaction
from ....fields import Email
from ....observability import events
from ...scopes import current_scopes, scopes_option
from ..accounts import passwords
from ..accounts import users as queries
from ..events import (
    AUTHN_LOGIN_LOCK,
    AUTHN_PASSWORD_CHANGE,
    PRIVILEGE_PERMISSIONS_CHANGED,
    USER_CREATED,
    USER_DELETED,
    USER_UPDATED,
)

users = DatabaseGroup("users", help="Create, list, change, lock and delete users.")
password_stdin = click.option("--password-stdin", "from_stdin", is_flag=True, help="Read the password from stdin.")


@users.command("create")
@click.argument("name")
@click.option("--email", required=True, callback=accepts(Email()), help="The user's email address.")
@scopes_option(meaning="The scopes that the user can grant to clients; by default those of a sign-up.")
@password_stdin
@json_option
def create(name: str, email: str, scopes: tuple[str, ...] | None, from_stdin: bool, as_json: bool) -> None:
    """Create a user. The command prompts for the password.

    \b
    flask users create ada --email ada@example.com
    """
    if not queries.NAME.fullmatch(name):
        raise click.UsageError(f"Invalid name {name!r}. {queries.NAME_RULE}")
    password_hash = _read_password(from_stdin, name, email)
    scopes = scopes or current_scopes().sign_up
    try:
        with transaction() as connection:
            user_id = queries.add(connection, name=name, email=email, password_hash=password_hash, scopes=scopes)
    except IntegrityError:
        raise click.ClickException(f"The name {name} is taken. Choose another one.") from None
    events.record(USER_CREATED, "an operator created a user", owner=user_id)
    if as_json:
        print_json({"id": user_id, "name": name, "scopes": scopes})
    else:
        click.echo(f"Created the user {name}, who can sign in now.")


@users.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List all users.

    \b
    flask users list
    """
    with connect() as connection:
        rows = queries.find_all(connection)
    shown = ("name", "id", "email", "created_at", "locked_at")
    records = [{name: getattr(row, name) for name in shown} | {"scopes": sorted(row.scopes)} for row in rows]
    print_records(records, as_json)


@users.command("grant")
@click.argument("name", callback=utf8)
@scopes_option(meaning="All scopes of the user, separated by spaces.", required=True)
def grant(name: str, scopes: tuple[str, ...]) -> None:
    """Replace a user's scopes. Existing tokens lose the scopes that the user loses.

    \b
    flask users grant ada --scopes admin
    """
    with transaction() as connection:
        user = _find(connection, name)
        queries.set_scopes(connection, user.id, scopes)
    events.record(
        PRIVILEGE_PERMISSIONS_CHANGED,
        "an operator changed the scopes of a user",
        owner=user.id,
        before=" ".join(sorted(user.scopes)),
        after=" ".join(sorted(scopes)),
    )
    click.echo(f"The user {name} now has the scopes {' '.join(scopes)}.")


@users.command("set-password")
@click.argument("name", callback=utf8)
@password_stdin
def set_password(name: str, from_stdin: bool) -> None:
    """Set a user's password, and revoke all sessions and tokens of the user.

    \b
    flask users set-password ada
    """
    with connect() as connection:
        user = _find(connection, name)
    password_hash = _read_password(from_stdin, name, user.email)
    with transaction() as connection:
        queries.reset_password(connection, user.id, password_hash)
    events.record(AUTHN_PASSWORD_CHANGE, "an operator set the password of a user", owner=user.id)
    click.echo(f"Set the password of {name}. All sessions and tokens of the user are revoked.")


@users.command("lock")
@click.argument("name", callback=utf8)
def lock(name: str) -> None:
    """Prevent a user from signing in, and revoke all sessions and tokens of the user.

    \b
    flask users lock ada
    """
    with transaction() as connection:
        user = _find(connection, name)
        queries.lock(connection, user.id)
    events.record(AUTHN_LOGIN_LOCK, "an operator locked a user", owner=user.id)
    click.echo(f"Locked {name}. All sessions and tokens of the user are revoked.")


@users.command("unlock")
@click.argument("name", callback=utf8)
def unlock(name: str) -> None:
    """Allow a locked user to sign in again.

    \b
    flask users unlock ada
    """
    with transaction() as connection:
        user = _find(connection, name)
        queries.unlock(connection, user.id)
    events.record(USER_UPDATED, "an operator unlocked a user", owner=user.id)
    click.echo(f"Unlocked {name}.")


@users.command("delete")
@click.argument("name", callback=utf8)
@click.confirmation_option(prompt="Delete the user with all sessions, tokens and data?")
def delete(name: str) -> None:
    """Delete a user with all sessions, tokens and data.

    \b
    flask users delete ada
    """
    with connect() as connection:
        user = _find(connection, name)
    queries.remove(user.id)
    events.record(USER_DELETED, "an operator deleted a user", owner=user.id)
    click.echo(f"Deleted {name}.")


def _find(connection: Connection, name: str) -> AnyRow:
    user = queries.find_by_name(connection, name)
    if user is None:
        raise click.ClickException(f"Unknown user {name}. See `flask users list`.")
    return user


def _read_password(from_stdin: bool, name: str, email: str) -> str:
    """Read a new password from stdin or a prompt, and return its hash."""
    try:
        if from_stdin:
            password = sys.stdin.readline().rstrip("\r\n")
        else:
            password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    except UnicodeDecodeError:
        raise click.ClickException("The password is not valid UTF-8.") from None
    if violation := passwords.policy_violation(password, name=name, email=email):
        raise click.ClickException(violation)
    return passwords.hash_password(password)
