"""The types of every service are correct according to mypy and pyright, on every system."""

import itertools
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.environment import VARIANTS, Environment, answers_of, each_answer_once
from tests.selection import TESTED_LOCALLY, is_in_half, sample
from tests.template import CHOICES, label

LIMITED_VIEWS = """
from flask import Blueprint

from .core.limits import SettingRate, get_remote_address, limiter

blueprint = Blueprint("limited", __name__)


@blueprint.get("/tea/<int:cups>")
@limiter.limit("5/minute")
@limiter.shared_limit("9/hour", scope="drinks")
@limiter.shared_limit(SettingRate("address"), scope="address", key_func=get_remote_address)
def tea(cups: int) -> str:
    return str(cups)


@blueprint.get("/water")
@limiter.exempt
def water() -> str:
    return tea(1)


text: str = tea(3) + water()
"""


@pytest.mark.suite
@pytest.mark.parametrize("variant", sample(filter(is_in_half, VARIANTS), TESTED_LOCALLY, label))
def test_its_types_are_correct(
    environment: Environment, bake: Bake, variant: Mapping[str, str]
) -> None:
    """Mypy reports no error, with each pair of answers to two questions."""
    environment.run(bake(variant), "mypy")


@pytest.mark.suite
@pytest.mark.exhaustive
@pytest.mark.parametrize("variant", [*each_answer_once()], ids=label)
def test_its_types_are_correct_with_other_names(
    environment: Environment, bake: Bake, variant: Mapping[str, str]
) -> None:
    """Mypy reports no error in services with hostile answers."""
    environment.run(bake(answers_of(variant)), "mypy")


@pytest.mark.suite
@pytest.mark.parametrize("variant", sample(each_answer_once(), [VARIANTS[0]], label))
def test_pyright_finds_no_error(
    environment: Environment, bake: Bake, variant: Mapping[str, str]
) -> None:
    """In basic mode, which VS Code uses; with each answer once."""
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--pythonpath", str(environment.root / "bin" / "python")],
        cwd=bake(answers_of(variant)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.suite
def test_a_view_with_rate_limits_keeps_its_type(
    environment: Environment, bake: Bake, tmp_path: Path
) -> None:
    """The decorators of Flask-Limiter are typed, and the view can be called like the function."""
    service = shutil.copytree(bake({}), tmp_path / "service")
    (service / "acme_api" / "limited.py").write_text(LIMITED_VIEWS, "utf-8")
    environment.run(service, "mypy")


@pytest.mark.suite
@pytest.mark.parametrize(
    "on_system",
    sample(
        itertools.product(["win32", "darwin"], CHOICES["auth_style"]),
        [("win32", "api_key")],
        "-".join,
    ),
)
def test_its_types_are_correct_on_other_systems(
    environment: Environment, bake: Bake, on_system: tuple[str, str]
) -> None:
    """The service and its `dev` package use only what the standard library offers on that system.

    Each case has its own cache, because a mypy cache is for one system at a time.
    """
    system, auth_style = on_system
    cache = environment.root / f"mypy-{system}-{auth_style}"
    mypy = ("mypy", "--platform", system, "--cache-dir", str(cache))
    service = bake({"auth_style": auth_style})
    environment.run(service, *mypy)
    environment.run(service, *mypy, "-p", "dev")
