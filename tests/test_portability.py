"""Static checks that the template and its services run on macOS and Windows, too."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import Bake
from tests.repository import repository_files
from tests.template import CHOICES, SERVICE, TEMPLATE, hook

SYSTEMS = ["win32", "darwin"]
HOOKS = sorted((TEMPLATE / "hooks").glob("*.py"))
SCRIPTS = sorted((SERVICE / "dev@always").glob("*.py"))
# Each system has another shell, and a shell could execute an answer as a command.
SHELLS = {
    "os": {"system", "popen", "startfile"},
    "subprocess": {"getoutput", "getstatusoutput"},
    "asyncio": {"create_subprocess_shell"},
}


def sources() -> list[Path]:
    """Return the Python files of the hooks and the service, of all variants."""
    run = ("dev", "{{cookiecutter.__package_name}}")
    folders = [each for each in SERVICE.iterdir() if each.name.partition("@")[0] in run]
    return [*HOOKS, *sorted(path for folder in folders for path in folder.rglob("*.py"))]


def shells(source: str) -> list[str]:
    """Return the functions of SHELLS that a source uses, however it imports them."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name(id=module), attr=name):
                found += [name] if name in SHELLS.get(module, ()) else []
            case ast.ImportFrom(module=str(module), names=names):
                imported = {alias.name for alias in names}
                found += sorted(imported & {*SHELLS.get(module, ()), "*"})
            case ast.Import(names=names):
                found += [alias.name for alias in names if alias.name in SHELLS and alias.asname]
            case ast.keyword(arg="shell", value=value):
                found += (
                    [] if isinstance(value, ast.Constant) and value.value is False else ["shell"]
                )
    return found


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(TEMPLATE).as_posix())
def test_no_source_starts_a_shell(path: Path) -> None:
    """Programs are started with a list of arguments."""
    assert shells(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.system('id')",
        "from os import path, system\nsystem('id')",
        "from os import popen as start\nstart('id')",
        "from subprocess import *",
        "import os as system\nsystem.popen('id')",
        "import subprocess\nsubprocess.run('id', shell=True)",
        "from subprocess import run\nrun('id', shell=shell)",
        "from asyncio import create_subprocess_shell",
    ],
)
def test_every_use_of_a_shell_is_found(source: str) -> None:
    """With every form of import."""
    assert len(shells(source)) == 1


def test_every_file_is_opened_with_an_encoding() -> None:
    """The default encoding differs on Windows."""
    paths = [str(path) for path in sources()]
    command = ["ruff", "check", "--isolated", "--no-cache", "--preview", "--select=PLW1514"]
    done = subprocess.run([*command, *paths], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout


def test_every_file_name_is_valid_on_windows() -> None:
    """No reserved characters, devices or endings, no long names, none that differ only in case."""
    found = repository_files()
    assert len({name.lower() for name in found}) == len(found)
    for name in found:
        assert len(name) < 180, name
        for part in name.split("/"):
            assert not re.search(r'[<>:"\\|?*\x00-\x1f]|[. ]$', part), name
            assert not re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", part), name
            assert part.isascii(), name


def test_no_file_is_a_symlink_or_executable() -> None:
    """Windows has neither; .ci/ may contain executable files, as it runs on Linux only."""
    for name in repository_files():
        path = TEMPLATE / name
        assert not path.is_symlink(), name
        if path.is_file() and not name.startswith(".ci/"):
            assert os.name == "nt" or not path.stat().st_mode & 0o111, name


def test_no_file_of_a_service_is_a_symlink_or_executable(bake: Bake) -> None:
    """In the default service."""
    for path in bake({}).rglob("*"):
        assert not path.is_symlink()
        if path.is_file():
            assert os.name == "nt" or not path.stat().st_mode & 0o111


def test_every_line_ends_with_lf() -> None:
    """Also in a checkout and a bake on Windows."""
    assert "eol=lf" in (TEMPLATE / ".gitattributes").read_text("utf-8")
    assert "eol=lf" in (SERVICE / ".gitattributes").read_text("utf-8")
    assert [name for name in repository_files() if b"\r\n" in (TEMPLATE / name).read_bytes()] == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_hooks_type_check_on_the_system(system: str) -> None:
    """With the types of that system's standard library."""
    command = [sys.executable, "-m", "mypy", "--platform", system, "--no-incremental"]
    done = subprocess.run(
        [*command, *map(str, HOOKS)], cwd=TEMPLATE, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def other_systems() -> dict[str, object]:
    """Return the job that runs on other systems."""
    text = (TEMPLATE / ".github/workflows/test.yml").read_text("utf-8")
    job: dict[str, object] = yaml.safe_load(text)["jobs"]["other-systems"]
    return job


def test_the_workflow_renders_every_style_on_both(
    other_systems: dict[str, dict[str, dict[str, list[str]]]],
) -> None:
    """On macOS and Windows."""
    matrix = other_systems["strategy"]["matrix"]
    assert matrix["system"] == ["macos-latest", "windows-latest"]
    assert set(matrix["style"]) >= set(CHOICES["auth_style"])
    assert set(matrix["style"]) <= hook("post_gen_project", {}).SUFFIXES["auth_style"]


def test_the_workflow_runs_the_lint_and_the_suite_of_each(
    other_systems: dict[str, list[dict[str, str]]],
) -> None:
    """In the service's folder."""
    inside = [
        step for step in other_systems["steps"] if "build/" in step.get("working-directory", "")
    ]
    commands = {line.strip() for step in inside for line in step["run"].splitlines()}
    assert commands >= {
        "uv run ruff check",
        "uv run ruff format --check",
        "uv run mypy",
        "uv run pytest",
    }


def test_the_workflow_does_not_use_make(other_systems: dict[str, list[dict[str, str]]]) -> None:
    """Windows does not have it."""
    commands = [step["run"] for step in other_systems["steps"] if "run" in step]
    assert any("cookiecutter" in command for command in commands)
    assert not [command for command in commands if re.search(r"\bmake\b", command)]
