"""Bakes, each made once for all tests that only look at it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from cookiecutter.main import cookiecutter
from pytest_cookies.plugin import Cookies

from tests.template import TEMPLATE

Bake = Callable[[Mapping[str, str]], Path]


@pytest.fixture(scope="session")
def bake(cookies_session: Cookies) -> Bake:
    """Bake these answers, defaults for the others, once; nobody writes to the service."""
    baked: dict[frozenset[tuple[str, str]], Path] = {}

    def bake(answers: Mapping[str, str]) -> Path:
        key = frozenset(answers.items())
        if key not in baked:
            result = cookies_session.bake(extra_context=dict(answers), template=str(TEMPLATE))
            if result.exception is not None:
                raise result.exception
            baked[key] = result.project_path
        return baked[key]

    return bake


@pytest.fixture
def rebake(tmp_path: Path) -> Bake:
    """Bake into a folder of the test's own, over what stands there, as ``cookiecutter -f`` does."""

    def rebake(answers: Mapping[str, str]) -> Path:
        service = cookiecutter(
            str(TEMPLATE),
            no_input=True,
            extra_context=dict(answers),
            output_dir=str(tmp_path),
            overwrite_if_exists=True,
            default_config=True,
        )
        return Path(service)

    return rebake


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell which services were tried as a whole: tests put a line under ``covered``."""
    covered = [
        line
        for report in terminalreporter.getreports("passed")
        for name, line in report.user_properties
        if name == "covered"
    ]
    if covered:
        terminalreporter.section("services")
        for line in sorted(covered):
            terminalreporter.line(line)
