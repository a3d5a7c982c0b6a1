"""The two branches of migrations, core's and the service's, and what separates a database from their heads.

Alembic is not imported here: a service that starts would need a tenth more time for it.
"""

import ast
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, inspect

from ..diagnostics import Finding

log = logging.getLogger(__name__)
ENVIRONMENT = Path(__file__).parent / "migrations"
# ruff writes double quotes in a generated migration; one written by hand may have single quotes.
CREATED_TABLE = re.compile(r"""(?:\bcreate_table\(|\brename_table\(\s*["']\w+["'],)\s*["'](\w+)["']""")


@dataclass(frozen=True)
class Branch:
    """The migrations of one folder and the tables that they create."""

    name: str
    folder: Path
    metadata: MetaData

    def revisions(self) -> dict[str, set[str]]:
        """Return each revision of this branch with those that it follows, as its file declares them."""
        declared = [_constants(file) for file in self.folder.glob("*.py")]
        return {each["revision"]: _parents(each.get("down_revision")) for each in declared if "revision" in each}

    def heads(self) -> list[str]:
        """Return the revisions of this branch that no other revision follows."""
        revisions = self.revisions()
        return sorted(revisions.keys() - set().union(*revisions.values()))

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


class Branches(dict[str, Branch]):
    """The branches of the database at ``url``, by name."""

    def __init__(self, url: str, branches: Iterable[Branch]) -> None:
        super().__init__({branch.name: branch for branch in branches})
        self.url = url
        self._ready = False

    def ready(self, connection: Connection) -> bool:
        """Return whether the database has all migrations of this version or a newer one. A positive result is final."""
        if not self._ready:
            found = self.differences(connection, allow_newer=True)
            for finding in found:
                log.warning("not ready: %s", finding)
            self._ready = not found
        return self._ready

    def unknown(self, connection: Connection) -> list[Finding]:
        """Return a finding for each revision in the database that is in no migration of this version."""
        known = {revision for branch in self.values() for revision in branch.revisions()}
        return [
            Finding(
                f"the database is at revision {revision}, which is not a migration of this version of the service",
                "deploy the version that contains it, or run `flask db downgrade` there first; `flask db stamp --purge`"
                " forgets a revision that no longer exists",
            )
            for revision in sorted(applied_revisions(connection) - known)
        ]

    def differences(self, connection: Connection, *, allow_newer: bool = False) -> list[Finding]:
        """Compare the revisions in the database with the heads of each branch.

        With ``allow_newer``, an unknown revision may belong to a branch that has no known one: a newer version of the
        service has upgraded the database, and this version still runs at the same time, or again after a rollback.
        """
        applied, unknown, found = applied_revisions(connection), self.unknown(connection), []
        # A branch without migrations comes last, so that it does not take the unknown revision of another one.
        for branch in sorted(self.values(), key=lambda each: not each.revisions()):
            heads, reached = branch.heads(), sorted(applied & branch.revisions().keys())
            if len(heads) > 1:
                found.append(
                    Finding(
                        f"the {branch.name} branch has {len(heads)} heads: {', '.join(heads)}",
                        f"run `flask db merge --branch {branch.name}`, then `flask db upgrade`",
                    )
                )
            elif allow_newer and unknown and not reached:
                unknown.pop()
            elif reached != heads:
                at, head = (", ".join(each) or "base" for each in (reached, heads))
                found.append(
                    Finding(
                        f"the {branch.name} branch of the database is at {at}; its head is {head}",
                        "run `flask db upgrade`",
                    )
                )
        return found + unknown


def applied_revisions(connection: Connection) -> set[str]:
    """Return the last revision of each branch in the database."""
    if not inspect(connection).has_table("alembic_version"):
        return set()
    return set(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars())


def _constants(file: Path) -> dict[str, Any]:
    """Return the constants that a module assigns to names."""
    found = {}
    for node in ast.parse(file.read_bytes()).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            with suppress(ValueError):
                found[ast.unparse(target)] = ast.literal_eval(node.value)
    return found


def _parents(down_revision: str | Sequence[str] | None) -> set[str]:
    return {down_revision} if isinstance(down_revision, str) else set(down_revision or ())
