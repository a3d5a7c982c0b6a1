"""The test suite of every service passes, with real servers.

The services share one environment with the newest releases that their `pyproject.toml` files
allow. Only the first service of each authentication style has the default names and description;
the others have hostile answers.

The tests that take longest run in one service of each authentication style, and in one without its
optional parts (`removals/`), which have different storages and databases. The other tests
run in every service. Outside CI, four of the services are tested.
"""

import os
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.environment import SLOW, VARIANTS, Environment, answers_of, is_in
from tests.selection import TESTED_LOCALLY, WHOLE, sample
from tests.template import CHOICES, label

MIN_HOSTILE = 20


def sources(service: Path) -> set[Path]:
    """Return all paths in a service except bytecode and Hypothesis examples."""
    ignored = {"__pycache__", ".hypothesis"}
    return {path for path in service.rglob("*") if not ignored & set(path.parts)}


@pytest.mark.suite
@pytest.mark.parametrize("variant", sample(VARIANTS, TESTED_LOCALLY, label))
def test_its_own_tests_pass(
    environment: Environment,
    bake: Bake,
    tmp_path: Path,
    variant: Mapping[str, str],
    record_property: Callable[[str, object], None],
) -> None:
    """In CI no test is skipped, and the suite leaves no files behind."""
    service = shutil.copytree(bake(answers_of(variant)), tmp_path / "service")
    before = sources(service)
    printed = environment.pytest(service, without=() if label(variant) in WHOLE else SLOW)
    closing = printed.splitlines()[-1]
    passed = re.search(r"(\d+) passed", closing)
    assert passed, closing
    assert not (os.environ.get("CI") and "skipped" in closing), closing
    assert sources(service) == before
    record_property("suite", passed[1])


def test_slow_tests_run_in_a_service_of_each_style() -> None:
    """Also outside CI."""
    assert set(WHOLE) <= {label(variant) for variant in TESTED_LOCALLY}
    assert [name.partition("-")[0] for name in WHOLE] == CHOICES["auth_style"]


@pytest.mark.parametrize("name", SLOW)
def test_a_slow_test_exists(bake: Bake, name: str) -> None:
    """In the default service of a style."""
    assert any(is_in(bake({"auth_style": style}), name) for style in CHOICES["auth_style"])


def test_enough_suites_run_with_hostile_answers() -> None:
    """Every variant except one of each authentication style has hostile answers."""
    hostile = [variant for variant in VARIANTS if "project_name" in answers_of(variant)]
    assert len(hostile) == len(VARIANTS) - len(CHOICES["auth_style"])
    assert len(hostile) >= MIN_HOSTILE or len(CHOICES["auth_style"]) < 3
