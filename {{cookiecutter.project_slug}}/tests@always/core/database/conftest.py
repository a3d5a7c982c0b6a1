"""A project with migrations of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, ForeignKey, Integer, String

from tests.core.database.migrations import Project, key
from tests.core.database_server import empty_database
from tests.core.package import ROOT

__all__ = ["empty_database"]


@pytest.fixture
def project(tmp_path: Path, empty_database: str) -> Iterator[Project]:
    """A project without models and migrations, on an empty database; Ruff has the settings of the service."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    project = Project(tmp_path / "migrations", empty_database)
    project.folder.mkdir()
    yield project
    project.database.close()


@pytest.fixture
def rooms(project: Project) -> Project:
    """A project with a row of a parent table and two of a child table."""
    project.define("rooms", key(), Column("name", String(32), nullable=False))
    reference = ForeignKey("rooms.id", ondelete="CASCADE")
    project.define("bookings", key(), Column("room_id", Integer, reference, nullable=False, index=True))
    project.revise("rooms and bookings")
    project.sql("INSERT INTO rooms (id, name) VALUES (1, 'blue')")
    project.sql("INSERT INTO bookings (id, room_id) VALUES (1, 1), (2, 1)")
    return project
