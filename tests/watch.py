"""Bake a service whenever the template changes, and run its tests: `make watch [answers]`."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from cookiecutter.exceptions import CookiecutterException
from cookiecutter.main import cookiecutter

from tests.bake import Refused, answered
from tests.services import UV
from tests.template import TEMPLATE

WATCHED = ("cookiecutter.json", "hooks", "{{cookiecutter.project_slug}}")
# What makes the next run fast, or holds the data of somebody who tries the service.
KEPT = {".venv", ".env", "certs", "var", "uv.lock", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
SECONDS = 0.5


def main(out: Path, answers: Mapping[str, str]) -> None:
    """Go on until Ctrl-C."""
    seen: dict[Path, float] = {}
    while True:
        now = times()
        if now != seen:
            seen = now
            try:
                service = refreshed(out, answers)
            except CookiecutterException as error:
                print(f"no bake: {error}", file=sys.stderr)
                continue
            subprocess.run([UV, "run", "pytest", "-q", "-x", "--failed-first"], cwd=service)
            print(f"\n{service} is up to date; waiting for a change", flush=True)
        time.sleep(SECONDS)


def times() -> dict[Path, float]:
    """Give when each file of the template was last changed."""
    files = (path for name in WATCHED for path in [TEMPLATE / name, *(TEMPLATE / name).rglob("*")])
    return {path: path.stat().st_mtime for path in files if path.is_file()}


def refreshed(out: Path, answers: Mapping[str, str]) -> Path:
    """Bake over the service of the last time; files that the template lost go."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out) as folder:
        baked = cookiecutter(
            str(TEMPLATE),
            no_input=True,
            extra_context=dict(answers),
            output_dir=folder,
            default_config=True,
        )
        service = out / Path(baked).name
        service.mkdir(exist_ok=True)
        for old in service.iterdir():
            if old.name not in KEPT:
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        for new in Path(baked).iterdir():
            if not (service / new.name).exists():
                shutil.move(new, service)
    return service


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), answered(sys.argv[2:]))
    except Refused as reason:
        sys.exit(str(reason))
    except KeyboardInterrupt:
        print()
