"""A project with migrations of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.database.migrations import Project
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
