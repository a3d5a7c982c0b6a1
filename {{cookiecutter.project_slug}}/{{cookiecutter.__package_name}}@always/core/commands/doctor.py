"""``flask doctor``: is everything as it should be, and if not, what mends it.

It is also an entry point of the ``flask`` command, so that it speaks where the service itself refuses to start.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from importlib import import_module
from typing import NamedTuple

import click
from flask import Flask
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import ServiceUnavailable

from .. import services
from ..cli import table
from ..database import Database
from ..diagnostics import Check, Checks, Skipped, examination
from ..settings import ConfigurationError

FIRST = "mend what the other lines name first"


class Line(NamedTuple):
    """One line of the report."""

    state: str
    check: str
    told: str
    mend: str = ""


@click.command("doctor")
@click.option("--production", is_flag=True, help="Examine as if the service ran in production.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def command(production: bool, as_json: bool) -> None:
    """Look at everything that can be wrong around the service; exit with 1 when something grave is.

    \b
    flask doctor --production
    """
    lines = list(examine({**os.environ, **({"APP_ENVIRONMENT": "production"} if production else {})}))
    if as_json:
        click.echo(json.dumps([line._asdict() for line in lines], indent=2))
    else:
        table.show([(line.state, line.check, f"{line.told}{line.mend and f'; {line.mend}'}") for line in lines])
    sys.exit(1 if any(line.state == "failure" for line in lines) else 0)


def examine(environ: Mapping[str, str]) -> Iterator[Line]:
    """Give a line for each finding, and one for each check that found nothing or could not look."""
    try:
        service = _examined(environ)
    except ConfigurationError as refused:
        yield Line("failure", "settings", refused.message.rstrip("."), "docs/settings.md tells what each setting takes")
        return
    yield Line("ok", "settings", "each is known and fits")
    with service.app_context(), closing(services.get(service, Database)):
        for check in services.get(service, Checks):
            lines = list(_looked(check, service))
            yield from lines or [Line("ok", check.name, check.ok)]


def _looked(check: Check, service: Flask) -> Iterator[Line]:
    try:
        for finding in check.run(service):
            yield Line(
                "failure" if finding.severity == "error" else "warning", check.name, finding.message, finding.hint
            )
    except Skipped as reason:
        yield Line("skipped", check.name, str(reason), FIRST)
    except (ServiceUnavailable, DBAPIError):
        yield Line("skipped", check.name, "the database does not answer, or has not its tables", FIRST)
    except Exception as error:
        # One part that is broken in a way of its own must not hide the others.
        yield Line("failure", check.name, f"it cannot be examined: {error}", FIRST)


def _examined(environ: Mapping[str, str]) -> Flask:
    # The owner's package assembles the service, and it imports this one.
    package = import_module(__package__.partition(".")[0])
    with examination():
        service: Flask = package.create_app(environ)
    return service
