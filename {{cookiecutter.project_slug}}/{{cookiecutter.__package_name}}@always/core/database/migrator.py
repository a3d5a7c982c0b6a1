"""Alembic for this service: two branches, one transaction per command, generated files that pass the linter."""

import logging
import sys
from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from . import autogenerate, engine
from .branches import ENVIRONMENT, Branches, applied_revisions

log = logging.getLogger(__name__)
FILE_NAME = "%(year)d_%(month).2d_%(day).2d_%(slug)s_%(rev)s"
# Ruff fixes and formats a new migration, where it is installed.
HOOKS = {
    "hooks": "lint, format",
    "lint.type": "module",
    "lint.module": "ruff",
    "lint.options": "check --fix-only --no-cache --quiet REVISION_SCRIPT_FILENAME",
    "format.type": "module",
    "format.module": "ruff",
    "format.options": "format --no-cache --quiet REVISION_SCRIPT_FILENAME",
}


class Migrator:
    """Generates and runs the migrations of one database. Raises ``CommandError`` with a message for the user."""

    def __init__(self, branches: Branches) -> None:
        self.branches, self._engine = branches, engine.for_migrations(branches.url)

    def upgrade(self, target: str = "heads", *, allow_newer: bool = False) -> None:
        """Run the migrations up to ``target``, of both branches by default.

        With ``allow_newer``, change nothing if a newer version of the service has upgraded the database.
        """
        with self._engine.connect() as connection:
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
        with self._engine.connect() as connection:
            if unknown := self.branches.unknown(connection):
                raise CommandError(str(unknown[0]))
            applied = applied_revisions(connection) & owned.keys()
        if not applied:
            raise CommandError(f"The {branch} branch of the database is at its base: nothing to downgrade")
        if len(applied) > 1 and target != "base":
            raise CommandError(f"The {branch} branch has several heads: run `flask db merge --branch {branch}`")
        command.downgrade(self.config(), f"{branch}@{target}" if relative else target)

    def stamp(self, target: str = "heads", *, purge: bool = False) -> None:
        """Record a revision in the database without running a migration; ``purge`` removes all others first."""
        command.stamp(self.config(), target, purge=purge)

    def revision(self, branch: str, message: str, *, empty: bool = False) -> Path:
        """Write a migration and return its file; the first one of a branch creates its root."""
        owner = self.branches[branch]
        heads = owner.heads()
        if len(heads) > 1:
            raise CommandError(f"The {branch} branch has several heads: run `flask db merge --branch {branch}`")
        if not empty:
            with self._engine.connect() as connection:
                if found := self.branches.differences(connection):
                    raise CommandError(str(found[0]))
        owner.folder.mkdir(exist_ok=True)
        script = command.revision(
            self.config(branch, quiet=True),
            message,
            autogenerate=not empty,
            head=heads[0] if heads else "base",
            branch_label=None if heads else branch,
            version_path=owner.folder,
        )
        return Path(script.path)  # type: ignore[union-attr]

    def merge(self, branch: str) -> Path:
        """Write a migration that joins the heads of one branch, and return its file."""
        heads = self.branches[branch].heads()
        if len(heads) < 2:
            raise CommandError(f"The {branch} branch has one head: nothing to merge")
        script = command.merge(self.config(quiet=True), heads, f"merge {' and '.join(heads)}")
        return Path(script.path)  # type: ignore[union-attr]

    def changes(self, branch: str, connection: Connection) -> list[str]:
        """Return the changes of one branch's models that no migration contains."""
        options = self._options(branch)
        migration_context = MigrationContext.configure(connection, opts=options)
        return [_describe(change) for change in compare_metadata(migration_context, options["target_metadata"])]

    def scripts(self) -> ScriptDirectory:
        """Return the migrations of both branches."""
        return ScriptDirectory.from_config(self.config())

    def config(self, branch: str = "service", *, quiet: bool = False) -> Config:
        """Return Alembic's configuration. A command that compares models compares those of ``branch``."""
        config = Config(
            stdout=sys.stdout, cmd_opts=Namespace(quiet=quiet), attributes={"run": lambda: self._run(branch)}
        )
        options = {
            "script_location": ENVIRONMENT,
            "version_locations": "\n".join(str(each.folder) for each in self.branches.values()),
            "path_separator": "newline",
            "file_template": FILE_NAME,
            "timezone": "UTC",
        }
        for name, value in options.items():
            config.set_main_option(name, str(value).replace("%", "%%"))
        for name, value in HOOKS.items() if find_spec("ruff") else ():
            config.set_section_option("post_write_hooks", name, value)
        return config

    def _options(self, branch: str) -> dict[str, Any]:
        others = [each for each in self.branches.values() if each.name != branch]
        return autogenerate.options(self.branches[branch], others)

    def _run(self, branch: str) -> None:
        """Run one command inside one transaction: a migration that fails changes nothing."""
        with self._engine.connect() as connection:
            context.configure(connection=connection, transactional_ddl=True, **self._options(branch))
            with context.begin_transaction():
                context.run_migrations()


def _describe(change: Any) -> str:
    """Return one line for a change, as Alembic's ``compare_metadata`` returns it: a tuple, or a list of tuples."""
    kind, *subjects = change[0] if isinstance(change, list) else change
    names = [str(getattr(subject, "name", subject)) for subject in subjects if subject is not None]
    return f"{kind.replace('_', ' ')}: {' '.join(names)}"
