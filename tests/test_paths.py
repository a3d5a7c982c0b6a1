"""A service works in a folder with any name, after a move, and with unusual settings of pip."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.environment import Environment
from tests.programs import program
from tests.services import UV

NAME = '100%s of %(x)s & $HOME\'s "tea"'


@pytest.fixture
def service(bake: Bake, tmp_path: Path) -> Path:
    """A service in a folder whose name has a meaning for logging, configparser and a shell."""
    return Path(shutil.copytree(bake({}), tmp_path / NAME / "acme-api"))


@pytest.mark.suite
def test_migrations_and_doctor_work_in_a_folder_with_any_name(
    environment: Environment, service: Path
) -> None:
    """Alembic reads its options with configparser, where `%` begins a reference."""
    environment.run(service, "flask", "db", "upgrade")
    environment.run(service, "flask", "db", "check")
    revised = environment.run(service, "flask", "db", "revision", "--empty", "100% later")
    assert "Traceback" not in revised
    environment.run(service, "flask", "db", "upgrade")
    environment.run(service, "flask", "doctor")
    environment.run(service, "flask", "db", "downgrade")


@pytest.mark.install
def test_make_works_after_the_folder_was_renamed(service: Path) -> None:
    """The scripts of the virtual environment contain the old path, and another flask is on PATH."""
    programs = service.parent / "programs"
    programs.mkdir()
    other = programs / "flask"
    other.write_text("#!/bin/sh\necho another flask\n")
    other.chmod(0o755)
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("APP_", "MAKE", "VIRTUAL_ENV"))
    }
    environ["PATH"] = f"{programs}{os.pathsep}{environ['PATH']}"

    def make(folder: Path, target: str) -> str:
        done = subprocess.run(
            [program("make"), "--no-print-directory", target, f"UV={UV}"],
            cwd=folder,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stdout
        assert "another flask" not in done.stdout
        return done.stdout

    before = make(service, "policy")
    renamed = service.rename(service.with_name("tea"))
    after = make(renamed, "policy")
    assert after.splitlines()[-5:] == before.splitlines()[-5:]
    assert "/healthz" in after
    make(renamed, "settings")
