"""``docs/development.md`` lists every public name of core, each with an example."""

import ast
import re
from pathlib import Path

import pytest

from tests.core.package import ROOT, core

TEXT = (ROOT / "docs" / "development.md").read_text("utf-8")
EXAMPLES = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| `(.+)` \|$", TEXT, re.MULTILINE))


def test_every_public_name_has_an_example() -> None:
    different = set(EXAMPLES) ^ set(core.__all__)
    assert not different, f"correct the table in docs/development.md, which differs from core.__all__: {different}"


def test_core_exports_at_most_forty_names() -> None:
    assert len(core.__all__) <= 40


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_is_python_that_uses_the_name(name: str) -> None:
    example = EXAMPLES[name].replace(r"\|", "|")
    tree = ast.parse(f"{example}\ndef view(): ..." if example.startswith("@") else example)
    assert name in {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def test_the_parts_that_can_be_removed_exist_or_are_completely_removed() -> None:
    for row in re.findall(r"^\| .+ \| (`.+/`, `.+`) \| .+ \|$", TEXT, re.MULTILINE):
        paths = [Path(ROOT, path) for path in re.findall(r"`(.+?)`", row)]
        assert len({path.exists() for path in paths}) == 1, row
