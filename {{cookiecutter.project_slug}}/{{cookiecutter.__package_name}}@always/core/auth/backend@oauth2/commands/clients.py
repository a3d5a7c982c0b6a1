"""``flask clients``: make, list, rotate and delete the applications that ask for tokens."""

import click

from ....cli import argument
from ....cli.database_group import DatabaseGroup
from ....database import connect, transaction
from ....observability import events
from .. import cache
from ..rate_option import rate_option
from ..server import clients as kept
from ..server import redirects
from . import printing

clients = DatabaseGroup("clients", help="Make, list, rotate and delete applications.")


def _grants(_context: click.Context, _option: click.Parameter, text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(text.split()))
    if not found or not set(found) <= set(kept.GRANTS):
        raise click.BadParameter(f"choose from {', '.join(kept.GRANTS)}")
    return found


def _redirect_uris(_context: click.Context, _option: click.Parameter, uris: tuple[str, ...]) -> tuple[str, ...]:
    for uri in uris:
        if fault := redirects.fault(uri):
            raise click.BadParameter(f"{uri}: {fault}")
    return uris


@clients.command("create")
@click.option("--name", required=True, callback=printing.line, help="The name that people see when they are asked.")
@click.option("--grants", required=True, callback=_grants, help='Such as "authorization_code refresh_token".')
@click.option("--redirect-uri", "uris", multiple=True, callback=_redirect_uris, help="Where people are sent back to.")
@click.option("--scopes", required=True, callback=printing.scopes, help='Such as "items:read items:write".')
@click.option("--public", is_flag=True, help="It can keep no secret: it runs in a browser or on a phone.")
@click.option("--introspects", is_flag=True, help="It is a protected resource: it may ask about tokens of others.")
@rate_option
@printing.as_json
def create(
    name: str,
    grants: tuple[str, ...],
    uris: tuple[str, ...],
    scopes: tuple[str, ...],
    public: bool,
    introspects: bool,
    rate: str | None,
    as_json: bool,
) -> None:
    """Make an application and print its id and secret, once.

    \b
    flask clients create --name Shop --grants "authorization_code refresh_token" \\
          --redirect-uri https://shop.example/callback --scopes "items:read items:write"
    flask clients create --name nightly --grants client_credentials --scopes items:read
    """
    if ("authorization_code" in grants) != bool(uris):
        raise click.UsageError("A redirect URI belongs to authorization_code, and to nothing else.")
    if "refresh_token" in grants and "authorization_code" not in grants:
        raise click.UsageError("refresh_token goes with authorization_code.")
    if public and ("client_credentials" in grants or introspects):
        raise click.UsageError("A public client has no credentials: it calls for people only, and cannot introspect.")
    with transaction() as connection:
        client_id, secret = kept.add(
            connection,
            name=name,
            grants=grants,
            redirect_uris=uris,
            scopes=scopes,
            public=public,
            introspects=introspects,
            rate=rate,
        )
    events.record("user_created", "an operator made a client", owner=client_id)
    _print(client_id, secret, as_json)


@clients.command("list")
@printing.as_json
def list_(as_json: bool) -> None:
    """Print all applications, without their secrets.

    \b
    flask clients list
    """
    with connect() as connection:
        found = kept.every(connection)
    if as_json:
        printing.dump(
            [
                {
                    "id": one.id,
                    "name": one.name,
                    "public": one.public,
                    "introspects": one.introspects,
                    "grants": sorted(one.grants),
                    "redirect_uris": one.redirect_uris,
                    "scopes": sorted(one.scopes),
                    "rate": one.rate,
                    "created_at": one.created_at,
                }
                for one in found
            ]
        )
        return
    printing.table(
        ("ID", "NAME", "KIND", "INTROSPECTS", "CREATED", "GRANTS", "SCOPES", "REDIRECT URIS"),
        [
            (
                *(one.id, one.name, "public" if one.public else "confidential", "yes" if one.introspects else None),
                one.created_at,
                *(" ".join(sorted(one.grants)), " ".join(sorted(one.scopes)), " ".join(one.redirect_uris)),
            )
            for one in found
        ],
    )


@clients.command("rotate")
@click.argument("client_id", metavar="ID", callback=argument.text)
@printing.as_json
def rotate(client_id: str, as_json: bool) -> None:
    """Give an application another secret and print it, once; the one before ends now.

    \b
    flask clients rotate 3f0b7c1d52a94e8e86d1c0
    """
    if _found(client_id).public:
        raise click.ClickException("A public client has no secret.")
    with transaction() as connection:
        secret = kept.rotate(connection, client_id)
    events.record("authn_password_change", "an operator gave a client another secret", owner=client_id)
    _print(client_id, secret, as_json)


@clients.command("delete")
@click.argument("client_id", metavar="ID", callback=argument.text)
@click.confirmation_option(prompt="Delete the application with all its tokens?")
def delete(client_id: str) -> None:
    """Delete an application, and every token that it was given.

    \b
    flask clients delete 3f0b7c1d52a94e8e86d1c0
    """
    name = _found(client_id).name
    with transaction() as connection:
        kept.remove(connection, client_id)
    cache.forget()
    events.record("user_deleted", "an operator deleted a client", owner=client_id)
    click.echo(f"{name} is deleted.")


def _found(client_id: str) -> kept.Client:
    client = kept.find(client_id)
    if client is None:
        raise click.ClickException(f"There is no client {client_id}.")
    return client


def _print(client_id: str, secret: str | None, as_json: bool) -> None:
    if as_json:
        printing.dump({"id": client_id, "secret": secret})
        return
    click.echo(f"client_id      {client_id}")
    if secret:
        click.echo(f"client_secret  {secret}\nThis is the only time the secret is shown.")
