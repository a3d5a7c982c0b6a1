"""Render a service, install it, start it over HTTPS, call it as its users would, and stop it.

`make smoke [answers]` runs this module. It prints the number of checks that passed, or the
service's log and each check that failed.
"""

import importlib
import sys
import tempfile
import tomllib
import traceback
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.bake import BakeFailed, parse_answers
from tests.services import Service, StartFailed, bake, started, storages
from tests.smoke import contract, readme, transport
from tests.smoke.checks import Checks


def main(arguments: list[str]) -> str | None:
    """Check the service with these answers; return the failures."""
    try:
        log, expect = run(parse_answers(arguments))
    except (BakeFailed, StartFailed, pytest.skip.Exception, pytest.fail.Exception) as reason:
        return f"{reason}\nsmoke: not started"
    if expect.failed:
        return "\n".join([log, *expect.failed, f"smoke: {len(expect.failed)} checks failed"])
    print(f"smoke: {expect.passed} checks passed")
    return None


def run(answers: Mapping[str, str]) -> tuple[str, Checks]:
    """Render, start, call and stop the service; return its log and the checks."""
    expect = Checks()
    with tempfile.TemporaryDirectory(prefix="smoke-") as folder:
        service = bake(Path(folder), answers)
        with storages(service) as settings, started(service, settings) as running:
            try:
                call(running, expect)
            except Exception:
                expect.failed.append(traceback.format_exc())
            expect("the service stops on Ctrl-C", running.stop())
            return running.log.read_text(encoding="utf-8", errors="replace"), expect


def call(service: Service, expect: Checks) -> None:
    """Run every check for the service's answers."""
    project = tomllib.loads((service.folder / "pyproject.toml").read_text(encoding="utf-8"))
    answers = project["tool"]["cookiecutter"]
    style = importlib.import_module(f"tests.smoke.{answers['auth_style']}")
    origins = [origin.strip() for origin in answers["cors_origins"].split(",") if origin.strip()]

    readme.check(service, expect)
    transport.check(service, expect)
    with service.client(style.credential(service)) as client:
        style.check(service, client, expect)
        contract.check(service, client, origins, expect)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
