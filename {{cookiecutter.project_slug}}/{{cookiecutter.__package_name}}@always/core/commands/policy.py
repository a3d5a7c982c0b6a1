"""``flask policy``: what every endpoint asks of its callers, and what it may answer."""

import json

import click
from flask import current_app
from flask.cli import with_appcontext

from ..cli import table
from ..declare.declaration import Declaration
from ..operations import operations


@click.command("policy")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@with_appcontext
def command(as_json: bool) -> None:
    """Print for each method and path who may call it, which rate limits it counts on, its body and its answers.

    \b
    flask policy
    """
    rows = [
        {
            "method": operation.method,
            "path": operation.path,
            "mark": operation.access_rule.kind,
            "scope": operation.access_rule.scope or operation.access_rule.guard or "",
            "limits": [*operation.limits, *(["exempt"] if operation.endpoint.limits.exempt else [])],
            "body": _body(operation.declaration),
            "answers": operation.statuses,
        }
        for operation in operations(current_app)
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    cells = [[_cell(value) for value in row.values()] for row in rows]
    table.show([[name.upper() for name in rows[0]], *cells])


def _body(declaration: Declaration) -> str:
    """Return the name of the body's schema, or the media type of a body without one."""
    if raw := declaration.raw_body:
        return type(raw.schema).__name__ if raw.schema else raw.media_type
    return type(declaration.body).__name__ if declaration.body else ""


def _cell(value: object) -> str:
    return (" ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)) or "-"
