"""The Python versions that the tests start services with."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.services import UV

REQUIRED = ("3.11", "3.12", "3.13")  # and the newest one: see test_smoke.py


def python(version: str, required: bool = True) -> str:
    """Return the path of this version, installed with uv if missing.

    If that fails, skip the test; in CI, fail if the version is required.
    """
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    if installed := sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}")):
        return str(installed[-1])
    find = [UV, "python", "find", version]
    found = subprocess.run(find, capture_output=True, text=True)
    if found.returncode:
        subprocess.run([UV, "python", "install", "--quiet", version], check=False)
        found = subprocess.run(find, capture_output=True, text=True)
    if found.returncode:
        fails = required and os.environ.get("CI")
        (pytest.fail if fails else pytest.skip)(f"needs Python {version}")
    return found.stdout.strip()
