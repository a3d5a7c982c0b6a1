"""Each recipe in the documents of a service works as it is written."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.environment import Environment
from tests.recipes import Recipe, changed, recipes
from tests.template import SERVICE

TITLES = [recipe.title for recipe in recipes(SERVICE)]
# The tests that read the files, registrations and documents of all parts.
RELATED = (
    "anomalies",
    "docs/test_documents.py",
    "observability/test_own_signals.py",
    "openapi",
    "test_public_api.py",
)


@pytest.fixture
def service(request: pytest.FixtureRequest, bake: Bake, tmp_path: Path) -> Path:
    """Return a copy of a service with these answers, by default an API-key service."""
    answers = getattr(request, "param", {"auth_style": "api_key"})
    return Path(shutil.copytree(bake(answers), tmp_path / "acme-api"))


def find(service: Path, title: str) -> Recipe:
    """Return the recipe with this title."""
    (found,) = (recipe for recipe in recipes(service) if recipe.title == title)
    return found


def run(environment: Environment, service: Path, command: str) -> None:
    """Run a command of a recipe."""
    match shlex.split(command):
        case ["uv", "run", "python", "-m", *words] | ["uv", "run", *words]:
            environment.run(service, *words)
        case _:
            raise AssertionError(f"unknown command: {command}")


def check(environment: Environment, service: Path, *tests: str) -> None:
    """Regenerate the documents; run lint, types and these tests."""
    environment.run(service, "dev.documents")
    environment.run(service, "ruff", "check", "--no-cache")
    environment.run(service, "ruff", "format", "--check", "--no-cache")
    environment.run(service, "mypy")
    environment.run(service, "pytest", "-q", "-p", "no:cacheprovider", *tests)


def try_out(environment: Environment, service: Path, recipe: Recipe) -> None:
    """Apply a recipe, run its commands, its tests and those of the related parts."""
    environment.run(service, "flask", "db", "upgrade")
    recipe.apply(service)
    environment.run(service, "ruff", "format", "--diff", "--no-cache")
    for command in recipe.commands():
        run(environment, service, command)
    check(environment, service, *recipe.tests(), *(f"tests/core/{name}" for name in RELATED))


@pytest.mark.suite
@pytest.mark.parametrize("title", TITLES)
def test_a_recipe_works(environment: Environment, service: Path, title: str) -> None:
    """Its code and the service's other tests pass, its commands run."""
    try_out(environment, service, find(service, title))


def test_the_index_lists_every_recipe() -> None:
    """With its page, in the order of the page."""
    rows = re.findall(
        r"^\| \[\w+\]\(recipes/(\w+\.md)\) \| (.+) \|$",
        (SERVICE / "docs" / "development.md").read_text("utf-8"),
        re.MULTILINE,
    )
    listed = [(page, title) for page, titles in rows for title in titles.split(", ")]
    titles = [(recipe.page, recipe.title) for recipe in recipes(SERVICE)]
    assert listed == [(page, title[0].lower() + title[1:]) for page, title in titles]


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
