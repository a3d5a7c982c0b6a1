"""``flask settings``: what every setting is, and where it comes from."""

import dataclasses
import json
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from .. import services
from ..cli import table
from ..settings import ActiveSettings
from ..settings.fields import to_string


@click.command("settings")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@with_appcontext
def command(as_json: bool) -> None:
    """Print every setting: its variable, the value in force, and where that comes from. Secrets are not shown.

    \b
    flask settings
    """
    active_settings = services.get(current_app, ActiveSettings)
    rows = [
        (
            f"APP_{field.name.upper()}",
            written(active_settings, declaration, field),
            active_settings.origins.get(field.name, "default"),
        )
        for declaration in active_settings.declarations
        for field in dataclasses.fields(declaration)
    ]
    if as_json:
        click.echo(json.dumps([dict(zip(("variable", "value", "origin"), row, strict=True)) for row in rows], indent=2))
    else:
        table.show([("VARIABLE", "VALUE", "FROM"), *rows])


def written(active_settings: ActiveSettings, declaration: type[Any], field: "dataclasses.Field[Any]") -> str:
    """Return the value in force as it could be given; only the length of a secret."""
    value = getattr(active_settings[declaration], field.name)
    if field.metadata["secret"] and value is not None:
        return f"(secret, {len(value)} characters)"
    return to_string(value)
