"""``flask keys``: make, list, rotate and revoke keys from the command line."""

import json
from datetime import UTC, datetime

import click
from sqlalchemy import Connection

from ...cli import argument, table
from ...cli.database_group import DatabaseGroup
from ...clock import now
from ...database import AnyRow, connect, transaction
from ..scopes_option import scopes_option
from . import issuing, queries
from .issuing import IssuedKey, NeverValid, NotRotatable
from .rate_option import rate_option
from .schemas import KeySchema
from .settings import MAX_DAYS, MAX_OVERLAP_HOURS

OPERATOR = "operator"
keys = DatabaseGroup("keys", help="Make, list, rotate and revoke API keys.")
commands = (keys,)


def _name(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    if text is not None and (not text.strip() or not text.isprintable() or len(text) > 64):
        raise click.BadParameter("a name is 1 to 64 printable characters")
    return text


@keys.command("create")
@click.option("--name", required=True, callback=_name, help="What the key is for.")
@scopes_option(meaning='Such as "items:read items:write".')
@click.option("--owner", callback=_name, help="Who the key belongs to; the name of the key when left out.")
@click.option("--expires-in", "days", type=click.IntRange(1, MAX_DAYS), help="Days that it lives.")
@click.option("--not-before", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="When it begins, in UTC.")
@rate_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def create(
    name: str,
    scopes: tuple[str, ...],
    owner: str | None,
    days: int | None,
    not_before: datetime | None,
    rate: str | None,
    as_json: bool,
) -> None:
    """Make a key and print it, once.

    \b
    flask keys create --name ci --scopes "items:read items:write" --owner build --expires-in 30
    """
    try:
        with transaction() as connection:
            issued = issuing.issue(
                connection,
                owner=owner or name,
                name=name,
                scopes=scopes,
                by=OPERATOR,
                days=days,
                not_before=not_before and not_before.replace(tzinfo=UTC),
                rate=rate,
            )
    except NeverValid:
        raise click.UsageError("The key would end before it begins.") from None
    _print(issued, as_json)


@keys.command("list")
@click.option("--owner", callback=_name, help="Only the keys of this owner.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def list_(owner: str | None, as_json: bool) -> None:
    """Print every key, without its text.

    \b
    flask keys list --owner build
    """
    rows: list[AnyRow] = []
    with connect() as connection:
        while page := queries.list_keys(connection, owner, 500, rows[-1].id if rows else None, revoked=True):
            rows += page
    if as_json:
        click.echo(json.dumps(KeySchema(many=True).dump(rows)))
        return
    table.show(
        [("ID", "OWNER", "NAME", "STATE", "EXPIRES", "SCOPES")]
        + [(row.id, row.owner, row.name, _state(row), f"{row.expires_at:%Y-%m-%d %H:%M}", row.scopes) for row in rows]
    )


@keys.command("show")
@click.argument("key_id", metavar="ID", callback=argument.text)
def show(key_id: str) -> None:
    """Print all that is known of a key, but its text.

    \b
    flask keys show 3kTMd9zQw7La
    """
    with connect() as connection:
        row = _found(connection, key_id)
    known = {name.replace("_", " "): getattr(row, name) for name in KeySchema().fields}
    table.show([(name, table.text(value)) for name, value in (known | {"state": _state(row)}).items()])


@keys.command("rotate")
@click.argument("key_id", metavar="ID", callback=argument.text)
@click.option("--overlap", type=click.IntRange(0, MAX_OVERLAP_HOURS), help="Hours that the old key lives on.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def rotate(key_id: str, overlap: int | None, as_json: bool) -> None:
    """Make a key that replaces another, and print it, once.

    \b
    flask keys rotate 3kTMd9zQw7La --overlap 48
    """
    try:
        with transaction() as connection:
            issued = issuing.rotate(connection, _found(connection, key_id), by=OPERATOR, overlap_hours=overlap)
    except NotRotatable:
        raise click.ClickException("The key is revoked, has expired or was rotated already.") from None
    _print(issued, as_json)


@keys.command("revoke")
@click.argument("key_id", metavar="ID", callback=argument.text)
def revoke(key_id: str) -> None:
    """End a key now.

    \b
    flask keys revoke 3kTMd9zQw7La
    """
    with transaction() as connection:
        issuing.revoke(connection, _found(connection, key_id).id, by=OPERATOR)
    click.echo(f"The key {key_id} is revoked.")


def _found(connection: Connection, key_id: str) -> AnyRow:
    row = queries.find(connection, key_id)
    if row is None:
        raise click.ClickException(f"There is no key {key_id}.")
    return row


def _state(row: AnyRow) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.expires_at <= now():
        return "expired"
    return "not yet" if row.not_before > now() else "valid"


def _print(issued: IssuedKey, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"id": issued.id, "key": issued.key, "expires_at": issued.expires_at.isoformat()}))
    else:
        click.echo(
            f"{issued.key}\nThis is the only time it is shown. It ends on {issued.expires_at:%Y-%m-%d %H:%M} UTC."
        )
