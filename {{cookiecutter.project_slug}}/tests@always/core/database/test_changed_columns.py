"""Generated migrations for changed types, defaults and check constraints: values are converted, and converted back."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from sqlalchemy import (
    ARRAY,
    JSON,
    CheckConstraint,
    Column,
    Date,
    Double,
    Enum,
    Integer,
    Interval,
    LargeBinary,
    String,
    Text,
    Time,
    Uuid,
    select,
    text,
)
from sqlalchemy.dialects.mysql import LONGTEXT

from tests.core.database.migrations import Project, key
from tests.core.package import core

UTCDateTime = core.database.UTCDateTime
DAY = datetime(2030, 1, 31, tzinfo=UTC)


def values(project: Project, table: str) -> list[tuple[Any, ...]]:
    """Return the rows of a table, without the primary key, with the types of the model."""
    columns = list(project.metadata["service"].tables[table].columns)[1:]
    with project.database.connect() as connection:
        return [tuple(row) for row in connection.execute(select(*columns))]


def test_changed_types_convert_the_values(project: Project) -> None:
    changes: list[tuple[Any, Any, Any, Any]] = [
        (String(9), "12", Integer(), 12),
        (Integer(), 12, String(9), "12"),
        (Integer(), 12, Double(), 12.0),
        (Date(), DAY.date(), UTCDateTime(), DAY),
        (UTCDateTime(), DAY, Date(), DAY.date()),
        (String(9), "red", Enum("green", "red", name="colour"), "red"),
        (JSON(), {"a": 1}, Text(), '{"a": 1}'),
    ]

    def define(types: int) -> None:
        project.define("lamps", key(), *(Column(f"c{number}", each[types]) for number, each in enumerate(changes)))

    define(0)
    project.revise("lamps")
    with project.database.transaction() as connection:
        row = {f"c{number}": value for number, (_, value, *_) in enumerate(changes)}
        connection.execute(project.metadata["service"].tables["lamps"].insert(), row)
    define(2)
    project.cycle("other types")
    assert values(project, "lamps") == [tuple(value for *_, value in changes)]
    project.migrator.downgrade("service")
    define(0)
    assert values(project, "lamps") == [tuple(value for _, value, *_ in changes)]


def test_a_new_required_column_of_any_type_gets_a_value(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    project.define("lamps", key())
    project.revise("lamps")
    project.sql("INSERT INTO lamps (id) VALUES (1)")
    columns: list[tuple[Any, dict[str, Any], Any]] = [
        (JSON(), {}, {}),
        (JSON(), {"default": list}, []),
        (JSON(), {"default": {"it's": [1, ":x"]}}, {"it's": [1, ":x"]}),
        (JSON(), {"server_default": '{"a": "it\'s"}'}, {"a": "it's"}),
        (String(40), {"server_default": 'it\'s "ours" :x 100%'}, 'it\'s "ours" :x 100%'),
        (String(40), {"server_default": ""}, ""),
        (Enum("it's", "ours", name="side"), {}, "it's"),
        (Enum("small", "large", name="size"), {"server_default": "small"}, "small"),
        (Time(), {}, time()),
        (Uuid(as_uuid=False), {}, "00000000-0000-0000-0000-000000000000"),
    ]
    made = [Column(f"c{number}", kind, nullable=False, **options) for number, (kind, options, _) in enumerate(columns)]
    project.define("lamps", key(), *made)
    project.cycle("many columns")
    project.lint()
    assert values(project, "lamps") == [tuple(value for *_, value in columns)]
    caplog.clear()
    project.define(
        "lamps", key(), Column("digest", LargeBinary, nullable=False), Column("age", Interval, nullable=False)
    )
    project.revision("service", "no neutral value")
    assert [message for message in caplog.messages if "no default: write an UPDATE for existing rows" in message] == [
        f"lamps.{name} has no default: write an UPDATE for existing rows" for name in ("digest", "age")
    ]


def test_null_becomes_a_value_where_a_column_becomes_required(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    """When the migration runs, and when one that made the column optional is reverted."""
    columns: list[tuple[Any, Any, dict[str, Any], Any, Any]] = [
        (String(9), String(9), {}, "a", ""),
        (String(9), String(9), {"default": "it's :x"}, "a", "it's :x"),
        (Integer(), Integer(), {"server_default": text("7")}, 3, 7),
        (String(9), String(9), {"server_default": "red"}, "a", "red"),
        (Integer(), String(9), {}, "3", "0"),
        (Enum("red", "green", name="colour"), Enum("red", "green", name="colour"), {}, "green", "red"),
        (JSON(none_as_null=True), JSON(none_as_null=True), {}, [1], {}),
        (Date(), Date(), {"default": DAY.date()}, DAY.date(), DAY.date()),
    ]

    def define(nullable: bool, types: int = 1) -> None:
        each = enumerate((row[types], row[2]) for row in columns)
        made = [Column(f"c{number}", kind, nullable=nullable, **options) for number, (kind, options) in each]
        project.define("lamps", key(), *made)

    def insert(*rows: dict[str, Any]) -> None:
        with project.database.transaction() as connection:
            for row in rows:
                connection.execute(project.metadata["service"].tables["lamps"].insert(), row)

    empty: dict[str, Any] = {f"c{number}": None for number in range(len(columns))}
    full = {f"c{number}": value for number, (*_, value, _) in enumerate(columns)}
    define(nullable=True, types=0)
    project.revise("lamps")
    insert(empty, {**full, "c4": 3})
    define(nullable=False)
    project.cycle("required")
    project.lint()
    assert "lamps.c0: NULL becomes '' before the column becomes NOT NULL" in caplog.messages
    expected = [tuple(value for *_, value in columns), tuple(full.values())]
    assert sorted(values(project, "lamps"), key=str) == sorted(expected, key=str)
    define(nullable=True)
    project.revise("optional")
    insert(empty)
    project.migrator.downgrade("service")
    reverted = tuple("" if value == "0" else value for value in expected[0])
    assert sorted(values(project, "lamps"), key=str) == sorted([*expected, reverted], key=str)


def test_a_changed_default_is_detected(project: Project) -> None:
    labels = ("small", "large")
    for default in ("small", "large", "other"):
        labels = labels if default in labels else (*labels, default)
        columns = [
            Column("name", String(20), server_default=f"it's {default}"),
            Column("size", Enum(*labels, name="size"), server_default=default),
            Column("tags", JSON, server_default=f'{{"a": "{default}"}}'),
            Column("since", Date, server_default=str(date(2030, 1, len(default)))),
        ]
        project.define("lamps", key(), *columns)
        project.cycle(default)


def test_an_enum_type_with_another_name_is_detected(project: Project) -> None:
    for name in ("shade", "colour"):
        project.define("lamps", key(), Column("shade", Enum("red", "green", name=name)))
        project.revise(name)
        project.sql("INSERT INTO lamps (shade) VALUES ('green')")
    assert project.enum_types() in ([], ["enum colour ['red', 'green']"])
    assert values(project, "lamps") == [("green",), ("green",)]


def test_a_check_constraint_is_added_and_dropped(project: Project) -> None:
    """Alone, with its column, and on a table whose column changes."""
    positive = ("size > 0", "positive"), ("size < 9", "small")
    for length, with_size, checks in (
        (9, True, positive[:1]),
        (9, True, positive),
        (20, True, positive[1:]),
        (20, False, ()),
        (20, True, positive),
    ):
        columns = [Column("name", String(length)), *[Column("size", Integer)] * with_size]
        project.define("lamps", key(), *columns, *(CheckConstraint(text, name=name) for text, name in checks))
        project.cycle(f"{len(checks)} checks")
        assert str(project.schema()).count("ck_lamps_") == len(checks)
    project.lint()


def test_the_types_of_a_variant_are_imported(project: Project) -> None:
    kinds = JSON().with_variant(LONGTEXT(), "mysql"), JSON().with_variant(ARRAY(String(9)), "mysql")
    project.define("lamps", key(), *(Column(f"c{number}", kind) for number, kind in enumerate(kinds)))
    project.cycle("variants")
    project.lint()
