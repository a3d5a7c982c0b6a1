"""``flask tokens``: tokens of the local issuer, for development."""

import click
from flask import current_app
from flask.cli import AppGroup

from ...settings import get_settings
from ..scopes_option import scopes_option
from .claims import MAX_LENGTH
from .local_issuer import LOCAL
from .settings import ProviderSettings
from .trust import local_issuer

tokens = AppGroup("tokens", help="Issue access tokens for development.")
commands = (tokens,)


def _subject(_context: click.Context, _option: click.Parameter, text: str) -> str:
    if not text.strip() or not text.isprintable() or len(text) > MAX_LENGTH:
        raise click.BadParameter(f"give 1 to {MAX_LENGTH} printable characters")
    return text


@tokens.command("issue")
@click.option("--sub", "subject", required=True, callback=_subject, help="Whom the token is about.")
@scopes_option(meaning='Such as "items:read items:write".')
@click.option(
    "--expires-in",
    "minutes",
    type=click.IntRange(1, 1440),
    default=60,
    show_default=True,
    help="Minutes that it lives.",
)
def issue(subject: str, scopes: tuple[str, ...], minutes: int) -> None:
    """Print a token of the local issuer, which this service accepts in development only.

    \b
    flask tokens issue --sub ada --scopes "items:read items:write"
    """
    issuer = get_settings(current_app, ProviderSettings).provider_issuer
    if issuer != LOCAL:
        raise click.ClickException(f"APP_PROVIDER_ISSUER is {issuer}: tokens come from there.")
    click.echo(local_issuer(current_app).issue(subject, scopes, minutes * 60))
