"""External programs that tests call."""

import os
import shutil

import pytest


def program(*names: str) -> str:
    """Return the path of the first installed program; skip if there is none, in CI fail."""
    for name in names:
        if path := shutil.which(name):
            return path
    if os.environ.get("CI") == "true":
        pytest.fail(f"needs {names[0]}")
    pytest.skip(f"needs {names[0]}")
