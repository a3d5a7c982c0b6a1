"""A slug can name a folder, a distribution and a package, and has the name of no dependency."""

import re
import shutil
from pathlib import Path

import pytest

from tests.answers.errors import VALID, errors_of
from tests.conftest import Bake
from tests.environment import Environment
from tests.template import RESERVED, hook

FORM = "3 to 40 characters"


@pytest.mark.parametrize(
    ("slug", "rule"),
    [
        *(
            (slug, FORM)
            for slug in ("ab", "x" * 41, "Acme", "acme_api", "9lives", "-acme", "acme-", "a--b")
        ),
        *(
            (slug, FORM)
            for slug in ("acme.api", "acme api", "größe", "a/b", "../evil", "/x/evil", "a\\b")
        ),
        *((slug, FORM) for slug in (".", "..", "a;b", "$HOME", "acme\u0131")),
        *((slug, "Python keyword") for slug in ("class", "import", "lambda", "yield")),
        *(
            (slug, "standard library")
            for slug in ("json", "http", "email", "calendar", "sre-parse")
        ),
        *((slug, "the service uses") for slug in ("flask", "limits", "marshmallow", "sqlalchemy")),
        *(
            (slug, "the service uses")
            for slug in ("alembic", "flask-limiter", "python-dotenv", "granian")
        ),
        *((slug, "the service uses") for slug in ("tests", "docs", "dev", "wsgi", "certs", "var")),
        *((slug, "or of a device") for slug in ("con", "nul", "prn", "aux", "com1", "lpt9")),
        ("test", "the service uses"),
    ],
)
def test_slugs_that_cannot_name_a_package_are_rejected(slug: str, rule: str) -> None:
    """A slug is a folder, a distribution and, with underscores, a package."""
    ((named, value, given),) = errors_of("project_slug", slug)
    assert (named, value) == ("project_slug", slug)
    assert rule in given


@pytest.mark.parametrize("slug", ["tea", "a1b", "acme-api", "x" * 40, "json-api", "t-3-x"])
def test_valid_slugs_are_accepted(slug: str) -> None:
    """From 3 to 40 characters."""
    assert errors_of("project_slug", slug) == []


def test_every_reserved_name_is_rejected() -> None:
    """The hook reads the list in ``cookiecutter.json``."""
    assert all(errors_of("project_slug", name.replace("_", "-")) for name in RESERVED)


def test_a_package_name_that_differs_from_the_slug_is_rejected() -> None:
    """Private values can be set with ``key=value`` too; this one could be a path."""
    context = {**VALID, "__package_name": "../evil"}
    ((named, _, rule),) = hook("pre_gen_project", context).invalid_answers(context)
    assert named == "project_slug"
    assert "derived" in rule


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
    accepted = {name for name in names if not errors_of("project_slug", name)}
    assert len(names) > 50
    assert accepted == set()
