"""The test suite of every service passes, with real servers.

The services share one environment with the newest releases that their `pyproject.toml` files
allow. Only the first service of each authentication style has the default names and description;
the others have hostile answers.

The tests that take longest run in one service of each authentication style, and in one without its
optional parts (`test_removals.py`), which have different storages and databases. The other tests
run in every service. Outside CI, four of the services are tested.
"""

import itertools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from cookiecutter.main import cookiecutter

from tests.conftest import Bake
from tests.environment import SLOW, VARIANTS, Environment, answers_of, each_answer_once, is_in
from tests.selection import is_in_half, sample
from tests.template import CHOICES, CONTEXT, TEMPLATE, hook, label

MIN_HOSTILE = 20
# The services in which the slow tests run, too.
WHOLE = [
    "api_key-memcached-postgresql",
    "oauth2-valkey-postgresql",
    "external_idp-redis-postgresql",
]
# The services that are tested outside CI, too: the default one, and those above.
ALWAYS = [VARIANTS[0], *(variant for variant in VARIANTS if label(variant) in WHOLE)]
LIMITED_VIEWS = """
from flask import Blueprint

from .core.limits import SettingRate, get_remote_address, limiter

blueprint = Blueprint("limited", __name__)


@blueprint.get("/tea/<int:cups>")
@limiter.limit("5/minute")
@limiter.shared_limit("9/hour", scope="drinks")
@limiter.shared_limit(SettingRate("address"), scope="address", key_func=get_remote_address)
def tea(cups: int) -> str:
    return str(cups)


@blueprint.get("/water")
@limiter.exempt
def water() -> str:
    return tea(1)


text: str = tea(3) + water()
"""


def sources(service: Path) -> set[Path]:
    """Return all paths in a service except bytecode and Hypothesis examples."""
    ignored = {"__pycache__", ".hypothesis"}
    return {path for path in service.rglob("*") if not ignored & set(path.parts)}


@pytest.mark.suite
@pytest.mark.parametrize("variant", sample(VARIANTS, ALWAYS, label))
def test_its_own_tests_pass(
    environment: Environment,
    bake: Bake,
    tmp_path: Path,
    variant: Mapping[str, str],
    record_property: Callable[[str, object], None],
) -> None:
    """In CI no test is skipped, and the suite leaves no files behind."""
    service = shutil.copytree(bake(answers_of(variant)), tmp_path / "service")
    before = sources(service)
    printed = environment.pytest(service, without=() if label(variant) in WHOLE else SLOW)
    closing = printed.splitlines()[-1]
    passed = re.search(r"(\d+) passed", closing)
    assert passed, closing
    assert not (os.environ.get("CI") and "skipped" in closing), closing
    assert sources(service) == before
    record_property("suite", passed[1])


@pytest.mark.suite
@pytest.mark.parametrize("variant", sample(filter(is_in_half, VARIANTS), ALWAYS, label))
def test_its_types_are_correct(
    environment: Environment, bake: Bake, variant: Mapping[str, str]
) -> None:
    """Mypy reports no error, with each pair of answers to two questions."""
    environment.run(bake(variant), "mypy")


@pytest.mark.suite
@pytest.mark.exhaustive
@pytest.mark.parametrize("variant", [*each_answer_once()], ids=label)
def test_its_types_are_correct_with_other_names(
    environment: Environment, bake: Bake, variant: Mapping[str, str]
) -> None:
    """Mypy reports no error in services with hostile answers."""
    environment.run(bake(answers_of(variant)), "mypy")


@pytest.mark.suite
@pytest.mark.parametrize("variant", sample(each_answer_once(), [VARIANTS[0]], label))
def test_pyright_finds_no_error(
    environment: Environment, bake: Bake, variant: Mapping[str, str]
) -> None:
    """In basic mode, which VS Code uses; with each answer once."""
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--pythonpath", str(environment.root / "bin" / "python")],
        cwd=bake(answers_of(variant)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.suite
def test_a_view_with_rate_limits_keeps_its_type(
    environment: Environment, bake: Bake, tmp_path: Path
) -> None:
    """The decorators of Flask-Limiter are typed, and the view can be called like the function."""
    service = shutil.copytree(bake({}), tmp_path / "service")
    (service / "acme_api" / "limited.py").write_text(LIMITED_VIEWS, "utf-8")
    environment.run(service, "mypy")


@pytest.mark.suite
@pytest.mark.parametrize(
    "on_system",
    sample(
        itertools.product(["win32", "darwin"], CHOICES["auth_style"]),
        [("win32", "api_key")],
        "-".join,
    ),
)
def test_its_types_are_correct_on_other_systems(
    environment: Environment, bake: Bake, on_system: tuple[str, str]
) -> None:
    """The service and its `dev` package use only what the standard library offers on that system.

    Each case has its own cache, because a mypy cache is for one system at a time.
    """
    system, auth_style = on_system
    cache = environment.root / f"mypy-{system}-{auth_style}"
    mypy = ("mypy", "--platform", system, "--cache-dir", str(cache))
    service = bake({"auth_style": auth_style})
    environment.run(service, *mypy)
    environment.run(service, *mypy, "-p", "dev")


@pytest.mark.suite
@pytest.mark.parametrize("auth_style", CHOICES["auth_style"])
def test_without_its_hooks_a_service_does_not_start(
    environment: Environment, tmp_path: Path, auth_style: str
) -> None:
    """`--accept-hooks no` leaves the files of every answer with their suffix."""
    service = cookiecutter(
        str(TEMPLATE),
        no_input=True,
        extra_context={"auth_style": auth_style},
        output_dir=str(tmp_path),
        accept_hooks=False,
        default_config=True,
    )
    (Path(service) / "import_service.py").write_text(
        "import sys\n"
        "try:\n"
        "    import wsgi\n"
        "except ModuleNotFoundError as error:\n"
        "    sys.exit(not error.name.startswith('acme_api'))\n"
        "sys.exit('the service started')\n"
    )
    environment.run(Path(service), "import_service")


@pytest.mark.suite
def test_a_service_cannot_have_the_name_of_a_dependency(
    environment: Environment, bake: Bake, tmp_path: Path
) -> None:
    """Its package would shadow the module, or its project the distribution."""
    service = shutil.copytree(bake({}), tmp_path / "service")
    (service / "names.py").write_text(
        "from importlib import metadata\n"
        "for distribution in metadata.distributions():\n"
        "    print(distribution.name)\n"
        "print(*filter(str.isidentifier, metadata.packages_distributions()), sep='\\n')\n"
    )
    names = {re.sub("[-_.]+", "-", n).lower() for n in environment.run(service, "names").split()}
    accepted = {name for name in names if accepts_slug(name)}
    assert len(names) > 50
    assert accepted == set()


def accepts_slug(slug: str) -> bool:
    """Return whether the hook accepts a slug."""
    context = {"project_slug": slug, "__package_name": slug.replace("-", "_")}
    context["_reserved_names"] = CONTEXT["_reserved_names"]
    return not list(hook("pre_gen_project", context).invalid_answers(context))


def test_slow_tests_run_in_a_service_of_each_style() -> None:
    """Also outside CI."""
    assert set(WHOLE) <= {label(variant) for variant in ALWAYS}
    assert [name.partition("-")[0] for name in WHOLE] == CHOICES["auth_style"]


@pytest.mark.parametrize("name", SLOW)
def test_a_slow_test_exists(bake: Bake, name: str) -> None:
    """In the default service of a style."""
    assert any(is_in(bake({"auth_style": style}), name) for style in CHOICES["auth_style"])


def test_enough_suites_run_with_hostile_answers() -> None:
    """Every variant except one of each authentication style has hostile answers."""
    hostile = [variant for variant in VARIANTS if "project_name" in answers_of(variant)]
    assert len(hostile) == len(VARIANTS) - len(CHOICES["auth_style"])
    assert len(hostile) >= MIN_HOSTILE or len(CHOICES["auth_style"]) < 3
