"""Check the code, run the tests, and look for vulnerable dependencies and secrets: what ``make check`` does.

These are the commands of CI that need no CI service, with the versions in ``uv.lock``.
"""

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
    "uv export --quiet --no-dev --format cyclonedx1.5 --output-file sbom.cdx.json",
    "uv audit --no-dev",
    "go run github.com/zricethezav/gitleaks/v8@v8.30.1 git --redact --no-banner --verbose",
)

# What a command needs from the network.
REQUESTS = {
    "uv audit": "asks https://api.osv.dev for known vulnerabilities",
    "go run": "downloads gitleaks from https://proxy.golang.org the first time",
}


def main() -> None:
    """Run the commands until one fails; skip those whose program is not installed."""
    skipped = []
    for line in COMMANDS:
        name, *arguments = shlex.split(line)
        program = os.environ.get("UV", "uv") if name == "uv" else name  # `uv run` sets UV to its own path
        if shutil.which(program) is None:
            skipped.append(f"Skipped, because {name} is not installed: {line}")
            continue
        print(f"$ {line}", flush=True)
        command = [program, *arguments]
        if status := subprocess.run(command, cwd=ROOT, env={**os.environ, "UV_LOCKED": "1"}, check=False).returncode:
            request = REQUESTS.get(f"{name} {arguments[0]}")
            offline = f" It {request}; if this machine is offline, only the checks before it passed." if request else ""
            sys.exit(f"Failed with exit status {status}: {line}.{offline}")
    print("All checks passed.", *skipped, sep="\n")


if __name__ == "__main__":
    main()
