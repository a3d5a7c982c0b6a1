"""Render a service after each change of the template and run its tests: `make watch [answers]`."""

import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path

from tests.bake import BakeFailed, InvalidArguments, bake_in_process, parse_answers
from tests.services import UV
from tests.template import TEMPLATE

WATCHED = ("cookiecutter.json", "hooks", "{{cookiecutter.project_slug}}")
# Caches of the tools, and the data of a service that is in use.
KEPT = {".venv", ".env", "certs", "var", "uv.lock", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
SECONDS = 0.5


def main(out: Path, answers: Mapping[str, str]) -> None:
    """Run until Ctrl-C, also after a failed bake; raises InvalidArguments for wrong arguments."""
    seen: dict[Path, float] = {}
    while True:
        now = times()
        if now != seen:
            seen = now
            try:
                service = refreshed(out, answers)
            except InvalidArguments:
                raise
            except BakeFailed as reason:
                print(f"The bake failed: {reason}", file=sys.stderr)
                continue
            subprocess.run([UV, "run", "pytest", "-q", "-x", "--failed-first"], cwd=service)
            print(f"\n{service} is up to date. Waiting for a change.", flush=True)
        time.sleep(SECONDS)


def times() -> dict[Path, float]:
    """Return the modification time of each file of the template."""
    files = (path for name in WATCHED for path in [TEMPLATE / name, *(TEMPLATE / name).rglob("*")])
    return {path: path.stat().st_mtime for path in files if path.is_file()}


def refreshed(out: Path, answers: Mapping[str, str]) -> Path:
    """Render over the previous service, and delete files that the template no longer has.

    Raises BakeFailed, and InvalidArguments if that would delete somebody else's files.
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out) as folder:
        new = bake_in_process(Path(folder), answers)
        service = out / new.name
        if service.exists() and not may_be_replaced(service):
            raise InvalidArguments(
                f"{service} has a .git folder or was not rendered by this template."
                " Set OUT to another folder."
            )
        service.mkdir(exist_ok=True)
        for old in service.iterdir():
            if old.name not in KEPT:
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        for file in new.iterdir():
            if not (service / file.name).exists():
                shutil.move(file, service)
    return service


def may_be_replaced(service: Path) -> bool:
    """Return whether a folder is a rendered service without a git repository."""
    try:
        project = tomllib.loads((service / "pyproject.toml").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return "cookiecutter" in project.get("tool", {}) and not (service / ".git").exists()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), parse_answers(sys.argv[2:]))
    except InvalidArguments as reason:
        sys.exit(str(reason))
    except KeyboardInterrupt:
        print()
