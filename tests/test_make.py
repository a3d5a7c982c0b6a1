"""What make is told reaches the program that it starts letter by letter, and none of it is run."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Bake
from tests.hostile import TEXTS
from tests.programs import program
from tests.template import TEMPLATE

TOUCH = "$(shell touch PWNED)`touch PWNED`$$(touch PWNED)'; touch PWNED; '"
WORDS = [*TEXTS, TOUCH, "Tea $HOME", "$$ ${HOME} $@ $", "it's", "two  blanks ", "a=b OUT=c", ""]


@pytest.fixture
def uv(tmp_path: Path) -> Path:
    """Give a program that tells what it is called with, in place of uv."""
    path = tmp_path / "uv"
    path.write_text(
        f"#!{sys.executable}\n"
        "import json, os, sys\n"
        "given = {name: os.environ[name] for name in os.environ if name.startswith('APP_')}\n"
        "print(json.dumps([sys.argv[1:], given]))\n"
    )
    path.chmod(0o755)
    return path


def make(*arguments: str | Path) -> list[Any]:
    """Call make in the template and give what each call of uv was told."""
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
def test_an_answer_arrives_as_it_is_given(target: str, uv: Path) -> None:
    """Whatever it means to make or to a shell."""
    for word in WORDS:
        answers = {f"project_name={word}", "auth_style=oauth2"}
        ((told, _),) = make(target, f"UV={uv}", *answers)
        assert {each for each in told if "=" in each} == answers
    assert not (TEMPLATE / "PWNED").exists()


def test_a_folder_and_a_reference_arrive_as_they_are_given(uv: Path) -> None:
    """So that the service lands where it was told to."""
    for word in (word for word in WORDS if word):
        for target in ("bake", "watch"):
            ((told, _),) = make(target, f"UV={uv}", f"OUT={word}")
            assert word in told
        ((told, _),) = make("diff", f"UV={uv}", f"REF={word}")
        assert told[-1] == word
    assert not (TEMPLATE / "PWNED").exists()


def test_a_style_that_is_named_has_a_folder_of_its_own(uv: Path) -> None:
    """Because no service can change its style; a folder that is named is taken as it is."""
    folders = {
        (): "build",
        ("limiter_backend=redis",): "build",
        ("auth_style=oauth2",): "build/oauth2",
        ("auth_style=oauth2", "OUT=elsewhere"): "elsewhere",
    }
    for answers, folder in folders.items():
        for target in ("bake", "watch"):
            ((told, _),) = make(target, f"UV={uv}", *answers)
            assert [each for each in told if "=" not in each][-1] == folder


def test_a_demo_runs_the_service_with_its_settings(bake: Bake, uv: Path, tmp_path: Path) -> None:
    """Its own make is told of no answer."""
    out = tmp_path / "it's $HOME"
    (out / "tea").mkdir(parents=True)
    (out / "tea/Makefile").write_bytes((bake({}) / "Makefile").read_bytes())
    for word in WORDS:
        given = (f"OUT={out}", f"project_name={word}", "project_slug=tea", f"APP_SERVER_URL={word}")
        (baked, _), (ran, settings) = make("demo", f"UV={uv}", *given)
        assert f"project_name={word}" in baked
        assert "project_slug=tea" in baked
        assert ran == ["run", "python", "scripts/develop.py"]
        assert settings["APP_SERVER_URL"] == word
    assert not list(tmp_path.rglob("PWNED"))
