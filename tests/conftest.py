"""Fixtures that render services, and a summary of what a run covered."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings
from pytest_cookies.plugin import Cookies

from tests.bake import bake_in_process
from tests.environment import environment
from tests.selection import WHOLE
from tests.template import TEMPLATE

__all__ = ["environment"]

Bake = Callable[[Mapping[str, str]], Path]
# These take several minutes for each service, because they run all of its tests.
EVERY_TEST = {"test_its_own_tests_pass", "test_everything_is_removed"}

# The duration of an example depends on the load of the machine. Each one takes a bake.
settings.register_profile(
    "template", deadline=None, max_examples=100 if os.environ.get("CI") else 25
)
settings.load_profile("template")


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a folder that all test processes of a run share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def bake(cookies_session: Cookies, shared: Path) -> Bake:
    """Render these answers and defaults once per run; tests must not change the service."""

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
    """Render into the test's own folder, over an existing service, like ``cookiecutter -f``."""
    return partial(bake_in_process, tmp_path)


@pytest.hookimpl(trylast=True)  # after `-m` has removed tests
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test process its share of the longest tests, and let it begin with them.

    xdist gives each process a part of the list that is as long as the others.
    """
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    longest = [item for item in items if item.get_closest_marker("suite")]
    longest.sort(key=lambda item: not item.name.endswith(tuple(f"[{name}]" for name in WHOLE)))
    longest.sort(key=lambda item: item.name.partition("[")[0] not in EVERY_TEST)
    others = [item for item in items if not item.get_closest_marker("suite")]
    items[:] = []
    for number in range(processes):
        items += longest[number::processes]
        items += others[len(others) * number // processes : len(others) * (number + 1) // processes]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what a run covered; ``record_property`` transfers it from the test processes.

    A check is a test that passed, here or in a service's suite, or a check of `tests/smoke`.
    """
    passed = terminalreporter.getreports("passed")
    calls = [report for report in passed if report.when == "call"]
    properties = [each for report in calls for each in report.user_properties]
    baked = {value for name, value in properties if name == "baked"}
    suites = [value for name, value in properties if name == "suite"]
    checks = len(calls)
    checks += sum(int(str(value)) for name, value in properties if name in {"suite", "smoke"})
    terminalreporter.write_line(
        f"{len(baked)} variants baked, {len(suites)} suites run, {checks} checks"
    )
