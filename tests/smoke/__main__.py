"""Bake a service, install it, start it over HTTPS, call it as its users would, and stop it.

`make smoke [answers]` runs this. It ends with the number of checks that passed, or names each
that failed and shows the service's log.
"""

import importlib
import sys
import tempfile
import tomllib
import traceback
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.bake import NotBaked, answered
from tests.services import NotStarted, Service, bake, started, storages
from tests.smoke import contract, readme, transport
from tests.smoke.checks import Checks


def main(arguments: list[str]) -> str | None:
    """Try the service of these answers; return what failed."""
    try:
        log, expect = tried(answered(arguments))
    except (NotBaked, NotStarted, pytest.skip.Exception, pytest.fail.Exception) as reason:
        return f"{reason}\nsmoke: not started"
    if expect.failed:
        return "\n".join([log, *expect.failed, f"smoke: {len(expect.failed)} checks failed"])
    print(f"smoke: {expect.passed} checks passed")
    return None


def tried(answers: Mapping[str, str]) -> tuple[str, Checks]:
    """Bake, start, call and stop; return the service's log and what was found."""
    expect = Checks()
    with tempfile.TemporaryDirectory(prefix="smoke-") as folder:
        service = bake(Path(folder), answers)
        with storages(service) as settings, started(service, settings) as running:
            try:
                call(running, expect)
            except Exception:
                expect.failed.append(traceback.format_exc())
            expect("it stops by itself on Ctrl-C", running.stop())
            return running.log.read_text(encoding="utf-8", errors="replace"), expect


def call(service: Service, expect: Checks) -> None:
    """Make every check that the answers call for."""
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
