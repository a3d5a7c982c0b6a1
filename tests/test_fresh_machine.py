"""On a machine with only Python and make, make installs uv."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.programs import program
from tests.template import TEMPLATE


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return an environment with every program of this machine except uv."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "python3").symlink_to(Path(sys.executable).resolve())
    for folder in map(Path, os.get_exec_path()):
        for each in folder.glob("*"):
            link = programs / each.name
            if each.name not in {"uv", "uvx"} and not os.path.lexists(link):
                link.symlink_to(each)
    kept = {name: value for name, value in os.environ.items() if name not in {"UV", "VIRTUAL_ENV"}}
    return {**kept, "PATH": str(programs)}


def run(environ: dict[str, str], folder: Path, *command: str) -> str:
    """Run a command and return its output."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environ,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    if done.returncode:
        pytest.fail(done.stdout, pytrace=False)
    return done.stdout


@pytest.mark.install
@pytest.mark.parametrize("owner", ["template", "service"])
def test_make_installs_uv(owner: str, bake: Bake, environ: dict[str, str], tmp_path: Path) -> None:
    """Into .uv next to the Makefile; the service's README explains how to put it on PATH.

    Also if pip installs for the user by default, which a virtual environment refuses.
    """
    environ["PIP_USER"] = "1"
    source = TEMPLATE if owner == "template" else bake({})
    folder = tmp_path / "a folder"
    folder.mkdir()
    (folder / "Makefile").write_bytes((source / "Makefile").read_bytes())
    with pytest.raises(FileNotFoundError):
        run(environ, folder, "uv", "--version")

    run(environ, folder, program("make"), "uv")
    assert run(environ, folder, ".uv/bin/uv", "--version").startswith("uv ")

    if owner == "service":
        (export,) = re.findall(r"`(export PATH=.+?)`", (source / "README.md").read_text("utf-8"))
        found = run(environ, folder, program("sh"), "-c", f"{export}; command -v uv")
        assert Path(found.strip()) == folder / ".uv/bin/uv"
