"""``flask tokens``: access tokens of the local issuer, for development."""

import click
from flask import current_app
from flask.cli import AppGroup

from ...cli import accepts
from ...fields import Line
from ...settings import get_settings
from ..scopes import scopes_option
from .claims import MAX_LENGTH
from .local_issuer import LOCAL
from .settings import ProviderSettings
from .trusted_issuer import local_issuer

tokens = AppGroup("tokens", help="Issue access tokens for development.")
COMMANDS = (tokens,)


@tokens.command("issue")
@click.option("--sub", "subject", required=True, callback=accepts(Line(1, MAX_LENGTH)), help="The user of the token.")
@scopes_option(meaning="The scopes of the token, separated by spaces; none by default.")
@click.option(
    "--expires-in",
    "minutes",
    type=click.IntRange(1, 1440),
    default=60,
    show_default=True,
    help="The lifetime of the token in minutes.",
)
def issue(subject: str, scopes: tuple[str, ...] | None, minutes: int) -> None:
    """Print a token of the local issuer, which this service accepts in development only.

    \b
    flask tokens issue --sub ada --scopes admin
    """
    issuer = get_settings(current_app, ProviderSettings).provider_issuer
    if issuer != LOCAL:
        raise click.ClickException(f"APP_PROVIDER_ISSUER is {issuer}. Get tokens from that issuer.")
    click.echo(local_issuer(current_app).issue(subject, scopes or (), minutes * 60))
