"""Generated migrations: they run on tables with rows, can be reverted, and pass the linter."""

import enum
from typing import Any

import pytest
from sqlalchemy import (
    CHAR,
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
    Uuid,
    text,
)
from sqlalchemy.types import TypeDecorator

from tests.core.database.migrations import Project, key
from tests.core.package import core

Colour = enum.Enum("Colour", {name: name for name in ("red", "green")})
UTCDateTime = core.database.UTCDateTime


def types(project: Project) -> list[str]:
    return [line for line in project.schema() if line.startswith("enum ")]


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
    assert types(project) == []


def test_reverting_a_dropped_column_fills_it(rooms: Project) -> None:
    rooms.define("rooms", key())
    rooms.cycle("no names")
    rooms.migrator.downgrade("service")
    assert rooms.sql("SELECT name FROM rooms") == [("",)]


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


def test_an_enum_that_two_tables_share_can_change(project: Project) -> None:
    def shade(*labels: str, **options: Any) -> Column[str]:
        return Column("shade", Enum(*labels, name="shade"), **options)

    project.define("cars", key(), shade("red", "green", server_default="red", nullable=False))
    project.cycle("cars")
    project.define("bikes", key(), shade("red", "green"))
    project.cycle("bikes")
    project.sql("INSERT INTO cars (id, shade) VALUES (1, 'green')")
    project.define("cars", key(), shade("red", "green", "turquoise", server_default="red", nullable=False))
    project.define("bikes", key(), shade("red", "green", "turquoise"))
    assert "op.execute" not in project.cycle("turquoise")
    assert project.sql("SELECT shade FROM cars") == [("green",)]
    project.define("cars", key(), shade("green", "turquoise", server_default="green", nullable=False))
    project.define("bikes", key(), shade("green", "turquoise"))
    if types(project):
        project.sql("UPDATE cars SET shade = 'red'")
        project.revision("service", "no red")
        assert "invalid input value for enum" in project.failed_upgrade()
        project.sql("UPDATE cars SET shade = 'green'")
        project.migrator.upgrade()
        assert types(project) == ["enum shade ['green', 'turquoise']"]
    project.define("bikes")
    project.cycle("no bikes")
    project.migrator.downgrade("service", "base")
    assert types(project) == []
    project.migrator.upgrade()
    assert project.changes() == []


class Word(TypeDecorator[str]):
    """A type that is a string in every database."""

    impl = String(17)
    cache_ok = True


class Guid(TypeDecorator[str]):
    """A type that differs between databases."""

    impl = CHAR(36)
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        """Return the type in a database."""
        return dialect.type_descriptor(Uuid() if dialect.supports_native_uuid else CHAR(36))


def test_own_types_are_rendered_as_the_type_below_or_imported(project: Project) -> None:
    columns = [Column("word", Word), Column("used_at", UTCDateTime), Column("guid", Guid)]
    project.define("lamps", key(), *columns)
    written = project.revision("service", "types").read_text()
    assert "sa.String(length=17)" in written
    assert "sa.DateTime(timezone=True)" in written
    assert f"import {__name__}\n" in written
    assert f"{__name__}.Guid(" in written
    project.lint()
    project.migrator.upgrade()


MESSAGES = [
    "color of lamps",
    'it\'s "quoted" \\n back\\slash',
    "größe \u2013 über\u2019s",
    "x" * 100,
    '"""',
    "a % b %% $x ${y} <%",
]


def test_any_message_passes_the_linter(project: Project) -> None:
    for number, message in enumerate(MESSAGES):
        project.write(message)
        project.migrator.upgrade()
        project.define(f"table_{number}", key(), Column("name", String(20), index=True))
        project.revise(message)
    project.lint()


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
