"""``flask doctor``: check the deployment and print how to fix each problem.

The ``flask`` command also finds it as an entry point of the package, so that it works if the application cannot start.
"""

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
from ..checks import UnsafeConfiguration
from ..cli import json_option, print_json, print_table
from ..database import Database
from ..diagnostics import Check, Checks, Skipped
from ..settings import ActiveSettings, ConfigurationError

FIRST = "fix the failures above first"


class Result(NamedTuple):
    """One line of the report. ``status`` is ``ok``, ``warning``, ``error`` or ``skipped``."""

    status: str
    check: str
    message: str
    hint: str = ""


@click.command("doctor")
@click.option("--production", is_flag=True, help="Apply the rules of production.")
@json_option
def command(production: bool, as_json: bool) -> None:
    """Check the deployment and print how to fix each problem; exit with status 1 if there is an error.

    \b
    flask doctor --production
    """
    results = list(examine({**os.environ, **({"APP_ENVIRONMENT": "production"} if production else {})}))
    if as_json:
        print_json([result._asdict() for result in results])
    else:
        print_table([(each.status, each.check, "; ".join(filter(None, each[2:]))) for each in results])
    sys.exit(1 if any(result.status == "error" for result in results) else 0)


def examine(environ: Mapping[str, str]) -> Iterator[Result]:
    """Yield a result for each finding, and one for each check without findings."""
    package = import_module(str(__package__).partition(".")[0])  # late, because it imports this module
    try:
        app: Flask = package.create_app(environ)
    except UnsafeConfiguration as error:
        app = error.app
    except ConfigurationError as error:
        yield Result("error", "settings", error.message.rstrip("."), "see docs/settings.md")
        return
    warnings = services.get(app, ActiveSettings).warnings
    yield from [Result("warning", "settings", warning.rstrip(".")) for warning in warnings] or [
        Result("ok", "settings", "all settings are known and valid")
    ]
    with app.app_context(), closing(services.get(app, Database)):
        for check in services.get(app, Checks):
            results = list(_run(check, app))
            yield from results or [Result("ok", check.name, check.ok)]


def _run(check: Check, app: Flask) -> Iterator[Result]:
    try:
        for finding in check.run(app):
            yield Result(finding.severity, check.name, finding.message, finding.hint)
    except Skipped as reason:
        yield Result("skipped", check.name, str(reason), FIRST)
    except (ServiceUnavailable, DBAPIError):
        yield Result("skipped", check.name, "the database is unreachable or not migrated", FIRST)
    except Exception as error:
        # A defect in one check must not hide the results of the others.
        yield Result("error", check.name, f"the check failed: {error!r}", FIRST)
