"""``flask policy``: the access rule, rate limits, body and responses of every endpoint."""

import click
from flask import current_app
from flask.cli import with_appcontext

from ..cli import json_option, print_records
from ..declare.declaration import Declaration
from ..operations import operations


@click.command("policy")
@json_option
@with_appcontext
def command(as_json: bool) -> None:
    """List for each method and path who may call it, its rate limits, its body and its status codes.

    \b
    flask policy
    """
    records = [
        {
            "method": operation.method,
            "path": operation.path,
            "access": operation.access_rule.kind,
            "scope": operation.access_rule.scope or operation.access_rule.guard or "",
            "limits": [*operation.limits, *(["exempt"] if operation.route_limits.exempt else [])],
            "body": _body(operation.declaration),
            "statuses": operation.statuses,
        }
        for operation in operations(current_app)
    ]
    print_records(records, as_json)


def _body(declaration: Declaration) -> str:
    """Return the name of the body's schema, or the media type of a body without one."""
    if raw := declaration.raw_body:
        return type(raw.schema).__name__ if raw.schema else raw.media_type
    return type(declaration.body).__name__ if declaration.body else ""
