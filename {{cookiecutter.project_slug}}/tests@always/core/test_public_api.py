"""Code outside of core uses only core's public API."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.package import core, package

FOLDER = Path(package.__file__ or "").parent
OWN = sorted(
    path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.py") if path.parts[len(FOLDER.parts)] != "core"
)


def names_of_core(module: str) -> Iterator[str]:
    """Return every name that the module imports from core, or reads as an attribute of it."""
    tree = ast.parse((FOLDER / module).read_text("utf-8"))
    inside = module.count("/") + 1  # dots from the module to the package of the service
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.ImportFrom)
            and (node.module or "").partition(".")[0] == "core"
            and node.level == inside
        ):
            yield from (f"{node.module}.{name.name}".removeprefix("core.") for name in node.names)
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "core":
            yield node.attr


def test_the_public_api_has_at_most_40_names() -> None:
    assert len(core.__all__) <= 40
    assert all(hasattr(core, name) for name in core.__all__)


@pytest.mark.parametrize("module", OWN)
def test_the_owners_code_imports_only_the_public_api(module: str) -> None:
    private = set(names_of_core(module)) - set(core.__all__)
    assert not private, f"{module} uses private names of core; docs/development.md lists the public ones: {private}"
