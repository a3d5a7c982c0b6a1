"""What runs on Linux runs on macOS and Windows too, as far as rules can say without them."""

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
SCRIPTS = sorted((SERVICE / "scripts@always").glob("*.py"))
# A shell is another one on each system, and reads answers as commands.
SHELLS = {
    "os": {"system", "popen", "startfile"},
    "subprocess": {"getoutput", "getstatusoutput"},
    "asyncio": {"create_subprocess_shell"},
}


def sources() -> list[Path]:
    """Give the Python files that run at a bake or in a service, whatever their folder's mark."""
    run = ("scripts", "{{cookiecutter.__package_name}}")
    folders = [each for each in SERVICE.iterdir() if each.name.partition("@")[0] in run]
    return [*HOOKS, *sorted(path for folder in folders for path in folder.rglob("*.py"))]


def shells(source: str) -> list[str]:
    """Give what a source takes of those, in whichever way it names it."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name(id=module), attr=name):
                found += [name] if name in SHELLS.get(module, ()) else []
            case ast.ImportFrom(module=str(module), names=names):
                taken = {alias.name for alias in names}
                found += sorted(taken & {*SHELLS.get(module, ()), "*"})
            case ast.Import(names=names):
                found += [alias.name for alias in names if alias.name in SHELLS and alias.asname]
            case ast.keyword(arg="shell", value=value):
                found += (
                    [] if isinstance(value, ast.Constant) and value.value is False else ["shell"]
                )
    return found


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(TEMPLATE).as_posix())
def test_no_source_starts_a_shell(path: Path) -> None:
    """Programs are started by their name and a list of arguments."""
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
def test_a_shell_is_found_however_it_is_named(source: str) -> None:
    """What the test above looks for."""
    assert len(shells(source)) == 1


def test_every_text_file_is_opened_with_its_encoding() -> None:
    """The default is another one on Windows."""
    paths = [str(path) for path in sources()]
    command = ["ruff", "check", "--isolated", "--no-cache", "--preview", "--select=PLW1514"]
    done = subprocess.run([*command, *paths], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout


def test_every_name_is_fit_for_windows() -> None:
    """No reserved character, device or ending, none too long, no two that differ in case alone."""
    found = repository_files()
    assert len({name.lower() for name in found}) == len(found)
    for name in found:
        assert len(name) < 180, name
        for part in name.split("/"):
            assert not re.search(r'[<>:"\\|?*\x00-\x1f]|[. ]$', part), name
            assert not re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", part), name
            assert part.isascii(), name


def test_there_is_no_link_and_no_mode() -> None:
    """Windows has neither; what runs on this machine alone may be executable."""
    for name in repository_files():
        path = TEMPLATE / name
        assert not path.is_symlink(), name
        if path.is_file() and not name.startswith(".ci/"):
            assert os.name == "nt" or not path.stat().st_mode & 0o111, name


def test_a_baked_service_has_no_link_and_no_mode(bake: Bake) -> None:
    """But for the files that only their owner may read."""
    for path in bake({}).rglob("*"):
        assert not path.is_symlink()
        if path.is_file():
            assert os.name == "nt" or not path.stat().st_mode & 0o111


def test_every_line_ends_alike() -> None:
    """A checkout and a bake on Windows write LF."""
    assert "eol=lf" in (TEMPLATE / ".gitattributes").read_text("utf-8")
    assert "eol=lf" in (SERVICE / ".gitattributes").read_text("utf-8")
    assert [name for name in repository_files() if b"\r\n" in (TEMPLATE / name).read_bytes()] == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_hooks_use_only_what_the_system_has(system: str) -> None:
    """By the types of its standard library."""
    command = [sys.executable, "-m", "mypy", "--platform", system, "--no-incremental"]
    done = subprocess.run(
        [*command, *map(str, HOOKS)], cwd=TEMPLATE, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def elsewhere() -> dict[str, object]:
    """Read the job that runs on other systems."""
    text = (TEMPLATE / ".github/workflows/test.yml").read_text("utf-8")
    job: dict[str, object] = yaml.safe_load(text)["jobs"]["elsewhere"]
    return job


def test_the_workflow_bakes_every_style_on_both(
    elsewhere: dict[str, dict[str, dict[str, list[str]]]],
) -> None:
    """With what needs no server."""
    matrix = elsewhere["strategy"]["matrix"]
    assert matrix["system"] == ["macos-latest", "windows-latest"]
    assert set(matrix["style"]) >= set(CHOICES["auth_style"])
    assert set(matrix["style"]) <= hook("post_gen_project", {}).SUFFIXES["auth_style"]


def test_the_workflow_runs_the_lint_and_the_suite_of_each(
    elsewhere: dict[str, list[dict[str, str]]],
) -> None:
    """In the folder of the service."""
    inside = [step for step in elsewhere["steps"] if "build/" in step.get("working-directory", "")]
    commands = {line.strip() for step in inside for line in step["run"].splitlines()}
    assert commands >= {
        "uv run ruff check",
        "uv run ruff format --check",
        "uv run mypy",
        "uv run pytest",
    }


def test_the_workflow_needs_no_make(elsewhere: dict[str, list[dict[str, str]]]) -> None:
    """Windows has none."""
    commands = [step["run"] for step in elsewhere["steps"] if "run" in step]
    assert any("cookiecutter" in command for command in commands)
    assert not [command for command in commands if re.search(r"\bmake\b", command)]
