"""Generated migrations: they run on tables with rows, can be reverted, and pass the linter."""

import enum
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Enum,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)

from tests.core.database.migrations import Project, key
from tests.core.package import core

Colour = enum.Enum("Colour", {name: name for name in ("red", "green")})
UTCDateTime = core.database.UTCDateTime
MESSAGES = [
    "color of lamps",
    'it\'s "quoted" \\n back\\slash',
    "größe \u2013 über\u2019s",
    "x" * 100,
    '"""',
    "a % b %% $x ${y} <%",
]


def test_a_changed_parent_table_keeps_the_rows_of_its_children(rooms: Project) -> None:
    """If the table is rebuilt, dropping the old copy must not delete the rows that reference it."""
    rooms.define("rooms", key(), Column("name", String(64), nullable=False))
    rooms.cycle("longer names")
    assert rooms.sql("SELECT count(*) FROM bookings") == [(2,)]
    rooms.sql("DELETE FROM rooms")
    assert rooms.sql("SELECT count(*) FROM bookings") == [(0,)]


@pytest.mark.parametrize("rows", [0, 2])
def test_a_new_required_column_gets_a_value_in_existing_rows(project: Project, rows: int) -> None:
    project.define("lamps", key())
    project.revise("lamps")
    for number in range(rows):
        project.sql("INSERT INTO lamps (id) VALUES (:id)", id=number)
    columns = [
        ("colour", String(20), {}, ""),
        ("brand", String(20), {"default": 'it\'s "ours" :x 100%'}, 'it\'s "ours" :x 100%'),
        ("stock", Integer(), {}, 0),
        ("sold", Integer(), {"default": 7}, 7),
        ("paid", Boolean(), {}, False),
        ("open", Boolean(), {"default": True}, True),
        ("weight", Float(), {}, 0.0),
        ("shade", Enum(Colour), {}, "red"),
        ("other_shade", Enum(Colour), {"default": Colour.green}, "green"),
        ("hint", String(5), {"server_default": "abc"}, "abc"),
        ("note", String(5), {"nullable": True}, None),
    ]
    made = [Column(name, kind, **{"nullable": False, **options}) for name, kind, options, _ in columns]
    project.define("lamps", key(), *made, Column("seen_at", UTCDateTime, nullable=False))
    project.cycle("many columns")
    project.lint()
    names = ", ".join(name for name, *_ in columns)
    assert project.sql(f"SELECT {names} FROM lamps") == [tuple(value for *_, value in columns)] * rows  # noqa: S608
    assert project.sql("SELECT count(*) FROM lamps WHERE seen_at IS NOT NULL") == [(rows,)]
    project.migrator.downgrade("service")
    assert project.enum_types() == []


def test_reverting_a_dropped_column_fills_it(rooms: Project) -> None:
    rooms.define("rooms", key())
    rooms.cycle("no names")
    rooms.migrator.downgrade("service")
    assert rooms.sql("SELECT name FROM rooms") == [("",)]


def test_constraints_and_indexes_survive_a_changed_column(project: Project) -> None:
    partial: dict[str, Any] = {f"{project.database.engine.dialect.name}_where": text("size > 9")}

    def define(length: int) -> None:
        project.define(
            "parts",
            key(),
            Column("name", String(length), nullable=False),
            Column("size", Integer, server_default="1", nullable=False),
            Column("parent_id", Integer, ForeignKey("parts.id", ondelete="CASCADE")),
            CheckConstraint("size > 0", name="positive"),
            UniqueConstraint("name", "size"),
            Index("ix_parts_big", "name", unique=True, **partial),
        )

    define(32)
    project.cycle("parts")
    project.sql("INSERT INTO parts (id, name, parent_id) VALUES (1, 'a', NULL), (2, 'b', 1)")
    define(64)
    project.cycle("longer names")
    schema = str(project.schema())
    for name in ("ck_parts_positive", "uq_parts_name_size", "ix_parts_big", "fk_parts_parent_id_parts", "CASCADE"):
        assert name in schema
    assert project.sql("SELECT count(*) FROM parts") == [(2,)]


def test_any_message_passes_the_linter(project: Project) -> None:
    for number, message in enumerate(MESSAGES):
        project.write(message)
        project.migrator.upgrade()
        project.define(f"table_{number}", key(), Column("name", String(20), index=True))
        project.revise(message)
    project.lint()
