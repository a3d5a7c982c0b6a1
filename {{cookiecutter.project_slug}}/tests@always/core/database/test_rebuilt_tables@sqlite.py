"""A migration that rebuilds a table keeps what Alembic does not create again."""

import pytest
from sqlalchemy import Column, String
from sqlalchemy.exc import IntegrityError

from tests.core.database.migrations import Project, key


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")
def test_triggers_and_indexes_with_an_expression_are_kept(project: Project) -> None:
    project.define("copies", key(), Column("name", String(99)))
    for length in (32, 64):
        project.define("lamps", key(), Column("name", String(length)))
        project.revise(str(length))
        if length == 32:
            project.sql("CREATE UNIQUE INDEX ix_lamps_lower ON lamps (lower(name))")
            project.sql(
                "CREATE TRIGGER copy_name AFTER INSERT ON lamps BEGIN INSERT INTO copies (name) VALUES (new.name); END"
            )
        project.sql("INSERT INTO lamps (name) VALUES (:name)", name=str(length))
    assert project.sql("SELECT name FROM copies") == [("32",), ("64",)]
    project.sql("UPDATE lamps SET name = 'a' WHERE name = '32'")
    with pytest.raises(IntegrityError):
        project.sql("INSERT INTO lamps (name) VALUES ('A')")
    project.migrator.downgrade("service", "base")
    assert project.sql("SELECT name FROM sqlite_master WHERE sql LIKE '%lamps%'") == []
