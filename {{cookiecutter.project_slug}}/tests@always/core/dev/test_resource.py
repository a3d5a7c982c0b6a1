"""``python -m dev.resource --remove NAME`` checks everything before it changes anything, and keeps other code."""

from pathlib import Path

import pytest

from dev.resource import checks, removal
from dev.resource.parts import Resource


@pytest.fixture
def tea(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Resource:
    """A resource in the service ``shop``, whose files are in a temporary folder."""
    for module in (checks, removal):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    (tmp_path / "shop" / "tea").mkdir(parents=True)
    (tmp_path / "README.md").write_text("# Shop\n")
    (tmp_path / "shop" / "__init__.py").write_text("from . import core, tea\ncreate_app(blueprints=[tea.blueprint])\n")
    (tmp_path / "shop" / "scopes.py").write_text('SCOPES = {"tea:read": "Read"}\n')
    return Resource(tmp_path / "shop", "tea")


def test_only_the_registered_resources_are_known(tea: Resource) -> None:
    assert checks.registered_resources(tea.package / "__init__.py") == ["tea"]
    (problem,) = checks.problems(Resource(tea.package, "coffee"))
    assert problem == "coffee is not a registered resource. In shop/__init__.py: tea."


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("from .. import tea\n", [1]),
        ("from ..tea import queries\n", [1]),
        ("from ..tea.queries import find\n", [1]),
        ("x = 1\nimport shop.tea.queries\n", [2]),
        ("from shop import core, tea\n", [1]),
        ("from .tea import x\nfrom ..teapots import y\nfrom .. import core\nfrom . import tea\n", []),
    ],
)
def test_an_import_by_another_resource_is_found(tea: Resource, source: str, lines: list[int]) -> None:
    file = tea.package / "orders" / "routes.py"
    file.parent.mkdir()
    file.write_text(source)
    assert list(checks.importing_lines(file, tea)) == lines


@pytest.mark.parametrize(
    ("file", "text"),
    [("__init__.py", "\nfirst = tea.blueprint\n"), ("scopes.py", '\nDEFAULT = "tea:read"\n')],
)
def test_code_that_cannot_be_edited_stops_the_removal(tea: Resource, file: str, text: str) -> None:
    changed = tea.package / file
    changed.write_text(changed.read_text() + text)
    with pytest.raises(SystemExit) as exit_info:
        removal.edits(tea)
    assert f"shop/{file}" in str(exit_info.value)


def test_a_line_that_the_owner_changed_is_listed_and_kept(tea: Resource) -> None:
    line = removal.README_LINE.format(package="shop", name="tea")
    readme = tea.package.parent / "README.md"
    readme.write_text(f"# Shop\n{line}| `shop/tea/` | all about tea |\nWe sell tea.\n")
    (tea.package.parent / ".env").write_text("APP_PROVIDER_ROLE_SCOPES=secret=tea:read\n")
    for name in ("test_orders.py", "core/test_orders.py"):
        test = tea.package.parent / "tests" / name
        test.parent.mkdir(parents=True, exist_ok=True)
        test.write_text('PATH = "/api/v1/tea"\n')
    edited = removal.edits(tea)
    assert edited[readme] == "# Shop\n| `shop/tea/` | all about tea |\nWe sell tea.\n"
    for path, text in edited.items():
        path.write_text(text)
    assert list(removal.mentions(tea)) == [
        ".env:1",
        "README.md:2: | `shop/tea/` | all about tea |",
        'tests/test_orders.py:1: PATH = "/api/v1/tea"',
    ]
