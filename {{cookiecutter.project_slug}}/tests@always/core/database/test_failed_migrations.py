"""A migration that fails changes nothing; each migration runs once."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from sqlalchemy import (
    Column,
    String,
    UniqueConstraint,
)

from tests.core.database.migrations import Project, key, upgrade


def test_a_required_column_that_needs_different_values_fails_if_there_are_rows(
    rooms: Project, caplog: pytest.LogCaptureFixture
) -> None:
    rooms.define("rooms", key(), Column("name", String(32), nullable=False), Column("code", String(5), nullable=False))
    rooms.metadata["service"].tables["rooms"].append_constraint(UniqueConstraint("code"))
    rooms.revision("service", "codes")
    assert "rooms.code has no default: write an UPDATE for existing rows" in caplog.messages
    rooms.failed_upgrade()
    assert rooms.sql("SELECT count(*) FROM bookings") == [(2,)]
    rooms.sql("DELETE FROM rooms")
    rooms.migrator.upgrade()
    assert rooms.changes() == []


def test_a_failed_migration_changes_nothing(rooms: Project) -> None:
    """Earlier migrations of the same command are rolled back too."""
    rooms.write(
        "good",
        'op.create_table("made", sa.Column("id", sa.Integer()))',
        "op.execute(\"UPDATE rooms SET name = 'changed'\")",
        'with op.batch_alter_table("rooms") as batch_op:',
        '    batch_op.alter_column("name", type_=sa.String(99), existing_type=sa.String(32))',
    )
    rooms.write("bad", 'op.execute("DROP TABLE bookings")', 'op.execute("SELECT nosuch FROM nowhere")')
    assert "nowhere" in rooms.failed_upgrade()
    assert rooms.sql("SELECT name FROM rooms") == [("blue",)]
    assert rooms.sql("SELECT count(*) FROM bookings") == [(2,)]


def test_a_migration_that_breaks_a_reference_changes_nothing(rooms: Project) -> None:
    rooms.write("bad", 'op.execute("INSERT INTO bookings (id, room_id) VALUES (9, 99)")')
    assert "bookings" in rooms.failed_upgrade()
    assert rooms.sql("SELECT count(*) FROM bookings") == [(2,)]


def test_two_upgrades_at_the_same_time_run_each_migration_once(rooms: Project) -> None:
    rooms.migrator.downgrade("service", "base")
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        for done in [pool.submit(upgrade, rooms.folder, rooms.url) for _ in range(2)]:
            done.result(60)
    assert rooms.differences() == []
    assert rooms.tables() == {"rooms", "bookings"}
