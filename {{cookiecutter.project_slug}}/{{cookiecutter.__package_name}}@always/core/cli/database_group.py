"""A group of commands that need the database."""

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import ProgrammingError
from werkzeug.exceptions import ServiceUnavailable


class DatabaseGroup(AppGroup):
    """A group that reports a database without tables, or an unreachable one, in one sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command of the group."""
        try:
            return super().invoke(ctx)
        except (ServiceUnavailable, ProgrammingError):  # which one a missing table raises depends on the driver
            raise click.ClickException(
                "The database is unreachable or not migrated. Start it, or run `flask db upgrade`."
            ) from None
