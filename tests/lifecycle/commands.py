"""The commands of a user, and a name of a project whose characters need escapes."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

NAME = 'Ünïted "Tea" 🫖 \\ Co.'


def run(environ: Mapping[str, str], *command: str | Path, folder: Path, fails: bool = False) -> str:
    """Run a command and return its output."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    assert (done.returncode != 0) == fails, done.stdout
    return done.stdout
