"""A project with two branches of migrations in a temporary folder, on a database of its own."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from alembic.util import CommandError
from sqlalchemy import Column, Integer, MetaData, Table, inspect, text
from sqlalchemy.exc import DBAPIError

import dev.migrations
from tests.core.package import core
from tests.core.registry import migrator_of

Branch, Branches, Database = core.database.branches.Branch, core.database.Branches, core.database.Database


class Project:
    """Models, migrations and database of a service whose models change during a test."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.metadata = {name: new_metadata() for name in ("core", "service")}
        self.database = Database(url, 1)

    @property
    def branches(self) -> Any:
        """The branches that a new process would have."""
        return Branches(self.url, [Branch(name, self.folder / name, data) for name, data in self.metadata.items()])

    @property
    def migrator(self) -> Any:
        """The migrator that a new process would have."""
        return migrator_of(self.branches)

    def define(self, table: str, *parts: Any, branch: str = "service") -> None:
        """Define a model, in place of an earlier one with the same table; without parts, remove it."""
        metadata = self.metadata[branch]
        if table in metadata.tables:
            metadata.remove(metadata.tables[table])
        if parts:
            Table(table, metadata, *parts)

    def revision(self, branch: str, message: str, *, empty: bool = False) -> Path:
        """Write a migration of a branch and return its file."""
        file: Path = dev.migrations.revision(self.migrator, branch, message, empty=empty)
        return file

    def merge(self, branch: str) -> None:
        """Write a migration that joins the heads of a branch."""
        dev.migrations.merge(self.migrator, branch)

    def revise(self, message: str, branch: str = "service") -> str:
        """Write and run a migration of a branch; return the content of its file."""
        file = self.revision(branch, message)
        self.migrator.upgrade()
        assert self.changes(branch) == []
        return file.read_text("utf-8")

    def cycle(self, message: str) -> str:
        """Write, run, revert and run a migration: the schema is that of before, and that of after."""
        before = self.schema()
        written = self.revise(message)
        after = self.schema()
        assert after != before
        self.migrator.downgrade("service")
        assert self.schema() == before
        self.migrator.upgrade()
        assert self.schema() == after
        return written

    def failed_upgrade(self) -> str:
        """Run an upgrade that fails and changes nothing, and return the error message."""
        before = self.schema(), self.revisions()
        with pytest.raises((DBAPIError, CommandError)) as error:
            self.migrator.upgrade()
        assert (self.schema(), self.revisions()) == before
        return str(error.value)

    def write(self, message: str, *statements: str, branch: str = "service", revert: Sequence[str] = ()) -> Path:
        """Write a migration by hand."""
        file = self.revision(branch, message, empty=True)
        source = file.read_text("utf-8")
        for title, lines in (("Apply", statements), ("Revert", revert)):
            docstring = f'"""{title} the change."""\n'
            source = source.replace(docstring, docstring + "".join(f"    {line}\n" for line in lines))
        imports = "import sqlalchemy as sa\n" * ("sa." in source) + "from alembic import op\n" * bool(statements)
        file.write_text(
            source.replace("\nrevision =", f"\n{imports}\nrevision =" if imports else "\nrevision =", 1), "utf-8"
        )
        return file

    def changes(self, *branches: str) -> list[str]:
        """Return the changes of the models of these branches, by default of both, that no migration contains."""
        with self.database.connect() as connection:
            return [each for name in branches or self.metadata for each in self.migrator.changes(name, connection)]

    def differences(self) -> list[str]:
        """Return each difference between the database and the migrations, with its hint."""
        with self.database.connect() as connection:
            return [str(finding) for finding in self.branches.differences(connection)]

    def is_ready(self) -> bool:
        """Return whether a new process would be ready."""
        with self.database.connect() as connection:
            ready: bool = self.branches.ready(connection)
        return ready

    def sql(self, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        with self.database.transaction() as connection:
            result = connection.execute(text(statement), parameters)
            return [tuple(row) for row in result] if result.returns_rows else []

    def tables(self) -> set[str]:
        """Return the names of the tables."""
        return set(inspect(self.database.engine).get_table_names()) - {"alembic_version"}

    def revisions(self) -> set[str]:
        """Return the revisions in the database."""
        return {row[0] for row in self.sql("SELECT version_num FROM alembic_version")}

    def schema(self) -> list[str]:
        """Describe each column, key, constraint, index and enum type."""
        inspector = inspect(self.database.engine)
        found = [f"enum {each['name']} {each['labels']}" for each in getattr(inspector, "get_enums", list)()]
        for table in self.tables():
            found += [
                f"{table} {each['name']} {each['type']!r} {each['nullable']} {each['default']}"
                for each in inspector.get_columns(table)
            ]
            found += [
                f"{table} {sorted((name, str(part)) for name, part in _flat(each))}"
                for each in (
                    inspector.get_pk_constraint(table),
                    *inspector.get_foreign_keys(table),
                    *inspector.get_indexes(table),
                    *inspector.get_unique_constraints(table),
                    *inspector.get_check_constraints(table),
                )
            ]
        return sorted(found)

    def enum_types(self) -> list[str]:
        """Describe each enum type; a database without such types has none."""
        return [line for line in self.schema() if line.startswith("enum ")]

    def lint(self) -> None:
        """Check the style and the format of every migration."""
        for arguments in (["check"], ["format", "--check"]):
            subprocess.run([sys.executable, "-m", "ruff", *arguments, "--no-cache", "--quiet", self.folder], check=True)


def _flat(reflected: Any) -> list[tuple[str, Any]]:
    """Return the items of a mapping; the condition of a partial index is one of ``dialect_options``."""
    return [
        *(item for item in reflected.items() if item[0] != "dialect_options"),
        *reflected.get("dialect_options", {}).items(),
    ]


def new_metadata() -> MetaData:
    """Return a MetaData without tables, with the naming convention of the models."""
    return MetaData(naming_convention=core.database.tables.NAMING_CONVENTION)


def key(name: str = "id") -> Column[int]:
    """Return a primary key."""
    return Column(name, Integer, primary_key=True)


def upgrade(folder: Path, url: str) -> None:
    """Run the migrations of a project, in a process of its own."""
    Project(folder, url).migrator.upgrade()
