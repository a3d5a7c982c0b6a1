"""In an unusual environment, a bake succeeds or fails with a reason and leaves no files."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lifecycle.commands import NAME, run
from tests.template import TEMPLATE


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_bake_succeeds_if_its_output_cannot_be_written(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    """Cookiecutter would delete a service whose hook fails."""
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "cookiecutter", str(TEMPLATE), "--no-input"]
        subprocess.run(command, cwd=tmp_path, env=environ, stdout=full, stderr=full)
    assert (tmp_path / "acme-api/certs/server.pem").exists()


def test_an_unwritable_target_is_an_error(tmp_path: Path, environ: dict[str, str]) -> None:
    """The bake fails with a reason and leaves no files."""
    target = tmp_path / "target"
    target.mkdir()
    target.chmod(0o555)
    if os.access(target, os.W_OK):  # root ignores the mode
        target = Path("/sys") if Path("/sys").is_dir() else tmp_path / "a\0b"
    before = set(target.iterdir())
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input", "-o", target)
    output = run(environ, *bake, folder=tmp_path, fails=True)
    assert re.search("Error|denied|Unable", output)
    assert set(target.iterdir()) == before


def test_a_bake_succeeds_without_a_tool_for_certificates(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    """It prints one line, which states when they are created."""
    (tmp_path / "cryptography.py").write_text("raise ImportError('not here')\n")
    environ |= {"PYTHONPATH": str(tmp_path), "PATH": str(tmp_path)}
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input")
    output = run(environ, *bake, folder=tmp_path)
    (line,) = [line for line in output.splitlines() if "certificates" in line]
    assert line.startswith("No certificates yet: ")
    assert line.endswith("`make run` creates them later.")
    assert not (tmp_path / "acme-api/certs/server.pem").exists()
    assert (tmp_path / "acme-api/.env").exists()


@pytest.mark.parametrize("console", ["ascii", "cp1252", "cp437", "utf-16", "shift_jis"])
def test_the_console_may_have_any_encoding(
    tmp_path: Path, environ: dict[str, str], console: str
) -> None:
    """The output is ASCII; the files are UTF-8."""
    environ |= {"PYTHONIOENCODING": f"{console}:strict", "PYTHONUTF8": "0"}
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input", "project_slug=tea")
    run(environ, *bake, f"project_name={NAME}", folder=tmp_path)
    assert NAME.split()[0] in (tmp_path / "tea/README.md").read_text("utf-8")
    rejected = run(environ, *bake, "-f", f"cors_origins={NAME}", folder=tmp_path, fails=True)
    if console != "utf-16":
        assert "Invalid cors_origins" in rejected
