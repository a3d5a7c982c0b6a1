"""``flask settings``: the value and the source of every setting."""

import dataclasses

import click
from flask import current_app
from flask.cli import with_appcontext

from .. import services
from ..cli.output import json_option, print_records
from ..settings import ActiveSettings
from ..settings.fields import to_string


@click.command("settings")
@json_option
@with_appcontext
def command(as_json: bool) -> None:
    """List every setting: its variable, its value and the source of the value. Secrets are not shown.

    \b
    flask settings
    """
    active_settings = services.get(current_app, ActiveSettings)
    records = [
        {
            "variable": f"APP_{field.name.upper()}",
            "value": _shown(field, getattr(active_settings[declaration], field.name)),
            "origin": active_settings.origins.get(field.name, "default"),
        }
        for declaration in active_settings.declarations
        for field in dataclasses.fields(declaration)
    ]
    print_records(records, as_json)


def _shown(field: "dataclasses.Field[object]", value: object) -> str:
    """Return the value as a variable would contain it, and only the length of a secret."""
    return f"(secret, {len(str(value))} characters)" if field.metadata["secret"] and value else to_string(value)
