"""The files of this repository."""

import subprocess

import pytest

from tests.template import TEMPLATE


def repository_files() -> list[str]:
    """Return the names of all files in git, and of new files that git does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=TEMPLATE,
        capture_output=True,
        encoding="utf-8",
    )
    if listed.returncode:
        pytest.skip("needs a git repository")
    return [name for name in listed.stdout.split("\0") if name]
