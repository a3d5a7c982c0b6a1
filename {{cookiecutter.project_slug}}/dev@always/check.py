"""Run everything that CI runs on a change, with the versions in ``uv.lock``: what ``make check`` does."""

import os
import shlex
import shutil
import subprocess
import sys

from . import ROOT

COMMANDS = (
    "uv run ruff check",
    "uv run ruff format --check",
    "uv run mypy",
    "uv run pytest",
    "uv export --no-dev --format cyclonedx1.5 --output-file sbom.cdx.json",
    "uv audit --no-dev",
    "go run github.com/zricethezav/gitleaks/v8@v8.30.1 git --redact --no-banner --verbose",
)


def main() -> None:
    """Run the commands until one fails; skip those whose program is not installed."""
    for line in COMMANDS:
        name, *arguments = shlex.split(line)
        program = os.environ.get("UV", "uv") if name == "uv" else name  # `uv run` sets UV to its own path
        if shutil.which(program) is None:
            print(f"Skipped, because {name} is not installed: {line}", flush=True)
            continue
        print(f"$ {line}", flush=True)
        command = [program, *arguments]
        if status := subprocess.run(command, cwd=ROOT, env={**os.environ, "UV_LOCKED": "1"}, check=False).returncode:
            sys.exit(status)


if __name__ == "__main__":
    main()
