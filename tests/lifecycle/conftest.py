"""The environment of a user who bakes and updates services."""

import os
import sys
from pathlib import Path

import pytest


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a user without configuration for cookiecutter."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\nname = Ann\nemail = ann@acme.example\n")
    programs = str(Path(sys.executable).parent)
    return {
        **os.environ,
        "HOME": str(home),
        "USERPROFILE": str(home),
        "PATH": os.pathsep.join([programs, os.environ["PATH"]]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
