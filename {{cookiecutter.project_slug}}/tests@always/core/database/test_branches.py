"""The two branches of migrations: commands act on the branch that they name, and each branch is compared separately."""

import re

import pytest
from alembic import command
from alembic.util import CommandError
from sqlalchemy import Column, ForeignKey, String

from tests.core.database.migrations import Project, key
from tests.core.package import core


@pytest.fixture
def both(project: Project) -> Project:
    """A project with one table and one migration in each branch."""
    project.define("users", key(), branch="core")
    project.define("lamps", key())
    project.revise("users", "core")
    project.revise("lamps")
    return project


def rejected(project: Project, method: str, *arguments: str) -> str:
    """Call a method of the project or its migrator that raises CommandError and changes nothing; return the message."""
    owner = project if hasattr(project, method) else project.migrator
    before = project.schema(), project.revisions()
    with pytest.raises(CommandError) as error:
        getattr(owner, method)(*arguments)
    assert (project.schema(), project.revisions()) == before
    return str(error.value)


def test_upgrade_acts_on_both_branches_and_downgrade_on_one(both: Project) -> None:
    assert both.tables() == {"users", "lamps"}
    both.migrator.downgrade("service")
    assert both.tables() == {"users"}
    both.migrator.upgrade()
    both.migrator.downgrade("core", "base")
    assert both.tables() == {"lamps"}
    both.migrator.upgrade()
    assert both.tables() == {"users", "lamps"}


def test_a_branch_at_its_base_has_nothing_to_downgrade(both: Project) -> None:
    both.migrator.downgrade("service", "base")
    for target in ("-1", "base"):
        message = rejected(both, "downgrade", "service", target)
        assert message == "The service branch of the database is at its base: nothing to downgrade"


def test_downgrade_needs_a_revision_of_its_branch(both: Project) -> None:
    (core_head,) = both.branches["core"].heads()
    assert "does not belong to the service branch" in rejected(both, "downgrade", "service", core_head)
    assert "Can't locate revision identified by 'nosuch'" in rejected(both, "downgrade", "service", "nosuch")
    rejected(both, "downgrade", "service", "-5")


def test_a_revision_follows_the_head_of_its_branch(both: Project) -> None:
    both.write("one")
    file = both.write("two")
    both.write("three", branch="core")
    assert re.fullmatch(r"\d{4}_\d\d_\d\d_two_[0-9a-f]{12}\.py", file.name)
    assert file.parent == both.folder / "service"
    assert len(both.migrator.scripts().get_heads()) == 2
    assert [each.partition(" branch")[0] for each in both.differences()] == ["The core", "The service"]
    both.migrator.upgrade()
    assert both.differences() == []
    both.migrator.downgrade("service", "-2")
    both.migrator.downgrade("core")
    both.migrator.upgrade("service@+1")
    both.migrator.upgrade()
    assert both.differences() == []


def test_a_branch_may_be_empty(project: Project) -> None:
    project.define("users", key(), branch="core")
    project.revise("users", "core")
    assert not (project.folder / "service").exists()
    assert project.is_ready()
    assert "nothing to downgrade" in rejected(project, "downgrade", "service")
    project.define("lamps", key())
    written = project.cycle("lamps")
    assert 'branch_labels: tuple[str, ...] | None = ("service",)' in written
    assert "down_revision: str | tuple[str, ...] | None = None" in written
    assert "users" not in written


def test_two_heads_are_reported_and_merged(both: Project) -> None:
    file = both.write("first")
    revision = file.stem.rpartition("_")[2]
    file.with_name("second.py").write_text(file.read_text().replace(revision, "abcdefabcdef"))
    (difference,) = both.differences()
    assert "The service branch has 2 heads" in difference
    assert "flask db merge --branch service" in difference
    assert not both.is_ready()
    assert "flask db merge" in rejected(both, "revision", "service", "third")
    both.migrator.upgrade()
    assert "flask db merge" in rejected(both, "downgrade", "service")
    both.merge("service")
    both.lint()
    both.migrator.upgrade()
    assert both.differences() == []
    assert both.is_ready()
    assert "nothing to merge" in rejected(both, "merge", "service")


def test_a_second_root_is_a_second_head(both: Project) -> None:
    """Also one without a label: the branch of a revision is the folder of its file."""
    file = both.write("first")
    source = re.sub(r'(down_revision.*) = "\w+"', r"\1 = None", file.read_text())
    file.with_name("second.py").write_text(source.replace(file.stem.rpartition("_")[2], "abcdefabcdef"))
    assert "The service branch has 2 heads" in both.differences()[0]
    both.merge("service")
    both.migrator.upgrade()
    assert both.differences() == []


@pytest.mark.parametrize("branch", ["core", "service"])
def test_a_branch_that_is_behind_is_not_ready(both: Project, branch: str) -> None:
    assert both.is_ready()
    both.migrator.downgrade(branch)
    (difference,) = both.differences()
    assert re.fullmatch(
        rf"The {branch} branch of the database is at base; its head is \w{{12}}\. Run `flask db upgrade`\.", difference
    )
    assert not both.is_ready()
    assert "Run `flask db upgrade`." in rejected(both, "revision", branch, "more")


def test_an_unknown_revision_is_reported_and_removed(both: Project) -> None:
    both.sql("INSERT INTO alembic_version VALUES ('feedfeedfeed')")
    (difference,) = both.differences()
    assert "The database is at revision feedfeedfeed, which is not a migration of this version" in difference
    assert "stamp --purge" in difference
    assert not both.is_ready()
    assert rejected(both, "upgrade") == rejected(both, "downgrade", "service") == difference
    command.stamp(both.migrator.config(), "heads", purge=True)
    assert both.differences() == []


def test_a_newer_version_of_a_branch_is_ready(both: Project) -> None:
    for number, revision in enumerate(both.revisions()):
        both.sql("UPDATE alembic_version SET version_num = :new WHERE version_num = :old", new=number, old=revision)
        assert both.is_ready()
        assert both.differences() != []
        both.migrator.upgrade(allow_newer=True)
        assert "not a migration of this version" in rejected(both, "upgrade")


def test_a_newer_version_of_a_branch_without_migrations_is_ready(project: Project) -> None:
    project.define("lamps", key())
    project.revise("lamps")
    project.sql("INSERT INTO alembic_version VALUES ('feedfeedfeed')")
    assert project.is_ready()
    project.sql("DELETE FROM alembic_version WHERE version_num <> 'feedfeedfeed'")
    assert project.is_ready()


def test_a_migration_contains_only_tables_of_its_branch(both: Project) -> None:
    both.sql("CREATE TABLE spatial_ref_sys (id INTEGER PRIMARY KEY)")
    assert both.changes() == []
    both.define("groups", key(), branch="core")
    both.define("orders", key())
    assert both.changes() == ["add table: groups", "add table: orders"]
    mine = both.revision("service", "orders").read_text()
    assert '"orders"' in mine
    assert "groups" not in mine
    both.migrator.upgrade()
    assert "orders" not in both.revise("groups", "core")
    both.define("orders")
    assert "op." not in both.revision("core", "nothing").read_text()
    both.migrator.upgrade()
    assert 'op.drop_table("orders")' in both.revise("without orders")
    both.lint()
    assert both.tables() == {"users", "groups", "lamps", "spatial_ref_sys"}


def test_a_table_of_the_service_cannot_depend_on_core(project: Project) -> None:
    project.define("users", key(), branch="core")
    project.define("users", key())
    project.define("lamps", key(), Column("user_id", String, ForeignKey("users.id")))
    project.define("orders", key(), Column("lamp_id", String, ForeignKey("lamps.id")))
    errors = list(core.database.branches.ownership_errors(project.metadata["service"], project.metadata["core"]))
    assert errors == [
        "The service has a table users, and so has core. Rename the table of the service.",
        "lamps.user_id references users.id, a table of core. Store the id as a string instead.",
    ]
