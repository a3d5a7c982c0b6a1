"""Whether the database has the tables of this version: without them it answers, and serves nobody."""

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


class Revision:
    """The revision to which the migrations lead."""

    def __init__(self, migrations: str) -> None:
        self._migrations = migrations
        self._reached = False

    def reached(self, connection: Connection) -> bool:
        """Tell whether the database is at this revision or at one of a newer version; once it was, it is for good."""
        if not self._reached:
            scripts = ScriptDirectory(self._migrations, version_locations=[self._migrations])
            older = {each.revision for each in scripts.walk_revisions()} - set(scripts.get_heads())
            found = set(MigrationContext.configure(connection).get_current_heads())
            self._reached = bool(found) and not found & older
        return self._reached
