"""``flask db``: the commands for the migrations of both branches.

They import Alembic when they run: every other command would need a tenth more time for it.
"""

from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import click
from flask import current_app
from sqlalchemy.exc import DBAPIError

from .. import services
from ..cli import accepts
from ..database import Branches, Database, engine
from ..fields import Line

if TYPE_CHECKING:
    from ..database.migrator import Migrator


class Migrations(click.Group):
    """A group that reports errors of Alembic and of the database in one sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command of the group."""
        from alembic.script.revision import RevisionError
        from alembic.util import CommandError

        try:
            return super().invoke(ctx)
        except (CommandError, RevisionError) as error:
            raise click.ClickException(f"{str(error).rstrip('.')}.") from None
        except DBAPIError as error:
            reason = str(error.orig).partition("\n")[0].strip(". ")
            if error.statement is not None:
                raise click.ClickException(f"The database rejected the command: {reason}.") from None
            fix = "Start it, or correct APP_DATABASE_URL."
            raise click.ClickException(f"The database is unreachable: {reason}. {fix}") from None


@click.group("db", cls=Migrations)
def command() -> None:
    """Create, run and check migrations."""


def _migrator() -> "Migrator":
    from ..database.migrator import Migrator

    return Migrator(services.get(current_app, Branches))


def _tool(name: str) -> ModuleType:
    """Return a module of ``dev``, which is not part of the image."""
    try:
        return import_module(f"dev.{name}")
    except ModuleNotFoundError as error:
        if error.name not in {"dev", f"dev.{name}"}:
            raise
        raise click.ClickException(
            "This installation has no folder `dev`. Run the command in the repository of the service."
        ) from None


def _run(name: str, **options: Any) -> None:
    """Run a command of Alembic."""
    from alembic import command

    getattr(command, name)(_migrator().config(), **options)


def _message(context: click.Context, parameter: click.Parameter, value: str) -> Any:
    return accepts(Line(1, 100))(context, parameter, " ".join(value.split()).rstrip("."))


branch_option = click.option(
    "--branch",
    type=click.Choice(["service", "core"]),
    default="service",
    show_default=True,
    help="The branch; core comes from the template.",
)


@command.command("upgrade")
@click.argument("target", default="heads")
@click.option("--allow-newer", is_flag=True, help="Succeed if a newer version has upgraded the database.")
def upgrade(target: str, allow_newer: bool) -> None:
    """Run the migrations of both branches.

    TARGET is a revision, or `service@+1` for the next one of a branch.
    """
    _migrator().upgrade(target, allow_newer=allow_newer)


@command.command("downgrade", context_settings={"ignore_unknown_options": True})
@click.argument("target", default="-1")
@branch_option
def downgrade(target: str, branch: str) -> None:
    """Revert the last migration of a branch.

    TARGET is `-N` for the last N, a revision to return to, or `base` for all.
    """
    _migrator().downgrade(branch, target)


@command.command("revision")
@click.argument("message", callback=_message)
@click.option("--empty", is_flag=True, help="Do not compare the models with the database.")
@branch_option
def revision(message: str, empty: bool, branch: str) -> None:
    """Write a migration for the changes of the models: `flask db revision "color of lamps"`."""
    _created(_tool("migrations").revision(_migrator(), branch, message, empty=empty))


@command.command("copy")
@click.argument("source")
def copy(source: str) -> None:
    """Copy all rows of another database into this one, which must be empty.

    SOURCE is the URL of the other database. Stop the service first.
    """
    copied = _tool("copying").copy_rows(engine, services.get(current_app, Branches), source)
    for table, rows in copied.items():
        click.echo(f"{rows:>10}  {table}")


@command.command("merge")
@branch_option
def merge(branch: str) -> None:
    """Write a migration that joins two heads of a branch."""
    _created(_tool("migrations").merge(_migrator(), branch))


@command.command("check")
def check() -> None:
    """Compare the database with the migrations, and the models with the database."""
    migrator, database = _migrator(), services.get(current_app, Database)
    migrator.scripts().get_heads()  # raises if the revisions contradict each other
    with database.reader.connect() as connection:
        found = [str(finding) for finding in migrator.branches.differences(connection)]
        if not found:
            for branch in migrator.branches:
                changes = migrator.changes(branch, connection)
                found += [f"No migration of the {branch} branch contains this change: {each}." for each in changes]
    click.echo("\n".join(found) or "The database, the migrations and the models match.")
    if found:
        raise SystemExit(1)


def _created(file: Path) -> None:
    click.echo(f"Created {file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file}")


def _add(name: str, meaning: str, *parameters: click.Parameter) -> None:
    """Add a command of Alembic."""
    command.add_command(click.Command(name, params=list(parameters), callback=partial(_run, name), help=meaning))


_add("current", "Print the revision of each branch in the database.")
_add("heads", "Print the newest migration of each branch.")
_add(
    "history",
    "Print all migrations, newest first.",
    click.Option(["-v", "--verbose"], is_flag=True, help="Print the files as well."),
)
_add("show", "Print one migration.", click.Argument(["rev"], metavar="TARGET"))
_add(
    "stamp",
    "Record a revision in the database without running a migration.",
    click.Argument(["revision"], metavar="[TARGET]", default="heads"),
    click.Option(["--purge"], is_flag=True, help="Remove all recorded revisions first, including unknown ones."),
)
