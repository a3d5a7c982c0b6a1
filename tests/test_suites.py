"""Generated services pass their own tests and type checks against the real servers they need.

The services share one environment with the dependencies of all of them, as it stands after a plain
install of the newest releases that their `pyproject.toml` files allow.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from tests.services import UV, bake
from tests.template import label

# Each limiter storage and each database at least once.
VARIANTS = [
    {"auth_style": style, "limiter_backend": limiter, "database": database}
    for style in ("api_key", "oauth2", "external_idp")
    for limiter, database in (
        ("memory", "sqlite"),
        ("redis", "postgresql"),
        ("valkey", "sqlite"),
        ("memcached", "postgresql"),
    )
]


@dataclass(frozen=True)
class Services:
    """A baked service for each variant, and one environment that fits all of them."""

    root: Path

    def folder(self, answers: Mapping[str, str]) -> Path:
        """Return where the service with these answers is."""
        return self.root / label(answers) / "acme-api"

    def make(self) -> None:
        """Bake every variant and install what any of them depends on."""
        for answers in VARIANTS:
            bake(self.root / label(answers), answers)
        projects = [self.folder(answers) / "pyproject.toml" for answers in VARIANTS]
        install = [UV, "pip", "install", "--quiet", "--python", str(self.root / "environment")]
        for project in projects:
            install += ["--requirements", str(project), "--group", f"{project}:dev"]
        subprocess.run([UV, "venv", "--quiet", str(self.root / "environment")], check=True)
        subprocess.run(install, check=True)

    def run(self, answers: Mapping[str, str], *command: str) -> str:
        """Run a module of the environment in the service and return what it prints."""
        folder, programs = self.folder(answers), self.root / "environment" / "bin"
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("APP_", "PYTEST_", "VIRTUAL_ENV"))
        }
        environment |= {
            "PATH": f"{programs}{os.pathsep}{environment['PATH']}",
            "PYTHONPATH": str(folder),
        }
        done = subprocess.run(
            [str(programs / "python"), "-m", *command],
            cwd=folder,
            env=environment,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        if done.returncode:
            pytest.fail(done.stdout, pytrace=False)
        return done.stdout


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Services:
    """Return the services, made by whichever test process asks first."""
    base = tmp_path_factory.getbasetemp()
    root = (base if worker_id == "master" else base.parent) / "suites"
    with FileLock(f"{root}.lock"):
        if not (root / "made").exists():
            shutil.rmtree(root, ignore_errors=True)
            Services(root).make()
            (root / "made").touch()
    return Services(root)


@pytest.mark.suite
@pytest.mark.parametrize("answers", VARIANTS, ids=label)
def test_its_own_tests_pass(
    services: Services, answers: Mapping[str, str], record_property: Callable[[str, object], None]
) -> None:
    """The service's suite passes, with nothing left out where everything is at hand."""
    closing = services.run(answers, "pytest", "-q", "-p", "no:cacheprovider").splitlines()[-1]
    assert "passed" in closing
    assert not (os.environ.get("CI") and "skipped" in closing), closing
    record_property("covered", f"suite of {label(answers)}: {closing.strip('= ')}")


@pytest.mark.suite
@pytest.mark.parametrize("answers", VARIANTS, ids=label)
def test_its_types_hold(services: Services, answers: Mapping[str, str]) -> None:
    """Mypy has nothing to say."""
    services.run(answers, "mypy", "--no-incremental")
