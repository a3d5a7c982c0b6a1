"""The Pythons that a service supports, wherever this machine has them."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.services import UV

SUPPORTED = ("3.11", "3.12", "3.13")


def python(version: str) -> str:
    """Return the path of a Python, which uv fetches where it may; skip without it, on CI fail."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    if beside := sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}")):
        return str(beside[-1])
    subprocess.run([UV, "python", "install", "--quiet", version], check=False)
    found = subprocess.run([UV, "python", "find", version], capture_output=True, text=True)
    if found.returncode:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"needs Python {version}")
    return found.stdout.strip()
