"""``flask clients``: create, list, change, rotate and delete OAuth clients."""

from typing import Any

import click
from limits import RateLimitItem

from ....cli import DatabaseGroup, json_option, print_json, print_records, utf8
from ....clock import now
from ....database import connect, transaction
from ....observability import events
from ....settings.fields import to_string
from ...scopes import scopes_option
from ..events import AUTHN_PASSWORD_CHANGE, PRIVILEGE_PERMISSIONS_CHANGED, USER_CREATED, USER_DELETED
from ..server import clients as queries
from .client_options import accepts_name, parse_grants, rate_option, redirect_uris_option

clients = DatabaseGroup("clients", help="Create, list, change, rotate and delete OAuth clients.")


@clients.command("create")
@click.option("--name", required=True, callback=accepts_name, help="The name that the consent page shows.")
@click.option("--grants", required=True, callback=parse_grants, help='For example "authorization_code refresh_token".')
@redirect_uris_option
@scopes_option(meaning="The scopes of the client, separated by spaces; none by default.")
@click.option("--public", is_flag=True, help="The client cannot keep a secret: it runs in a browser or on a phone.")
@click.option("--introspects", is_flag=True, help="The client is a resource server: it may introspect all tokens.")
@rate_option
@json_option
def create(
    name: str,
    grants: tuple[str, ...],
    redirect_uris: tuple[str, ...],
    scopes: tuple[str, ...] | None,
    public: bool,
    introspects: bool,
    rate: RateLimitItem | None,
    as_json: bool,
) -> None:
    """Create a client and print its id and secret. The secret is shown only once.

    \b
    flask clients create --name Shop --grants "authorization_code refresh_token" \\
          --redirect-uri https://shop.example/callback --scopes admin
    flask clients create --name nightly --grants client_credentials --scopes admin
    """
    if ("authorization_code" in grants) != bool(redirect_uris):
        raise click.UsageError("The grant authorization_code requires --redirect-uri; other grants do not allow it.")
    if "refresh_token" in grants and "authorization_code" not in grants:
        raise click.UsageError("The grant refresh_token requires the grant authorization_code.")
    if public and ("client_credentials" in grants or introspects):
        raise click.UsageError("A public client cannot use client_credentials or --introspects: it has no secret.")
    with transaction() as connection:
        client_id, secret = queries.add(
            connection,
            name=name,
            grants=grants,
            redirect_uris=redirect_uris,
            scopes=scopes or (),
            public=public,
            introspects=introspects,
            rate=to_string(rate) if rate else None,
        )
    events.record(USER_CREATED, "an operator created a client", owner=client_id)
    _print_credentials(client_id, secret, as_json)


@clients.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List all clients.

    \b
    flask clients list
    """
    with connect() as connection:
        found = queries.find_all(connection)
    records = [
        {
            "id": client.id,
            "name": client.name,
            "public": client.is_public,
            "introspects": client.introspects,
            "grants": sorted(client.grants),
            "redirect_uris": sorted(client.redirect_uris),
            "scopes": sorted(client.scopes),
            "rate": client.rate,
            "created_at": client.created_at,
            "locked_at": client.locked_at,
        }
        for client in found
    ]
    print_records(records, as_json)


@clients.command("change")
@click.argument("client_id", metavar="ID", callback=utf8)
@click.option("--name", callback=accepts_name, help="The name that the consent page shows.")
@redirect_uris_option
@scopes_option(meaning="All scopes of the client, separated by spaces.")
@rate_option
@click.option("--no-rate", is_flag=True, help="Remove the rate limit of its own.")
@click.option("--locked/--unlocked", default=None, help="Reject the client and all its tokens, or accept them again.")
def change(
    client_id: str, rate: RateLimitItem | None, no_rate: bool, locked: bool | None, **options: str | tuple[str, ...]
) -> None:
    """Change a client. Other options keep their value; existing tokens lose the scopes that the client loses.

    \b
    flask clients change 3f0b7c1d52a94e8e86d1c0 --scopes admin --rate 1000/minute
    """
    client = _find(client_id)
    changes: dict[str, Any] = {name: value for name, value in options.items() if value}
    if rate or no_rate:
        changes["rate"] = to_string(rate) if rate else None
    if locked is not None:
        changes["locked_at"] = now() if locked else None
    if not changes:
        raise click.UsageError("Nothing to change. See `flask clients change --help`.")
    if "redirect_uris" in changes and "authorization_code" not in client.grants:
        raise click.UsageError("Only a client with the grant authorization_code can have a redirect URI.")
    with transaction() as connection:
        queries.change(connection, client_id, **changes)
    events.record(
        PRIVILEGE_PERMISSIONS_CHANGED,
        "an operator changed a client",
        owner=client_id,
        before=_summary({name: getattr(client, name) for name in changes}),
        after=_summary(changes),
    )
    click.echo(f"Changed the client {client.name} ({client_id}).")


@clients.command("rotate")
@click.argument("client_id", metavar="ID", callback=utf8)
@json_option
def rotate(client_id: str, as_json: bool) -> None:
    """Replace a client's secret and print the new one. The old secret stops working immediately.

    \b
    flask clients rotate 3f0b7c1d52a94e8e86d1c0
    """
    if _find(client_id).is_public:
        raise click.ClickException(f"The client {client_id} is public: it has no secret.")
    with transaction() as connection:
        secret = queries.rotate_secret(connection, client_id)
    events.record(AUTHN_PASSWORD_CHANGE, "an operator rotated the secret of a client", owner=client_id)
    _print_credentials(client_id, secret, as_json)


@clients.command("delete")
@click.argument("client_id", metavar="ID", callback=utf8)
@click.confirmation_option(prompt="Delete the client and revoke all its tokens?")
def delete(client_id: str) -> None:
    """Delete a client and revoke all its tokens.

    \b
    flask clients delete 3f0b7c1d52a94e8e86d1c0
    """
    name = _find(client_id).name
    queries.remove(client_id)
    events.record(USER_DELETED, "an operator deleted a client", owner=client_id)
    click.echo(f"Deleted the client {name} ({client_id}).")


def _find(client_id: str) -> queries.Client:
    """Return a client, even if it is locked."""
    with connect() as connection:
        client = next((client for client in queries.find_all(connection) if client.id == client_id), None)
    if client is None:
        raise click.ClickException(f"Unknown client {client_id}. See `flask clients list`.")
    return client


def _summary(values: dict[str, Any]) -> str:
    texts = {name: " ".join(sorted(v)) if isinstance(v, frozenset | tuple) else str(v) for name, v in values.items()}
    return ", ".join(f"{name}: {text}" for name, text in texts.items())


def _print_credentials(client_id: str, secret: str | None, as_json: bool) -> None:
    if as_json:
        print_json({"id": client_id, "secret": secret})
        return
    click.echo(f"client_id      {client_id}")
    if secret:
        click.echo(f"client_secret  {secret}\nStore the secret now; it is not shown again.")
