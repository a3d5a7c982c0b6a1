"""Each optional part can be removed, and all of them with the example."""

import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.environment import Environment, auth_style
from tests.removals.parts import EXAMPLE, parts, related, remove
from tests.selection import sample
from tests.template import CHOICES

OPTIONAL = [
    (style, part)
    for style in CHOICES["auth_style"]
    for part in ("alerts and dashboard", "the page `/docs`", "sign-up")
    if (style, part) != ("external_idp", "sign-up")
]
# Each part in one style.
ALWAYS = [
    ("external_idp", "alerts and dashboard"),
    ("oauth2", "the page `/docs`"),
    ("api_key", "sign-up"),
]


@pytest.mark.suite
@pytest.mark.parametrize("optional", sample(OPTIONAL, ALWAYS, "-".join))
def test_an_optional_part_is_removed(
    environment: Environment, bake: Bake, tmp_path: Path, optional: tuple[str, str]
) -> None:
    """Lint, types and the related tests pass."""
    style, part = optional
    service = Path(shutil.copytree(bake({"auth_style": style}), tmp_path / "acme-api"))
    remove(service, part)
    environment.regenerate_and_check(service, *related())


def test_the_tests_remove_every_optional_part(service: Path) -> None:
    """Those that the document lists."""
    style = auth_style(service)
    assert set(parts(service)) == {part for each, part in OPTIONAL if each == style}


@pytest.mark.suite
def test_everything_is_removed(environment: Environment, service: Path) -> None:
    """The whole suite passes; outside CI, it runs without its slow tests."""
    environment.run(service, *EXAMPLE)
    for part in parts(service):
        remove(service, part)
    environment.regenerate_and_check(service, *(() if os.environ.get("CI") else ("tests",)))
