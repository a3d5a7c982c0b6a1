"""A service that a test changes, by default of each authentication style."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.selection import sample
from tests.template import CHOICES


@pytest.fixture(params=sample(CHOICES["auth_style"], ["api_key"]))
def service(request: pytest.FixtureRequest, bake: Bake, tmp_path: Path) -> Path:
    """Return a service, by default of each authentication style."""
    baked = bake({"auth_style": request.param})
    return Path(shutil.copytree(baked, tmp_path / "acme-api"))
