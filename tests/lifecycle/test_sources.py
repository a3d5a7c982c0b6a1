"""The template may be a zip file, a folder with any name, or a fork with tests of its own."""

import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.lifecycle.commands import run
from tests.template import TEMPLATE, copied


def test_the_template_may_be_a_zip(tmp_path: Path, environ: dict[str, str]) -> None:
    """Like a downloaded release."""
    copied(tmp_path / "files/secured-flask-api")
    archive = shutil.make_archive(str(tmp_path / "template"), "zip", tmp_path / "files")
    (tmp_path / "out").mkdir()
    bake = (sys.executable, "-m", "cookiecutter", archive, "--no-input")
    run(environ, *bake, folder=tmp_path / "out")
    assert (tmp_path / "out/acme-api/acme_api/core/auth/backend").is_dir()


@pytest.mark.parametrize("name", ["template", "my own templates/vorlage für ünïcode"])
def test_the_template_may_be_a_relative_path(
    tmp_path: Path, environ: dict[str, str], name: str
) -> None:
    """With blanks and non-ASCII characters."""
    copied(tmp_path / name)
    (tmp_path / "out").mkdir()
    bake = (sys.executable, "-m", "cookiecutter", f"../{name}", "--no-input")
    run(environ, *bake, folder=tmp_path / "out")
    assert (tmp_path / "out/acme-api/acme_api/core/auth/backend").is_dir()


def test_the_example_test_for_forks_passes(tmp_path: Path, environ: dict[str, str]) -> None:
    """The example in ``docs/forks.md``; `make lint` passes, too."""
    fork = copied(tmp_path / "fork")
    document = (TEMPLATE / "docs/forks.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", document, re.DOTALL)
    (fork / "tests").mkdir()
    (fork / "tests/test_fork.py").write_text(example, "utf-8")
    test = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_fork.py")
    output = run(environ, sys.executable, *test, folder=fork)
    assert re.search(r"\d+ passed", output)
    shutil.copy(TEMPLATE / "pyproject.toml", fork)
    run(environ, "ruff", "check", "--no-cache", "tests", folder=fork)
    run(environ, "ruff", "format", "--check", "--no-cache", "tests", folder=fork)
    run(environ, "mypy", "--no-incremental", "tests", folder=fork)
