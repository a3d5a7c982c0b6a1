"""``flask clients``: create, list, rotate and delete OAuth clients."""

import click
from limits import RateLimitItem

from ....cli import DatabaseGroup, accepts, json_option, print_json, print_records, utf8
from ....database import connect, transaction
from ....fields import Line
from ....observability import events
from ....settings.fields import Rate, to_string
from ...scopes import scopes_option
from ..events import AUTHN_PASSWORD_CHANGE, USER_CREATED, USER_DELETED
from ..server import clients as queries
from ..server import redirect_uris

clients = DatabaseGroup("clients", help="Create, list, rotate and delete OAuth clients.")


def _parse_grants(_context: click.Context, _option: click.Parameter, value: str) -> tuple[str, ...]:
    grants = tuple(dict.fromkeys(value.split()))
    if not grants or not set(grants) <= set(queries.GRANTS):
        raise click.BadParameter(f"must be one or more of {', '.join(queries.GRANTS)}")
    return grants


def _check_redirect_uris(_context: click.Context, _option: click.Parameter, uris: tuple[str, ...]) -> tuple[str, ...]:
    for uri in uris:
        if violation := redirect_uris.violation(uri):
            raise click.BadParameter(f"{uri}: {violation}")
    return uris


@clients.command("create")
@click.option("--name", required=True, callback=accepts(Line(1, 100)), help="The name that the consent page shows.")
@click.option("--grants", required=True, callback=_parse_grants, help='For example "authorization_code refresh_token".')
@click.option(
    *("--redirect-uri", "uris"), multiple=True, callback=_check_redirect_uris, help="A redirect URI; repeatable."
)
@scopes_option(meaning="The scopes of the client, separated by spaces; none by default.")
@click.option("--public", is_flag=True, help="The client cannot keep a secret: it runs in a browser or on a phone.")
@click.option("--introspects", is_flag=True, help="The client is a resource server: it may introspect all tokens.")
@click.option("--rate", callback=accepts(Rate()), help="A rate limit of its own, such as 1000/minute.")
@json_option
def create(
    name: str,
    grants: tuple[str, ...],
    uris: tuple[str, ...],
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
    if ("authorization_code" in grants) != bool(uris):
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
            redirect_uris=uris,
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
        }
        for client in found
    ]
    print_records(records, as_json)


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
    with transaction() as connection:
        queries.remove(connection, client_id)
    events.record(USER_DELETED, "an operator deleted a client", owner=client_id)
    click.echo(f"Deleted the client {name} ({client_id}).")


def _find(client_id: str) -> queries.Client:
    client = queries.find(client_id)
    if client is None:
        raise click.ClickException(f"Unknown client {client_id}. See `flask clients list`.")
    return client


def _print_credentials(client_id: str, secret: str | None, as_json: bool) -> None:
    if as_json:
        print_json({"id": client_id, "secret": secret})
        return
    click.echo(f"client_id      {client_id}")
    if secret:
        click.echo(f"client_secret  {secret}\nStore the secret now; it is not shown again.")
