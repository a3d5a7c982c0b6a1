"""How a command takes the rate that a credential brings."""

import click
from marshmallow import ValidationError

from ...settings.fields import Rate


def _checked(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return Rate.written(Rate().deserialize(text))
    except ValidationError as error:
        raise click.BadParameter(str(error.messages[0])) from None


rate_option = click.option("--rate", callback=_checked, help="A rate of its own, such as 1000/minute.")
