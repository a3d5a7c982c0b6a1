"""The suite of every service passes, against the real servers of its answers.

The services share one environment with the dependencies of all of them, as it stands after a plain
install of the newest releases that their `pyproject.toml` files allow. Only the first service of
each authentication style has the default texts: the others are named by hostile answers.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from cookiecutter.main import cookiecutter
from filelock import FileLock

from tests import hostile
from tests.conftest import Bake
from tests.services import UV
from tests.template import CHOICES, CONTEXT, CORE, DEFAULTS, TEMPLATE, core_variants, hook, label

VARIANTS = list(core_variants())
SCORE = 20


def answers_of(variant: Mapping[str, str]) -> dict[str, str]:
    """Give a variant the texts that its service is baked with."""
    others = {question: variant[question] for question in variant if question != "auth_style"}
    if others.items() <= DEFAULTS.items():
        return dict(variant)
    return {**variant, **hostile.fixed(VARIANTS.index(dict(variant)))}


@dataclass(frozen=True)
class Environment:
    """Python with what any of the services depends on."""

    root: Path
    worker: str

    def make(self, services: list[Path]) -> None:
        """Install it."""
        install = [UV, "pip", "install", "--quiet", "--python", str(self.root)]
        for project in (service / "pyproject.toml" for service in services):
            install += ["--requirements", str(project), "--group", f"{project}:dev"]
        subprocess.run([UV, "venv", "--quiet", str(self.root)], check=True)
        subprocess.run(install, check=True)

    def run(self, service: Path, *command: str) -> str:
        """Run a module in a service and return what it prints; nothing is left in its folder."""
        programs = self.root / "bin"
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("APP_", "PYTEST_", "PYTHON", "VIRTUAL_ENV"))
        }
        environment |= {
            "MYPY_CACHE_DIR": str(self.root / f"mypy-{self.worker}"),
            "PATH": f"{programs}{os.pathsep}{environment['PATH']}",
            "PYTHONPATH": str(service),
            "PYTHONPYCACHEPREFIX": str(self.root / "bytecode"),
        }
        done = subprocess.run(
            [str(programs / "python"), "-m", *command],
            cwd=service,
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
def environment(shared: Path, worker_id: str, bake: Bake) -> Environment:
    """Return the environment, made by whichever test process asks first."""
    environment = Environment(shared / "environment", worker_id)
    with FileLock(shared / "environment.lock"):
        if not (shared / "environment-made").exists():
            shutil.rmtree(environment.root, ignore_errors=True)
            environment.make([bake(answers_of(variant)) for variant in each_answer_once()])
            (shared / "environment-made").touch()
    return environment


def each_answer_once() -> Iterator[dict[str, str]]:
    """Give few variants in which every answer occurs: together they depend on all that any does."""
    for number in range(max(len(CHOICES[question]) for question in CORE)):
        yield {question: CHOICES[question][number % len(CHOICES[question])] for question in CORE}


def sources(service: Path) -> set[Path]:
    """Give all that stands in a service, but for what git ignores: bytecode and found examples."""
    ignored = {"__pycache__", ".hypothesis"}
    return {path for path in service.rglob("*") if not ignored & set(path.parts)}


@pytest.mark.suite
@pytest.mark.parametrize("variant", VARIANTS, ids=label)
def test_its_own_tests_pass(
    environment: Environment,
    bake: Bake,
    tmp_path: Path,
    variant: Mapping[str, str],
    record_property: Callable[[str, object], None],
) -> None:
    """Nothing is skipped where everything is at hand, and nothing is left beside the sources."""
    service = shutil.copytree(bake(answers_of(variant)), tmp_path / "service")
    before = sources(service)
    printed = environment.run(service, "pytest", "-q", "-p", "no:cacheprovider")
    closing = printed.splitlines()[-1]
    passed = re.search(r"(\d+) passed", closing)
    assert passed, closing
    assert not (os.environ.get("CI") and "skipped" in closing), closing
    assert sources(service) == before
    record_property("suite", passed[1])


@pytest.mark.suite
@pytest.mark.parametrize("variant", VARIANTS, ids=label)
def test_its_types_hold(environment: Environment, bake: Bake, variant: Mapping[str, str]) -> None:
    """Mypy has nothing to say."""
    environment.run(bake(answers_of(variant)), "mypy")


@pytest.mark.suite
@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_its_types_hold_on_other_systems(environment: Environment, bake: Bake, system: str) -> None:
    """Every auth style uses nothing of the standard library that they lack, its scripts neither.

    One after the other, as mypy remembers the types of the libraries on one system at a time.
    """
    cache = environment.root / f"mypy-{system}"
    mypy = ("mypy", "--platform", system, "--cache-dir", str(cache))
    for auth_style in CHOICES["auth_style"]:
        service = bake({"auth_style": auth_style})
        environment.run(service, *mypy)
        environment.run(service, *mypy, *map(str, service.glob("scripts/*.py")))


@pytest.mark.suite
@pytest.mark.parametrize("auth_style", CHOICES["auth_style"])
def test_without_its_hooks_a_service_does_not_start(
    environment: Environment, tmp_path: Path, auth_style: str
) -> None:
    """`--accept-hooks no` leaves the files of every answer under their marked names."""
    service = cookiecutter(
        str(TEMPLATE),
        no_input=True,
        extra_context={"auth_style": auth_style},
        output_dir=str(tmp_path),
        accept_hooks=False,
        default_config=True,
    )
    (Path(service) / "refused.py").write_text(
        "import sys\n"
        "try:\n"
        "    import wsgi\n"
        "except ModuleNotFoundError as error:\n"
        "    sys.exit(not error.name.startswith('acme_api'))\n"
        "sys.exit('it started')\n"
    )
    environment.run(Path(service), "refused")


@pytest.mark.suite
def test_no_service_is_named_as_what_it_depends_on(
    environment: Environment, tmp_path: Path
) -> None:
    """Neither the package as a module nor the project as a distribution would be found."""
    (tmp_path / "names.py").write_text(
        "from importlib import metadata\n"
        "for distribution in metadata.distributions():\n"
        "    print(distribution.name)\n"
        "print(*filter(str.isidentifier, metadata.packages_distributions()), sep='\\n')\n"
    )
    names = {re.sub("[-_.]+", "-", n).lower() for n in environment.run(tmp_path, "names").split()}
    accepted = {name for name in names if accepts_slug(name)}
    assert len(names) > 50
    assert accepted == set()


def accepts_slug(slug: str) -> bool:
    """Ask the hook."""
    context = {"project_slug": slug, "__package_name": slug.replace("-", "_")}
    context["_reserved_names"] = CONTEXT["_reserved_names"]
    return not list(hook("pre_gen_project", context).invalid_answers(context))


def test_a_score_of_hostile_answers_runs_the_whole_suite() -> None:
    """As soon as every style is there, each combination but one of each style carries one."""
    named = [variant for variant in VARIANTS if "project_name" in answers_of(variant)]
    assert len(named) == len(VARIANTS) - len(CHOICES["auth_style"])
    assert len(named) >= SCORE or len(CHOICES["auth_style"]) < 3
