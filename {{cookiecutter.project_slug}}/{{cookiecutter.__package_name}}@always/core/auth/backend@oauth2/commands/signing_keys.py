"""``flask signing-keys``: list, rotate and delete the keys that sign access tokens."""

import click

from ....cli import DatabaseGroup, json_option, print_records, utf8
from ....clock import now
from ....database import AnyRow, connect, transaction
from ....observability import events
from ..events import AUTHN_TOKEN_CREATED, AUTHN_TOKEN_REVOKED
from ..server import signing_keys as queries

signing_keys = DatabaseGroup("signing-keys", help="List, rotate and delete the keys that sign access tokens.")


@signing_keys.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the published keys, newest first; those that retire are at the end.

    \b
    States: "signing" now, "pending" until it signs, "retiring" until its last token has expired,
    "undecryptable" with the current APP_SECRET_KEY.
    flask signing-keys list
    """
    with connect() as connection:
        rows = queries.find_published(connection)
    current = next((row.id for row in rows if row.signs_from <= now() and queries.decrypt(row)), None)
    states = {row.id: "signing" if row.id == current else _state(row) for row in rows}
    shown = ("id", "created_at", "signs_from", "retires_at")
    records = [{name: getattr(row, name) for name in shown} | {"state": states[row.id]} for row in rows]
    print_records(records, as_json)


@signing_keys.command("rotate")
@click.option("--now", "immediately", is_flag=True, help="Sign with the new key immediately: the current one leaked.")
def rotate(immediately: bool) -> None:
    """Create the next signing key. The current key stays published until its last token has expired.

    \b
    flask signing-keys rotate
    """
    with transaction() as connection:
        key_id = queries.rotate(connection, immediately=immediately)
    events.record(AUTHN_TOKEN_CREATED, "an operator created a signing key", credential=key_id)
    start = "signs from now on" if immediately else "signs after the publication time ([tokens] publish_minutes)"
    click.echo(f"The key {key_id} is published and {start}.")


# The id may begin with a dash.
@signing_keys.command("delete", context_settings={"ignore_unknown_options": True})
@click.argument("key_id", metavar="ID", callback=utf8)
@click.confirmation_option(prompt="Delete the key and invalidate every token that it signed?")
def delete(key_id: str) -> None:
    """Delete a key that has leaked. Every token that it signed becomes invalid.

    \b
    flask signing-keys delete 5vT0_8mCw8n9nbmUbkLpYn4b8dTm5mYQ8wO1ZtqGJrA
    """
    with transaction() as connection:
        existed = queries.remove(connection, key_id)
    if not existed:
        raise click.ClickException(f"Unknown key {key_id}. See `flask signing-keys list`.")
    events.record(AUTHN_TOKEN_REVOKED, "an operator deleted a signing key", credential=key_id)
    click.echo(f"Deleted the key {key_id}.")


def _state(row: AnyRow) -> str:
    """Return the state of a key that is not the current one."""
    if queries.decrypt(row) is None:
        return "undecryptable"
    return "pending" if row.signs_from > now() else "retiring"
