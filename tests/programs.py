"""External programs that tests call."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.template import TEMPLATE


def program(*names: str) -> str:
    """Return the path of the first installed program; skip if there is none, in CI fail."""
    for name in names:
        if path := shutil.which(name):
            return path
    if os.environ.get("CI") == "true":
        pytest.fail(f"needs {names[0]}")
    pytest.skip(f"needs {names[0]}")


def run(*command: str | Path, folder: Path = TEMPLATE) -> None:
    """Run a program of this environment; fail with its output."""
    programs = str(Path(sys.executable).parent)
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": os.pathsep.join([programs, os.environ["PATH"]])},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    if done.returncode:
        pytest.fail(done.stdout, pytrace=False)
