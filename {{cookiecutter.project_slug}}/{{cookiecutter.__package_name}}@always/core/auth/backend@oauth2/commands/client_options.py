"""Options of ``flask clients`` and their checks."""

import click

from ....cli import accepts
from ....fields import Line
from ....settings.fields import Rate
from ..server import clients, redirect_uris

accepts_name = accepts(Line(1, 100))
rate_option = click.option("--rate", callback=accepts(Rate()), help="A rate limit of its own, such as 1000/minute.")


def parse_grants(_context: click.Context, _option: click.Parameter, value: str) -> tuple[str, ...]:
    """Return the grants of a client without duplicates."""
    grants = tuple(dict.fromkeys(value.split()))
    if not grants or not set(grants) <= set(clients.GRANTS):
        raise click.BadParameter(f"must be one or more of {', '.join(clients.GRANTS)}")
    return grants


def _check_redirect_uris(_context: click.Context, _option: click.Parameter, uris: tuple[str, ...]) -> tuple[str, ...]:
    for uri in uris:
        if violation := redirect_uris.violation(uri):
            raise click.BadParameter(f"{uri}: {violation}")
    return uris


redirect_uris_option = click.option(
    *("--redirect-uri", "redirect_uris"),
    multiple=True,
    callback=_check_redirect_uris,
    help="A redirect URI; repeatable.",
)
