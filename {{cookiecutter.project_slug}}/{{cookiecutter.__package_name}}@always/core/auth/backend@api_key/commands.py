"""``flask keys``: create, list, rotate and revoke keys."""

from datetime import UTC, datetime

import click
from flask import current_app
from limits import RateLimitItem
from sqlalchemy import Connection

from ...cli import DatabaseGroup, accepts, json_option, print_json, print_table, utf8
from ...clock import now
from ...database import AnyRow, connect, transaction
from ...fields import Line
from ...settings import get_settings
from ...settings.fields import Rate, to_string
from ..scopes import scopes_option
from . import issuing, queries
from .schemas import KeySchema
from .settings import MAX_DAYS, MAX_OVERLAP_HOURS, KeySettings

OPERATOR = "operator"
DATES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M"]
keys = DatabaseGroup("keys", help="Create, list, rotate and revoke API keys.")
COMMANDS = (keys,)


@keys.command("create")
@click.option("--name", required=True, callback=accepts(Line(1, 64)), help="The purpose of the key.")
@scopes_option(meaning="The scopes of the key, separated by spaces; none by default.")
@click.option("--owner", callback=accepts(Line(1, 64)), help="The owner of the key; by default the name of the key.")
@click.option("--expires-in", "days", type=click.IntRange(1, MAX_DAYS), help="The lifetime in days.")
@click.option("--not-before", type=click.DateTime(DATES), help="The start of the validity, in UTC.")
@click.option("--rate", callback=accepts(Rate()), help="A rate limit of its own, such as 1000/minute.")
@json_option
def create(
    name: str,
    scopes: tuple[str, ...] | None,
    owner: str | None,
    days: int | None,
    not_before: datetime | None,
    rate: RateLimitItem | None,
    as_json: bool,
) -> None:
    """Create a key and print it. It is shown only once.

    \b
    flask keys create --name ci --scopes keys:manage --owner build --expires-in 30
    """
    maximum = get_settings(current_app, KeySettings).keys_max_days
    if days and days > maximum:
        raise click.BadParameter(f"must be at most {maximum}, the maximum lifetime of a key", param_hint="--expires-in")
    try:
        with transaction() as connection:
            if owner is None and queries.owner_exists(connection, name, registered=True):
                raise click.UsageError(f"A user registered as {name}. For a key of that user, pass --owner {name}.")
            issued = issuing.issue(
                connection,
                owner=owner or name,
                name=name,
                scopes=scopes or (),
                by=OPERATOR,
                days=days,
                not_before=not_before and not_before.replace(tzinfo=UTC),
                rate=to_string(rate) if rate else None,
            )
    except issuing.NotIssuable as error:
        raise click.UsageError(f"{error} Choose an earlier --not-before.") from None
    _print(issued, as_json)


@keys.command("list")
@click.option("--owner", callback=accepts(Line(1, 64)), help="List only the keys of this owner.")
@json_option
def list_(owner: str | None, as_json: bool) -> None:
    """List all keys, including revoked ones, without their secrets.

    \b
    flask keys list --owner build
    """
    rows: list[AnyRow] = []
    with connect() as connection:
        while page := queries.list_keys(connection, owner, 500, rows[-1].id if rows else None, revoked=True):
            rows += page
    if as_json:
        print_json(KeySchema(many=True).dump(rows))
        return
    heading = ("ID", "OWNER", "NAME", "STATE", "EXPIRES", "SCOPES")
    cells = [(row.id, row.owner, row.name, _state(row), row.expires_at, sorted(row.scopes)) for row in rows]
    print_table([heading, *cells])


@keys.command("show")
@click.argument("key_id", metavar="ID", callback=utf8)
def show(key_id: str) -> None:
    """Show the properties of a key, without its secret.

    \b
    flask keys show 3kTMd9zQw7La
    """
    with connect() as connection:
        row = _find(connection, key_id)
    properties = {name.replace("_", " "): getattr(row, name) for name in KeySchema().fields}
    properties |= {"scopes": " ".join(sorted(row.scopes)), "state": _state(row)}
    print_table(list(properties.items()))


@keys.command("rotate")
@click.argument("key_id", metavar="ID", callback=utf8)
@click.option("--overlap", type=click.IntRange(0, MAX_OVERLAP_HOURS), help="Hours that the old key remains valid.")
@json_option
def rotate(key_id: str, overlap: int | None, as_json: bool) -> None:
    """Create a key that replaces another one, and print it. It is shown only once.

    \b
    flask keys rotate 3kTMd9zQw7La --overlap 48
    """
    try:
        with transaction() as connection:
            issued = issuing.rotate(connection, _find(connection, key_id), by=OPERATOR, overlap_hours=overlap)
    except issuing.NotIssuable as error:
        raise click.ClickException(f"{error} Create another one.") from None
    _print(issued, as_json)


@keys.command("revoke")
@click.argument("key_id", metavar="ID", callback=utf8)
def revoke(key_id: str) -> None:
    """Revoke a key, with immediate effect.

    \b
    flask keys revoke 3kTMd9zQw7La
    """
    with transaction() as connection:
        issuing.revoke(connection, _find(connection, key_id).id, by=OPERATOR)
    click.echo(f"Revoked the key {key_id}.")


def _find(connection: Connection, key_id: str) -> AnyRow:
    row = queries.find(connection, key_id)
    if row is None:
        raise click.ClickException(f"Unknown key {key_id}. See `flask keys list`.")
    return row


def _state(row: AnyRow) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.expires_at <= now():
        return "expired"
    return "not yet valid" if row.not_before > now() else "valid"


def _print(issued: issuing.IssuedKey, as_json: bool) -> None:
    if as_json:
        print_json(issued._asdict())
        return
    click.echo(
        f"{issued.key}\nStore the key now; it is not shown again. It expires on {issued.expires_at:%Y-%m-%d %H:%M} UTC."
    )
