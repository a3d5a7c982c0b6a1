"""The two branches of migrations, core's and the service's, and what separates a database from their heads."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, MetaData

from ..diagnostics import Finding

# ruff writes double quotes in a generated migration; one written by hand may have single quotes.
CREATED_TABLE = re.compile(r"""(?:\bcreate_table\(|\brename_table\(\s*["']\w+["'],)\s*["'](\w+)["']""")


@dataclass(frozen=True)
class Branch:
    """The migrations of one folder and the tables that they create."""

    name: str
    folder: Path
    metadata: MetaData

    def contains(self, revision: Script) -> bool:
        """Return whether the revision is a file of this branch's folder."""
        return Path(revision.path).parent == self.folder

    def heads(self, scripts: ScriptDirectory) -> list[str]:
        """Return the revisions of this branch that no other revision follows."""
        return [head for head in scripts.get_heads() if self.contains(scripts.get_revision(head))]

    def created_tables(self) -> set[str]:
        """Return the names of the tables that migrations of this branch create, dropped ones included."""
        return {name for file in self.folder.glob("*.py") for name in CREATED_TABLE.findall(file.read_text("utf-8"))}


def ownership_errors(service: MetaData, core: MetaData) -> Iterator[str]:
    """Yield an error for each table of the service that has the name of a table of core or references one."""
    for table in service.tables.values():
        if table.name in core.tables:
            yield f"The service has a table {table.name}, and so has core. Rename the table of the service."
        for key in table.foreign_keys:
            target = key.target_fullname
            if target.rpartition(".")[0] in core.tables:
                yield f"{key.parent} references {target}, a table of core. Store the id as a string instead."


def applied_revisions(connection: Connection) -> set[str]:
    """Return the last revision of each branch in the database."""
    return set(MigrationContext.configure(connection).get_current_heads())


def unknown_revisions(scripts: ScriptDirectory, connection: Connection) -> list[Finding]:
    """Return a finding for each revision in the database that is in no migration of this version."""
    known = {script.revision for script in scripts.walk_revisions()}
    return [
        Finding(
            f"the database is at revision {revision}, which is not a migration of this version of the service",
            "deploy the version that contains it, or run `flask db downgrade` there first; `flask db stamp --purge`"
            " forgets a revision that no longer exists",
        )
        for revision in sorted(applied_revisions(connection) - known)
    ]


def differences(
    scripts: ScriptDirectory, branches: Sequence[Branch], connection: Connection, *, allow_newer: bool = False
) -> Iterator[Finding]:
    """Compare the revisions in the database with the heads of each branch.

    With ``allow_newer``, an unknown revision may belong to a branch that has no known one: the database was upgraded
    by a newer version of the service, and this version still runs at the same time, or again after a rollback.
    """
    applied = applied_revisions(connection)
    known = {script.revision: script for script in scripts.walk_revisions()}
    unknown = unknown_revisions(scripts, connection)
    # A branch without migrations comes last, so that it does not take the unknown revision of another one.
    for branch in sorted(branches, key=lambda each: not each.heads(scripts)):
        heads = branch.heads(scripts)
        reached = [revision for revision in applied & known.keys() if branch.contains(known[revision])]
        if len(heads) > 1:
            yield Finding(
                f"the {branch.name} branch has {len(heads)} heads: {', '.join(sorted(heads))}",
                f"run `flask db merge --branch {branch.name}`, then `flask db upgrade`",
            )
        elif allow_newer and unknown and not reached:
            unknown.pop()
        elif reached != heads:
            at = ", ".join(sorted(reached)) or "base"
            yield Finding(
                f"the {branch.name} branch of the database is at {at}; its head is {', '.join(heads) or 'base'}",
                "run `flask db upgrade`",
            )
    yield from unknown
