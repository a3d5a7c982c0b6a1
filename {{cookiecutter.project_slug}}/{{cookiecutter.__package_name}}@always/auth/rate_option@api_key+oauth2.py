"""How a command takes the rate that a credential brings."""

import click
from limits import parse


def _checked(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    try:
        return text if text is None or parse(text).amount > 0 else None
    except ValueError:
        raise click.BadParameter("give a rate such as 1000/minute") from None


rate_option = click.option("--rate", callback=_checked, help="A rate of its own, such as 1000/minute.")
