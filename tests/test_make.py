"""Arguments of make reach the program unchanged, and are never executed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Bake
from tests.programs import program
from tests.strategies import TEXTS
from tests.template import TEMPLATE

TOUCH = "$(shell touch PWNED)`touch PWNED`$$(touch PWNED)'; touch PWNED; '"
VALUES = [*TEXTS, TOUCH, "Tea $HOME", "$$ ${HOME} $@ $", "it's", "two  blanks ", "a=b OUT=c", ""]


@pytest.fixture
def uv(tmp_path: Path) -> Path:
    """Return a program to use as uv that prints its arguments and APP_ variables."""
    path = tmp_path / "uv"
    path.write_text(
        f"#!{sys.executable}\n"
        "import json, os, sys\n"
        "settings = {name: os.environ[name] for name in os.environ if name.startswith('APP_')}\n"
        "print(json.dumps([sys.argv[1:], settings]))\n"
    )
    path.chmod(0o755)
    return path


def make(*arguments: str | Path) -> list[Any]:
    """Run make in the template and return the arguments and settings of each call of uv."""
    done = subprocess.run(
        [program("make"), "--no-print-directory", *arguments],
        cwd=TEMPLATE,
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("target", ["bake", "watch", "smoke"])
def test_an_answer_is_passed_unchanged(target: str, uv: Path) -> None:
    """Also if it has a meaning for make or a shell."""
    for value in VALUES:
        answers = {f"project_name={value}", "auth_style=oauth2"}
        ((arguments, _),) = make(target, f"UV={uv}", *answers)
        assert {each for each in arguments if "=" in each} == answers
    assert not (TEMPLATE / "PWNED").exists()


def test_a_folder_and_a_reference_are_passed_unchanged(uv: Path) -> None:
    """OUT and REF."""
    for value in (value for value in VALUES if value):
        for target in ("bake", "watch"):
            ((arguments, _),) = make(target, f"UV={uv}", f"OUT={value}")
            assert value in arguments
        ((arguments, _),) = make("diff", f"UV={uv}", f"REF={value}")
        assert arguments[-1] == value
    assert not (TEMPLATE / "PWNED").exists()


def test_each_style_has_its_own_folder(uv: Path) -> None:
    """A service cannot change its style; OUT overrides the folder."""
    folders = {
        (): "build",
        ("limiter_backend=redis",): "build",
        ("auth_style=oauth2",): "build/oauth2",
        ("auth_style=oauth2", "OUT=elsewhere"): "elsewhere",
    }
    for answers, folder in folders.items():
        for target in ("bake", "watch"):
            ((arguments, _),) = make(target, f"UV={uv}", *answers)
            assert [each for each in arguments if "=" not in each][-1] == folder


def test_a_demo_runs_the_service_with_its_settings(bake: Bake, uv: Path, tmp_path: Path) -> None:
    """The service's own make gets the settings, but no answers."""
    out = tmp_path / "it's $HOME"
    (out / "tea").mkdir(parents=True)
    (out / "tea/Makefile").write_bytes((bake({}) / "Makefile").read_bytes())
    for value in VALUES:
        variables = (
            f"OUT={out}",
            f"project_name={value}",
            "project_slug=tea",
            f"APP_SERVER_URL={value}",
        )
        (baked, _), (ran, settings) = make("demo", f"UV={uv}", *variables)
        assert f"project_name={value}" in baked
        assert "project_slug=tea" in baked
        assert ran == ["run", "python", "-m", "dev.run"]
        assert settings["APP_SERVER_URL"] == value
    assert not list(tmp_path.rglob("PWNED"))
