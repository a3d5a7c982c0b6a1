"""A fork of the template."""

from pathlib import Path

import pytest

from tests.template import copied


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A fork."""
    return copied(tmp_path / "fork")
