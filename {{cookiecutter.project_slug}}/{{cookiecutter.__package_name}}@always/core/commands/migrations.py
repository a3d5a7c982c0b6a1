"""``flask db``: the commands of Flask-Alembic for the migrations, which tell in a sentence what they cannot do."""

from typing import Any

import click
from alembic.util import CommandError
from flask_alembic.cli import cli
from sqlalchemy.exc import DBAPIError


class Migrations(click.Group):
    """A group of commands on which a database or a revision may fail."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command of the group."""
        try:
            return super().invoke(ctx)
        except CommandError as error:
            raise click.ClickException(f"{error}.") from None
        except DBAPIError as error:
            told = "does not answer" if error.statement is None else "refuses"
            reason = str(error.orig).partition("\n")[0].strip(". ")
            raise click.ClickException(f"The database {told}: {reason}.") from None


command = Migrations(name="db", callback=cli.callback, params=cli.params, commands=cli.commands, help=cli.help)
