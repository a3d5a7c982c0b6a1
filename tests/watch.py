"""Bake a service whenever the template changes, and run its tests: `make watch [answers]`."""

import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path

from tests.bake import NotBaked, Refused, answered, baked
from tests.services import UV
from tests.template import TEMPLATE

WATCHED = ("cookiecutter.json", "hooks", "{{cookiecutter.project_slug}}")
# What makes the next run fast, or holds the data of somebody who tries the service.
KEPT = {".venv", ".env", "certs", "var", "uv.lock", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
SECONDS = 0.5


def main(out: Path, answers: Mapping[str, str]) -> None:
    """Go on until Ctrl-C; raises Refused where no change of the template would help."""
    seen: dict[Path, float] = {}
    while True:
        now = times()
        if now != seen:
            seen = now
            try:
                service = refreshed(out, answers)
            except Refused:
                raise
            except NotBaked as reason:
                print(f"no bake: {reason}", file=sys.stderr)
                continue
            subprocess.run([UV, "run", "pytest", "-q", "-x", "--failed-first"], cwd=service)
            print(f"\n{service} is up to date; waiting for a change", flush=True)
        time.sleep(SECONDS)


def times() -> dict[Path, float]:
    """Give when each file of the template was last changed."""
    files = (path for name in WATCHED for path in [TEMPLATE / name, *(TEMPLATE / name).rglob("*")])
    return {path: path.stat().st_mtime for path in files if path.is_file()}


def refreshed(out: Path, answers: Mapping[str, str]) -> Path:
    """Bake over the service of the last time; files that the template lost go.

    Raises NotBaked, and Refused where somebody else's files would go.
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out) as folder:
        new = baked(Path(folder), answers)
        service = out / new.name
        if service.exists() and not is_ours(service):
            raise Refused(
                f"{service} is somebody's: it has a .git, or no bake made it; name another OUT"
            )
        service.mkdir(exist_ok=True)
        for old in service.iterdir():
            if old.name not in KEPT:
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        for file in new.iterdir():
            if not (service / file.name).exists():
                shutil.move(file, service)
    return service


def is_ours(service: Path) -> bool:
    """Tell whether a folder holds a service, and no history that somebody began in it."""
    try:
        project = tomllib.loads((service / "pyproject.toml").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return "cookiecutter" in project.get("tool", {}) and not (service / ".git").exists()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), answered(sys.argv[2:]))
    except Refused as reason:
        sys.exit(str(reason))
    except KeyboardInterrupt:
        print()
