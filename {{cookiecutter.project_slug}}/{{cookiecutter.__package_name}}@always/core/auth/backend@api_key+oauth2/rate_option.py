"""The option ``--rate`` of commands that create a credential."""

import click
from marshmallow import ValidationError

from ...settings.fields import Rate, to_string


def _parse(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        return to_string(Rate().deserialize(value))
    except ValidationError as error:
        raise click.BadParameter(str(error.messages[0])) from None


rate_option = click.option("--rate", callback=_parse, help="A rate limit of its own, such as 1000/minute.")
