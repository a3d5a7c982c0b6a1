"""Older releases of Cookiecutter render the template; older Pythons get one sentence."""

import ast
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.interpreters import python
from tests.services import UV
from tests.template import CONTEXT, TEMPLATE

RELEASES = ("2.1.1", "2.3.1", "2.5.0", "2.7.1")
REFUSED = ("3.8", "3.9", "3.10")
ANSWERS = {"project_name": 'Tea "Shop" & Sons', "author_name": "Ann", "auth_style": "oauth2"}


def cookiecutter(release: str, python: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Render the template into a folder with this release, on this Python."""
    config = folder.with_name(f"{folder.name}.yaml")
    config.write_text(f"replay_dir: '{folder}-replay'\ncookiecutters_dir: '{folder}-templates'\n")
    # Old releases need pkg_resources.
    run = ["run", "--quiet", "--no-project", "--python", python]
    run += ["--with", f"cookiecutter=={release}", "--with", "setuptools<81"]
    answers = [f"{question}={answer}" for question, answer in ANSWERS.items()]
    return subprocess.run(
        [UV, *run, "cookiecutter", "--no-input", "-o", str(folder), str(TEMPLATE), *answers],
        cwd=folder,
        env={**os.environ, "COOKIECUTTER_CONFIG": str(config)},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )


@pytest.mark.install
@pytest.mark.parametrize("release", RELEASES)
def test_each_release_renders_the_same_files(release: str, bake: Bake, tmp_path: Path) -> None:
    """Except the secrets, and the commit of the template, which old releases do not report."""
    done = cookiecutter(release, python("3.11"), tmp_path)
    assert done.returncode == 0, done.stderr
    expected = bake(ANSWERS)
    service = tmp_path / expected.name
    names = {
        path.relative_to(expected)
        for path in expected.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {path.relative_to(service) for path in service.rglob("*") if path.is_file()} == names
    for name in names - {Path(".env")}:
        if name.parts[0] != "certs":
            assert without_commit(service / name) == without_commit(expected / name), name


def without_commit(path: Path) -> bytes:
    """Return the content of a file without the commit of the template."""
    return re.sub(b"(?m)^template_commit = .*$", b"", path.read_bytes())


@pytest.mark.install
@pytest.mark.parametrize("version", REFUSED)
def test_an_older_python_is_refused_with_one_sentence(version: str, tmp_path: Path) -> None:
    """It names the required version and a command; no folder is left."""
    done = cookiecutter("2.6.0", python(version, required=False), tmp_path)
    assert done.returncode != 0
    assert f"Cookiecutter runs on Python {version}, but this template needs 3.11" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.glob("*")) == []


def test_the_hook_can_report_the_version_to_old_pythons() -> None:
    """Otherwise Python 3.8 to 3.10 would print a SyntaxError or another traceback."""
    text = (TEMPLATE / "hooks" / "pre_gen_project.py").read_text("utf-8")
    first = ast.parse(text, feature_version=(3, 8)).body[2]
    assert isinstance(first, ast.If)
    assert ast.unparse(first.test) == "sys.version_info < (3, 11)"


def test_derived_answers_need_no_jinja_blocks() -> None:
    """Cookiecutter 2.1 to 2.5 render answers with other delimiters of blocks than files."""
    assert not [
        name
        for name, value in CONTEXT.items()
        if "# {%" in str(value) and name != "_jinja2_env_vars"
    ]
