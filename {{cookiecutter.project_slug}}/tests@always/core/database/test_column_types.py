"""Generated migrations for enum types that tables share, and for types that the service defines."""

from typing import Any

from sqlalchemy import (
    CHAR,
    Column,
    Enum,
    String,
    Uuid,
)
from sqlalchemy.types import TypeDecorator

from tests.core.database.migrations import Project, key
from tests.core.package import core

UTCDateTime = core.database.UTCDateTime


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
    if project.enum_types():
        project.sql("UPDATE cars SET shade = 'red'")
        project.revision("service", "no red")
        assert "invalid input value for enum" in project.failed_upgrade()
        project.sql("UPDATE cars SET shade = 'green'")
        project.migrator.upgrade()
        assert project.enum_types() == ["enum shade ['green', 'turquoise']"]
    project.define("bikes")
    project.cycle("no bikes")
    project.migrator.downgrade("service", "base")
    assert project.enum_types() == []
    project.migrator.upgrade()
    assert project.changes() == []


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
