"""One environment with the dependencies of all services, in which their test suites run."""

import os
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from filelock import FileLock

from tests import strategies
from tests.services import UV
from tests.template import CHOICES, CORE, DEFAULTS, core_variants

VARIANTS = list(core_variants())
# Tests that take longer than hundreds of other tests. They start processes, and the limiter and the
# database do not change what they test; or they migrate databases, and the limiter does not.
SLOW = tuple(
    f"tests/core/{name}"
    for name in (
        "auth/backend/revocations/test_counter.py::test_a_revocation_of_another_process_is_seen_at_once",
        "auth/backend/test_interrupted_revocation.py",
        "auth/backend/test_rotation.py",
        "database/test_branches.py",
        "database/test_column_types.py",
        "database/test_failed_migrations.py",
        "database/test_generated_migrations.py",
        "database/test_renames.py",
        "dev/test_debug.py",
        "observability/test_log_queue.py::test_the_lines_are_written_when_the_process_ends",
        "observability/test_own_signals.py::test_all_workers_share_the_metrics",
        "observability/test_workers.py",
        "pipeline/test_request_id.py::test_the_workers_produce_different_ids",
        "pipeline/test_request_id.py::test_two_processes_that_do_not_share_memory_produce_different_ids",
        "server/test_availability.py",
        "server/test_connections.py",
        "server/test_reload.py",
        "server/test_rotation.py",
        "server/test_slow_clients.py",
        "server/test_stop.py",
        "server/test_streams.py",
        "telemetry/test_telemetry.py::test_requests_are_traced_and_defects_reported_without_a_credential",
        "telemetry/test_telemetry.py::test_the_timeout_of_a_stalled_collector_limits_the_delay_of_a_stop",
        "settings/test_dotenv.py::test_the_flask_command_prints_a_sentence_without_a_traceback",
    )
)


def answers_of(variant: Mapping[str, str]) -> dict[str, str]:
    """Return all answers of a variant: the defaults, or hostile strings."""
    others = {question: variant[question] for question in variant if question != "auth_style"}
    if others.items() <= DEFAULTS.items():
        return dict(variant)
    return {**variant, **strategies.hostile_answers(VARIANTS.index(dict(variant)))}


@dataclass(frozen=True)
class Environment:
    """A virtual environment with the dependencies of all services; ``settings`` are variables."""

    root: Path
    worker: str
    settings: Mapping[str, str] = field(default_factory=dict)

    def create(self, services: list[Path]) -> None:
        """Create it and install the dependencies of these services."""
        install = [UV, "pip", "install", "--quiet", "--python", str(self.root)]
        for project in (service / "pyproject.toml" for service in services):
            install += ["--requirements", str(project), "--group", f"{project}:dev"]
        subprocess.run([UV, "venv", "--quiet", str(self.root)], check=True)
        subprocess.run(install, check=True)
        # What the installation of a service adds to site-packages.
        (site,) = self.root.glob("lib/python*/site-packages")
        for path in services[0].glob("*/core/settings/site-packages/*"):
            shutil.copy(path, site)

    def install(self, requirement: str) -> None:
        """Install a package that a service adds to its dependencies."""
        with FileLock(f"{self.root}.lock"):
            install = [UV, "pip", "install", "--quiet", "--python", str(self.root), requirement]
            subprocess.run(install, check=True)

    def command(self, *command: str) -> list[str]:
        """Return a command that runs a module."""
        return [str(self.root / "bin" / "python"), "-m", *command]

    def variables(self, service: Path) -> dict[str, str]:
        """Return the variables for a command in a service; caches are written to other folders."""
        variables = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("APP_", "PYTEST_", "PYTHON", "VIRTUAL_ENV"))
        }
        return {
            **variables,
            **self.settings,
            "MYPY_CACHE_DIR": str(self.root / f"mypy-{self.worker}-{auth_style(service)}"),
            "PATH": f"{self.root / 'bin'}{os.pathsep}{variables['PATH']}",
            "PYTHONPATH": str(service),
            "PYTHONPYCACHEPREFIX": str(self.root / "bytecode"),
        }

    def run(self, service: Path, *command: str, fails: bool = False) -> str:
        """Run a module in a service and return its output."""
        done = subprocess.run(
            self.command(*command),
            cwd=service,
            env=self.variables(service),
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        if bool(done.returncode) != fails:
            pytest.fail(done.stdout, pytrace=False)
        return done.stdout

    def pytest(self, service: Path, *tests: str, without: Iterable[str] = ()) -> str:
        """Run these tests, by default all, without some of them; return the output."""
        for name in without:
            path = name.partition("::")[0]
            # Some files exist only with some answers.
            assert not (service / path).exists() or is_in(service, name), name
        options = [f"--deselect={name}" for name in without]
        return self.run(service, "pytest", "-q", "-p", "no:cacheprovider", *options, *tests)

    def regenerate_and_check(self, service: Path, *tests: str) -> None:
        """Regenerate the documents; run lint, types and these tests, by default all."""
        self.run(service, "dev.documents")
        self.check(service, *tests)

    def check(self, service: Path, *tests: str) -> None:
        """Run lint, types and these tests; by default all, otherwise without SLOW."""
        self.run(service, "ruff", "check", "--no-cache")
        self.run(service, "ruff", "format", "--check", "--no-cache")
        self.run(service, "mypy")
        self.pytest(service, *tests, without=SLOW if tests else ())


def auth_style(service: Path) -> str:
    """Return a service's answer: the modules of two styles have the same names."""
    project = tomllib.loads((service / "pyproject.toml").read_text("utf-8"))
    style: str = project["tool"]["cookiecutter"]["auth_style"]
    return style


def is_in(service: Path, name: str) -> bool:
    """Return whether a service has a test, or a file of tests, with this name."""
    path, _, test = name.partition("::")
    return (service / path).exists() and f"def {test}" in (service / path).read_text("utf-8")


@pytest.fixture(scope="session")
def environment(
    shared: Path, worker_id: str, bake: Callable[[Mapping[str, str]], Path]
) -> Environment:
    """Return the environment, created by the first test process that needs it."""
    environment = Environment(shared / "environment", worker_id)
    with FileLock(shared / "environment.lock"):
        if not (shared / "environment-created").exists():
            shutil.rmtree(environment.root, ignore_errors=True)
            environment.create([bake(answers_of(variant)) for variant in each_answer_once()])
            (shared / "environment-created").touch()
    return environment


def each_answer_once() -> Iterator[dict[str, str]]:
    """Yield a few variants that together contain every answer, and so every dependency."""
    for number in range(max(len(CHOICES[question]) for question in CORE)):
        yield {question: CHOICES[question][number % len(CHOICES[question])] for question in CORE}
