"""Alembic for this service: two branches, one transaction per command."""

import logging
import sys
from argparse import Namespace
from collections.abc import Callable
from functools import partial
from typing import Any

from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from . import engine
from .branches import ENVIRONMENT, Branches, applied_revisions

log = logging.getLogger(__name__)


class Migrator:
    """Runs the migrations of one database. Raises ``CommandError`` with a message for the user."""

    def __init__(self, branches: Branches) -> None:
        self.branches, self.engine = branches, engine.for_migrations(branches.url)

    def upgrade(self, target: str = "heads", *, allow_newer: bool = False) -> None:
        """Run the migrations up to ``target``, of both branches by default.

        With ``allow_newer``, change nothing if a newer version of the service has upgraded the database.
        """
        with self.engine.connect() as connection:
            if unknown := self.branches.unknown(connection):
                if not allow_newer or self.branches.differences(connection, allow_newer=True):
                    raise CommandError(str(unknown[0]))
                log.warning("nothing to upgrade: a newer version of the service has upgraded the database")
                return
        command.upgrade(self.config(), target)

    def downgrade(self, branch: str, target: str = "-1") -> None:
        """Revert migrations of one branch: the last N (``-N``), those after a revision, or all (``base``)."""
        owned = self.branches[branch].revisions()
        relative = target.startswith("-") or target == "base"
        if not relative and self.scripts().get_revision(target).revision not in owned:
            raise CommandError(f"Revision {target} does not belong to the {branch} branch")
        with self.engine.connect() as connection:
            if unknown := self.branches.unknown(connection):
                raise CommandError(str(unknown[0]))
            applied = applied_revisions(connection) & owned.keys()
        if not applied:
            raise CommandError(f"The {branch} branch of the database is at its base: nothing to downgrade")
        if len(applied) > 1 and target != "base":
            raise CommandError(f"The {branch} branch has several heads: run `flask db merge --branch {branch}`")
        command.downgrade(self.config(), f"{branch}@{target}" if relative else target)

    def changes(self, branch: str, connection: Connection) -> list[str]:
        """Return the changes of one branch's models that no migration contains."""
        options = self._options(branch)
        migration_context = MigrationContext.configure(connection, opts=options)
        return [_describe(change) for change in compare_metadata(migration_context, options["target_metadata"])]

    def scripts(self) -> ScriptDirectory:
        """Return the migrations of both branches."""
        return ScriptDirectory.from_config(self.config())

    def config(self, branch: str = "service", *, quiet: bool = False, **options: Any) -> Config:
        """Return Alembic's configuration. A command that compares models compares those of ``branch``.

        The options are those of Alembic's ``context.configure``.
        """
        run = partial(self._run, {**self._options(branch), **options})
        config = Config(stdout=sys.stdout, cmd_opts=Namespace(quiet=quiet), attributes={"run": run})
        main_options = {
            "script_location": ENVIRONMENT,
            "version_locations": "\n".join(str(each.folder) for each in self.branches.values()),
            "path_separator": "newline",
        }
        for name, value in main_options.items():
            config.set_main_option(name, str(value).replace("%", "%%"))
        return config

    def _options(self, branch: str) -> dict[str, Any]:
        """Return the options of Alembic for comparing the models of a branch."""
        return {
            "target_metadata": self.branches[branch].metadata,
            "include_name": self._tables_of(branch),
            "compare_server_default": True,
            "autogenerate_plugins": ["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"],
        }

    def _tables_of(self, branch: str) -> Callable[..., bool]:
        """Accept the tables that belong to the branch: others, such as those of an extension, are never dropped."""
        models = {name: each.metadata.tables.keys() for name, each in self.branches.items()}
        own = models.pop(branch)
        names = own | self.branches[branch].created_tables().difference(*models.values())
        return lambda name, kind, _parents: kind != "table" or name in names

    def _run(self, options: dict[str, Any]) -> None:
        """Run one command inside one transaction: a migration that fails changes nothing."""
        with self.engine.connect() as connection:
            context.configure(connection=connection, transactional_ddl=True, **options)
            with context.begin_transaction():
                context.run_migrations()


def _describe(change: Any) -> str:
    """Return one line for a change, as Alembic's ``compare_metadata`` returns it: a tuple, or a list of tuples."""
    kind, *subjects = change[0] if isinstance(change, list) else change
    names = [str(getattr(subject, "name", subject)) for subject in subjects if subject is not None]
    return f"{kind.replace('_', ' ')}: {' '.join(names)}"
