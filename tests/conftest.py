"""Bakes, each made once for all tests that only look at it, and the count of what was tested."""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings
from pytest_cookies.plugin import Cookies

from tests.bake import baked
from tests.template import TEMPLATE

Bake = Callable[[Mapping[str, str]], Path]

# How long an example takes depends on what else the machine does.
settings.register_profile("template", deadline=None)
settings.load_profile("template")


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Give a folder that all test processes of a run share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def bake(cookies_session: Cookies, shared: Path) -> Bake:
    """Bake these answers, defaults for the others, once in a run; nobody writes to the service."""

    def bake(answers: Mapping[str, str]) -> Path:
        key = json.dumps(answers, sort_keys=True).encode("utf-8", "surrogatepass")
        note = shared / f"bake-{hashlib.sha256(key).hexdigest()}"
        with FileLock(f"{note}.lock"):
            if not note.exists():
                result = cookies_session.bake(extra_context=dict(answers), template=str(TEMPLATE))
                if result.exception is not None:
                    raise result.exception
                note.write_text(str(result.project_path), "utf-8")
        return Path(note.read_text("utf-8"))

    return bake


@pytest.fixture
def rebake(tmp_path: Path) -> Bake:
    """Bake into a folder of the test's own, over what stands there, as ``cookiecutter -f`` does."""
    return partial(baked, tmp_path)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what a run covered: ``record_property`` brings it from the test processes.

    A check is a test that passed, here or in the suite of a service, or a claim of `tests/smoke`.
    """
    passed = terminalreporter.getreports("passed")
    told = [each for report in passed if report.when == "call" for each in report.user_properties]
    baked = {value for name, value in told if name == "baked"}
    suites = [value for name, value in told if name == "suite"]
    checks = sum(report.when == "call" for report in passed)
    checks += sum(int(str(value)) for name, value in told if name in {"suite", "claims"})
    terminalreporter.write_line(
        f"{len(baked)} variants baked, {len(suites)} suites run, {checks} checks"
    )
