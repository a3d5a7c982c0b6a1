"""The declaration of a setting: field, meaning and default on one attribute of a dataclass."""

import dataclasses
from typing import Any

import click
from marshmallow import fields

PREFIX = "APP_"  # of the variables
Field = dataclasses.Field[Any]


class ConfigurationError(click.ClickException):
    """The reason why the service must not start, in one sentence.

    A ``ClickException`` makes every ``flask`` command print the sentence without a traceback and exit with 1.
    """


def setting(field: fields.Field[Any], meaning: str, *, default: Any = dataclasses.MISSING, secret: bool = False) -> Any:
    """Declare a setting as an attribute of a frozen dataclass.

    ``field`` converts and validates the TOML value or the string of a variable. ``meaning`` is shown in the
    documentation. A setting without ``default`` is required. A ``secret`` must not be in ``settings.toml``.
    """
    return dataclasses.field(default=default, metadata={"field": field, "meaning": meaning, "secret": secret})
