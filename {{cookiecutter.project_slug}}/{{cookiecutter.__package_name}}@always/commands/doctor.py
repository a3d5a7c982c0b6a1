"""``flask doctor``: is everything as it should be, and if not, what mends it.

It is also an entry point of the ``flask`` command, so that it speaks where the service itself refuses to start.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import NamedTuple

import click
from flask import Flask
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import ServiceUnavailable

from ..auth import identity
from ..checks import CHECKS
from ..findings import Check, NotLooked
from ..settings import InForce, Settings, StartRefused, load
from . import table

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
        in_force = load(Settings, identity.Settings, environ=environ)
        app = _assembled(in_force)
    except StartRefused as refused:
        yield Line("failure", "settings", refused.message.rstrip("."), "docs/settings.md tells what each setting takes")
        return
    yield Line("ok", "settings", "each is known and fits")
    with app.app_context(), closing(app.extensions["database"]):
        for check in CHECKS:
            lines = list(_looked(check, app))
            yield from lines or [Line("ok", check.name, check.fine)]


def _looked(check: Check, app: Flask) -> Iterator[Line]:
    try:
        for finding in check.look(app):
            yield Line("failure" if finding.grave else "warning", check.name, finding.told, finding.mend)
    except NotLooked as reason:
        yield Line("skipped", check.name, str(reason), FIRST)
    except (ServiceUnavailable, DBAPIError):
        yield Line("skipped", check.name, "the database does not answer, or has not its tables", FIRST)
    except Exception as error:
        # One part that is broken in a way of its own must not hide the others.
        yield Line("failure", check.name, f"it cannot be examined: {error}", FIRST)


def _assembled(in_force: InForce) -> Flask:
    # Imported late: the package that assembles the service also knows this command.
    from .. import assemble

    return assemble(in_force)
