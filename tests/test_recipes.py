"""Each recipe in the documents of a service works as it is written."""

import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.environment import Environment
from tests.recipe_commands import call, run
from tests.recipes import Recipe, changed, recipes
from tests.services import storages
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
