"""Commands that need the database, and say in a sentence when it does not serve them."""

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import ProgrammingError
from werkzeug.exceptions import ServiceUnavailable


class DatabaseGroup(AppGroup):
    """A group of such commands."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command of the group."""
        try:
            return super().invoke(ctx)
        except (ServiceUnavailable, ProgrammingError):  # a driver tells of a missing table by one or the other
            raise click.ClickException(
                "The database does not answer, or has not the tables of this version: `flask db upgrade`."
            ) from None
