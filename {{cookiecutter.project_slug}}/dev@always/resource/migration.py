"""The migration that creates the tables of a resource."""

from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from .. import service
from .parts import Resource


class Migration(NamedTuple):
    """A migration that can be reverted and deleted, and the revision before it (``base`` if it is the first one)."""

    file: Path
    before: str


def deletable(resource: Resource) -> Migration | None:
    """Return the migration of a resource; None if it cannot be deleted.

    It cannot be deleted if another migration follows it, or if it creates tables of other resources too.
    """
    creating = _creating(resource)
    if len(creating) != 1:
        return None
    (script,) = creating
    alone = _created_tables(script) <= resource.tables()
    if script.nextrev or not alone or isinstance(script.down_revision, tuple):
        return None
    return Migration(Path(script.path), script.down_revision or "base")


def exists(resource: Resource) -> bool:
    """Return whether a migration creates a table of the resource."""
    return bool(_creating(resource))


def _creating(resource: Resource) -> list[Any]:
    """Return the migrations of the service's branch that create a table of the resource."""
    branches = service.core().services.get(service.application(), service.core().database.Branches)
    migrator = import_module(".database.migrator", service.core().__name__).Migrator(branches)
    owned = branches["service"].revisions()
    scripts = [script for script in migrator.scripts().walk_revisions() if script.revision in owned]
    return [script for script in scripts if _created_tables(script) & resource.tables()]


def _created_tables(script: Any) -> set[str]:
    """Return the names of the tables that a migration creates."""
    return {*service.core().database.branches.CREATED_TABLE.findall(Path(script.path).read_text("utf-8"))}
