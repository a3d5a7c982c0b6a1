"""A column or a table is renamed in a migration that is written by hand, and keeps its rows."""

import pytest
from sqlalchemy import (
    Column,
    String,
)

from tests.core.database.migrations import Project, key


def test_a_column_is_renamed_by_hand(rooms: Project, caplog: pytest.LogCaptureFixture) -> None:
    rooms.define("rooms", key(), Column("title", String(32), nullable=False))
    rooms.revision("service", "title").unlink()
    assert any("the migration drops rooms.name with its values" in message for message in caplog.messages)
    lines = [
        f'op.alter_column("rooms", "{old}", new_column_name="{new}")'
        for old, new in (("name", "title"), ("title", "name"))
    ]
    rooms.write("title of rooms", lines[0], revert=lines[1:])
    rooms.migrator.upgrade()
    assert rooms.changes() == []
    assert rooms.sql("SELECT title FROM rooms") == [("blue",)]
    rooms.migrator.downgrade("service")
    assert rooms.sql("SELECT name FROM rooms") == [("blue",)]


def test_a_table_is_renamed_by_hand(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    """A generated migration then renames its index."""

    def define(table: str) -> None:
        project.define(table, key(), Column("name", String(32), index=True))

    define("lamps")
    project.revise("lamps")
    project.sql("INSERT INTO lamps (name) VALUES ('blue')")
    project.define("lamps")
    define("lights")
    project.revision("service", "lights").unlink()
    assert any("the migration drops lamps with its rows" in message for message in caplog.messages)
    project.write("lights", 'op.rename_table("lamps", "lights")', revert=['op.rename_table("lights", "lamps")'])
    project.migrator.upgrade()
    project.cycle("index of lights")
    assert project.sql("SELECT name FROM lights") == [("blue",)]
    project.migrator.downgrade("service")
    project.migrator.downgrade("service")
    assert project.sql("SELECT name FROM lamps") == [("blue",)]
