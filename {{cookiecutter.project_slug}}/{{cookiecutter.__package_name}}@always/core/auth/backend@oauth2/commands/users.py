"""``flask users``: make, list, change, lock and delete people."""

import sys

import click
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from ....cli import argument
from ....cli.database_group import DatabaseGroup
from ....database import AnyRow, connect, transaction
from ....observability import events
from .. import cache
from ..accounts import passwords
from ..accounts import users as people
from ..accounts.sign_up import FIRST_SCOPES
from . import printing

users = DatabaseGroup("users", help="Make, list, change, lock and delete people.")
from_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@users.command("create")
@click.argument("name")
@click.option("--email", required=True, callback=printing.line, help="Where the person is reached.")
@click.option(
    *("--scopes", "scopes"),
    default=" ".join(FIRST_SCOPES),
    callback=printing.scopes,
    help="What their tokens may carry.",
)
@from_stdin
@printing.as_json
def create(name: str, email: str, scopes: tuple[str, ...], password_stdin: bool, as_json: bool) -> None:
    """Make a person; the password is asked for.

    \b
    flask users create ada --email ada@example.com
    """
    if not people.NAME.fullmatch(name):
        raise click.UsageError(f"{name!r} is no name. {people.NAME_RULE}")
    password = _password(password_stdin, name, email)
    try:
        with transaction() as connection:
            user_id = people.add(connection, name=name, email=email, password=password, scopes=scopes)
    except IntegrityError:
        raise click.ClickException(f"The name {name} is taken.") from None
    events.record("user_created", "an operator made a person", owner=user_id)
    if as_json:
        printing.dump({"id": user_id, "name": name, "scopes": scopes})
    else:
        click.echo(f"{name} may sign in now.")


@users.command("list")
@printing.as_json
def list_(as_json: bool) -> None:
    """Print all people.

    \b
    flask users list
    """
    with connect() as connection:
        rows = people.every(connection)
    if as_json:
        shown = ("id", "name", "email", "created_at", "locked_at")
        printing.dump([{name: getattr(row, name) for name in shown} | {"scopes": row.scopes.split()} for row in rows])
        return
    printing.table(
        ("NAME", "ID", "EMAIL", "CREATED", "LOCKED", "SCOPES"),
        [(row.name, row.id, row.email, row.created_at, row.locked_at, row.scopes) for row in rows],
    )


@users.command("grant")
@click.argument("name", callback=argument.text)
@click.option("--scopes", required=True, callback=printing.scopes, help='Such as "items:read admin"; replaces all.')
def grant(name: str, scopes: tuple[str, ...]) -> None:
    """Say which scopes a person's tokens may carry, those that were given out too.

    \b
    flask users grant ada --scopes "items:read items:write admin"
    """
    with transaction() as connection:
        user = _found(connection, name)
        people.set_scopes(connection, user.id, scopes)
    cache.forget()
    events.record(
        "privilege_permissions_changed",
        "an operator changed the scopes of a person",
        owner=user.id,
        before=user.scopes,
        after=" ".join(sorted(scopes)),
    )
    click.echo(f"Tokens of {name} may carry: {' '.join(scopes)}.")


@users.command("set-password")
@click.argument("name", callback=argument.text)
@from_stdin
def set_password(name: str, password_stdin: bool) -> None:
    """Give a person another password, which ends their sessions and tokens.

    \b
    flask users set-password ada
    """
    with connect() as connection:
        user = _found(connection, name)
    password = _password(password_stdin, name, user.email)
    with transaction() as connection:
        people.reset_password(connection, user.id, password)
    cache.forget()
    events.record("authn_password_change", "an operator changed a password", owner=user.id)
    click.echo(f"{name} signs in with the new password from now on.")


@users.command("lock")
@click.argument("name", callback=argument.text)
def lock(name: str) -> None:
    """Keep a person out, and end their sessions and tokens.

    \b
    flask users lock ada
    """
    with transaction() as connection:
        user = _found(connection, name)
        people.lock(connection, user.id)
    cache.forget()
    events.record("authn_login_lock", "an operator locked a person", owner=user.id)
    click.echo(f"{name} is locked out; sessions and tokens have ended.")


@users.command("unlock")
@click.argument("name", callback=argument.text)
def unlock(name: str) -> None:
    """Let a person sign in again.

    \b
    flask users unlock ada
    """
    with transaction() as connection:
        user = _found(connection, name)
        people.unlock(connection, user.id)
    events.record("user_updated", "an operator unlocked a person", owner=user.id)
    click.echo(f"{name} may sign in again.")


@users.command("delete")
@click.argument("name", callback=argument.text)
@click.confirmation_option(prompt="Delete the person with sessions and tokens?")
def delete(name: str) -> None:
    """Delete a person, and their sessions and tokens. What they made stays, and is nobody's.

    \b
    flask users delete ada
    """
    with transaction() as connection:
        user = _found(connection, name)
        people.remove(connection, user.id)
    cache.forget()
    events.record("user_deleted", "an operator deleted a person", owner=user.id)
    click.echo(f"{name} is deleted.")


def _found(connection: Connection, name: str) -> AnyRow:
    row = people.named(connection, name)
    if row is None:
        raise click.ClickException(f"There is nobody of the name {name}.")
    return row


def _password(from_stdin: bool, name: str, email: str) -> str:
    """Return the hash of a password that is read or asked for."""
    try:
        text = (
            sys.stdin.readline().rstrip("\r\n")
            if from_stdin
            else click.prompt("Password", hide_input=True, confirmation_prompt=True)
        )
    except UnicodeDecodeError:
        raise click.ClickException("The password is no text in UTF-8.") from None
    if fault := passwords.fault(text, name=name, email=email):
        raise click.ClickException(fault)
    return passwords.hashed(text)
