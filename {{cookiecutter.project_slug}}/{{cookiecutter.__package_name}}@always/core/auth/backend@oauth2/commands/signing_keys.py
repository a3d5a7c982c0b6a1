"""``flask signing-keys``: list, rotate and delete the keys that sign access tokens."""

import click

from ....cli import argument
from ....cli.database_group import DatabaseGroup
from ....clock import now
from ....database import AnyRow, connect, transaction
from ....observability import events
from .. import cache
from ..server import signing_keys as keys
from . import printing

signing_keys = DatabaseGroup("signing-keys", help="List, rotate and delete the keys that sign access tokens.")


@signing_keys.command("list")
@printing.as_json
def list_(as_json: bool) -> None:
    """Print the keys that are published, newest first. One that is lost was sealed under another APP_SECRET_KEY.

    \b
    flask signing-keys list
    """
    with connect() as connection:
        rows = keys.published(connection)
    signer = next((row.id for row in rows if row.signs_from <= now() and keys.opened(row)), None)
    state = {row.id: "signs" if row.id == signer else _state(row) for row in rows}
    if as_json:
        names = ("id", "created_at", "signs_from", "retires_at")
        printing.dump([{name: getattr(row, name) for name in names} | {"state": state[row.id]} for row in rows])
        return
    printing.table(
        ("ID", "STATE", "CREATED", "SIGNS FROM", "RETIRES"),
        [(row.id, state[row.id], row.created_at, row.signs_from, row.retires_at) for row in rows],
    )


@signing_keys.command("rotate")
@click.option("--now", "at_once", is_flag=True, help="Sign with it at once: when the one before has leaked.")
def rotate(at_once: bool) -> None:
    """Make a key that follows the present one, which stays published until its last token has ended.

    \b
    flask signing-keys rotate
    """
    with transaction() as connection:
        kid = keys.rotate(connection, at_once=at_once)
    events.record("authn_token_created", "a signing key was made", credential=kid)
    click.echo(f"The key {kid} is published{' and signs from now on' if at_once else ', and signs in a while'}.")


# An id may begin with a dash.
@signing_keys.command("delete", context_settings={"ignore_unknown_options": True})
@click.argument("key_id", metavar="ID", callback=argument.text)
@click.confirmation_option(prompt="Delete the key? Every token that it signed ends now.")
def delete(key_id: str) -> None:
    """Delete a key now, with the worth of every token that it signed: when it has leaked.

    \b
    flask signing-keys delete 5vT0_8mCw8n9nbmUbkLpYn4b8dTm5mYQ8wO1ZtqGJrA
    """
    with transaction() as connection:
        found = keys.remove(connection, key_id)
    cache.forget()
    if not found:
        raise click.ClickException(f"There is no key {key_id}.")
    events.record("authn_token_revoked", "a signing key was deleted", credential=key_id)
    click.echo(f"The key {key_id} is deleted.")


def _state(row: AnyRow) -> str:
    """Return what a key does that does not sign."""
    if keys.opened(row) is None:
        return "lost"
    return "waits" if row.signs_from > now() else "retires"
