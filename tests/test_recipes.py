"""Each recipe in the documents of a service works as it is written."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.environment import Environment
from tests.recipes import Recipe, changed, recipes
from tests.services import UV, free_port, storages
from tests.template import SERVICE, label

TITLES = [recipe.title for recipe in recipes(SERVICE)]
STYLE = {"auth_style": "api_key"}
# The recipes of a service with other answers that differ from those of an API-key service.
VARIANTS = [
    ({"auth_style": "oauth2"}, "The data of a deleted user"),
    ({"auth_style": "external_idp"}, "The data of a deleted user"),
    ({**STYLE, "limiter_backend": "redis"}, "Background jobs"),
    ({**STYLE, "limiter_backend": "valkey"}, "Background jobs"),
    ({**STYLE, "database": "postgresql"}, "Background jobs"),
    ({**STYLE, "database": "postgresql"}, "Another sort order"),
]
# The tests that read the files, registrations and documents of all parts.
RELATED = (
    "anomalies",
    "docs/test_agents.py",
    "docs/test_documents.py",
    "observability/test_own_signals.py",
    "openapi",
    "test_public_api.py",
)


@pytest.fixture
def service(request: pytest.FixtureRequest, bake: Bake, tmp_path: Path) -> Path:
    """Return a copy of a service with these answers."""
    return Path(shutil.copytree(bake(request.param), tmp_path / "acme-api"))


def find(service: Path, title: str) -> Recipe:
    """Return the recipe with this title."""
    (found,) = (recipe for recipe in recipes(service) if recipe.title == title)
    return found


def run(environment: Environment, service: Path, command: str) -> None:
    """Run a command of a recipe."""
    match shlex.split(command):
        case ["uv", "add", requirement]:
            # The services of the tests share one environment.
            subprocess.run([UV, "add", "--quiet", "--frozen", requirement], cwd=service, check=True)
            environment.install(requirement)
        case ["uvx", name, *words]:
            # Installed with the tests of the template.
            program = [sys.executable, "-m", name.replace("-", "_"), *words]
            subprocess.run(program, cwd=service, check=True)
        case ["uv", "run", "python", "-m", *words] | ["uv", "run", *words]:
            environment.run(service, *words)
        case _:
            raise AssertionError(f"unknown command: {command}")


def call(environment: Environment, service: Path, calls: list[str]) -> None:
    """Start the service as `make run` does; run the calls with the credential that it prints."""
    origin = f"https://localhost:{free_port()}"
    variables = environment.variables(service) | {"APP_SERVER_PORT": origin.rpartition(":")[2]}
    process = subprocess.Popen(
        environment.command("dev.run"),
        cwd=service,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert process.stdout
    try:
        output = ""
        for line in process.stdout:
            output += line
            if "sys_startup" in line:
                break
        (header,) = re.findall(r"^curl .*? -H (.+) \S+/api/v1/me$", output, re.MULTILINE) or [
            output
        ]
        for line in calls:
            # The generator of the client is installed here, and so are the packages of the client.
            python = f"PYTHONPATH=client {shlex.quote(sys.executable)}"
            line = line.replace("uv run --with ./client python", python)
            command = (
                f"set -e; CREDENTIAL={header}; {line.replace('https://localhost:8443', origin)}"
            )
            subprocess.run(
                [
                    "sh",
                    "-c",
                    command.replace(
                        "curl ", "curl -s --fail-with-body --retry-connrefused --retry 9 "
                    ),
                ],
                cwd=service,
                check=True,
                timeout=60,
            )
    finally:
        process.terminate()
        process.communicate(timeout=60)


def related(recipe: Recipe) -> list[str]:
    """Return the paths of the related tests; outside CI, those of alerts if it changes one."""
    alerts = os.environ.get("CI") or any(each.path.startswith("ops/") for each in recipe.blocks)
    return [f"tests/core/{name}" for name in RELATED if alerts or name != "anomalies"]


def try_out(environment: Environment, service: Path, recipe: Recipe) -> None:
    """Follow a recipe, run its tests and those of the related parts, then its calls."""
    with storages(service) as settings:
        connected = replace(environment, settings=settings)
        connected.run(service, "flask", "db", "upgrade")
        calls = []
        for block in recipe.blocks:
            if block.path:
                block.apply(service)
            for command in block.commands():
                if command.startswith(("uv ", "uvx ")):
                    run(connected, service, command)
                else:
                    calls.append(command)
        environment.regenerate_and_check(service, *recipe.tests(), *related(recipe))
        if calls:
            call(connected, service, calls)


@pytest.mark.suite
@pytest.mark.parametrize(
    ("service", "title"),
    [
        *(pytest.param(STYLE, title, id=f"{label(STYLE)}-{title}") for title in TITLES),
        *(
            pytest.param(
                answers, title, id=f"{label(answers)}-{title}", marks=pytest.mark.exhaustive
            )
            for answers, title in VARIANTS
        ),
    ],
    indirect=["service"],
)
def test_a_recipe_works(environment: Environment, service: Path, title: str) -> None:
    """Its code and the service's other tests pass, its commands run."""
    try_out(environment, service, find(service, title))


@pytest.mark.parametrize("limiter", ["memory", "redis"])
@pytest.mark.parametrize("deployment", ["kubernetes", "systemd"])
def test_the_jobs_run_in_each_deployment(bake: Bake, deployment: str, limiter: str) -> None:
    """The changes fit the files of a deployment that the other tests do not have."""
    service = bake({**STYLE, "deployment": deployment, "limiter_backend": limiter})
    recipe = find(service, "Background jobs")
    changes = [block for block in recipe.blocks if block.path.startswith("deploy/")]
    for change in changes:
        (target,) = service.glob(change.path)
        assert changed(target.read_text("utf-8"), change.text)
    documented = "".join(
        block.text for block in recipe.blocks if block in changes or "sed -f" in block.text
    )
    command = "flask rq worker" if limiter == "redis" else "flask jobs run"
    assert command in documented.replace('", "', " ")


def test_the_index_lists_every_recipe() -> None:
    """With its page."""
    rows = re.findall(
        r"^\| \[\w+\]\(recipes/(\w+\.md)\) \| (.+) \|$",
        (SERVICE / "docs" / "development.md").read_text("utf-8"),
        re.MULTILINE,
    )
    listed = [(page, title) for page, titles in rows for title in titles.split(", ")]
    titles = [(recipe.page, recipe.title) for recipe in recipes(SERVICE)]
    assert sorted(listed) == sorted((page, title[0].lower() + title[1:]) for page, title in titles)


@pytest.mark.parametrize(
    ("diff", "result"),
    [
        (" a\n+b\n", "a\nb\na c\n"),
        ("-a c\n", "a\n"),
        (" a\n-a c\n+d\n", "a\nd\n"),
        ("+b\n a\n@@\n-a c\n", "b\na\n"),
    ],
)
def test_a_diff_is_applied(diff: str, result: str) -> None:
    """Its lines are compared as a whole."""
    assert changed("a\na c\n", diff) == result


@pytest.mark.parametrize("diff", [" b\n+c\n", " a\n+b\n", "a\n"])
def test_a_diff_that_does_not_fit_in_one_place_is_refused(diff: str) -> None:
    """Or that has a line without a sign."""
    with pytest.raises(ValueError, match=r"appear|not a line"):
        changed("a\nx\na\n", diff)
