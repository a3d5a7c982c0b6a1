"""``flask settings``: the value and the source of every setting."""

import click
from flask import current_app
from flask.cli import with_appcontext

from .. import services
from ..cli import json_option, print_records
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
            "variable": f"APP_{name.upper()}",
            "value": _shown(value, secret=active_settings.fields[name].metadata["secret"]),
            "source": active_settings.raw[name].source if name in active_settings.raw else "default",
        }
        for name, value in active_settings.values.items()
    ]
    print_records(records, as_json)
    for warning in active_settings.warnings:
        click.echo(f"Warning: {warning}", err=True)


def _shown(value: object, *, secret: bool) -> str:
    """Return the value as a variable would contain it, and only the length of a secret."""
    return f"(secret, {len(str(value))} characters)" if secret and value else to_string(value)
