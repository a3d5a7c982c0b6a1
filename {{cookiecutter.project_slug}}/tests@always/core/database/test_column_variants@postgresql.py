"""Generated migrations of columns whose type has a variant for PostgreSQL."""

from sqlalchemy import JSON, Column, String
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from tests.core.database.migrations import Project, key


def test_the_types_of_a_variant_are_imported(project: Project) -> None:
    kinds = JSON().with_variant(JSONB(), "postgresql"), JSON().with_variant(ARRAY(String(9)), "postgresql")
    project.define("lamps", key(), *(Column(f"c{number}", kind) for number, kind in enumerate(kinds)))
    project.cycle("variants")
    project.lint()
