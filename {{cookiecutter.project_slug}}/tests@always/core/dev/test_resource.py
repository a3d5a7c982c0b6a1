"""``python -m dev.resource`` checks everything before it changes anything, and keeps all other code."""

import ast
from pathlib import Path

import pytest

from dev.resource import checks, removal, source_edits
from dev.resource.parts import Resource

NAMES = [
    ("from . import core, tea\n", "from . import core\n"),
    ("from . import tea\nfrom . import core\n", "from . import core\n"),
    ("from . import a, core, tea, zoo\n", "from . import a, core, zoo\n"),
    ("f(blueprints=[tea.blueprint])\n", "f(blueprints=[])\n"),
    ("f(blueprints=[a.blueprint, tea.blueprint])\n", "f(blueprints=[a.blueprint])\n"),
    ("f(blueprints=[tea.blueprint, a.blueprint])\n", "f(blueprints=[a.blueprint])\n"),
    ("f(\n    x=1,\n    on_user_deleted=tea.delete,\n)\n", "f(\n    x=1,\n)\n"),
    ("f(x=1, on_user_deleted=tea.delete)\n", "f(x=1)\n"),
    ("f(counts={**a.COUNTS, **tea.COUNTS})\n", "f(counts={**a.COUNTS})\n"),
    ('f(counts={"é": tea.count, "b": b})\n', 'f(counts={"b": b})\n'),
    ("x = [\n    tea.a,  # the first\n    b,\n    tea.c\n]\n", "x = [\n    b\n]\n"),
    ("x = [f(tea.a, [tea.b]), c]\n", "x = [c]\n"),
    ("teapot = [teapot]\n", "teapot = [teapot]\n"),
]
STRINGS = [
    ('S = {\n    "tea:read": "Read",\n    "tea:write": "Write",\n}\n', "S = {\n}\n"),
    ('S = {\n    "tea:read": "Read",\n    "a:read": "Ä",  # ours\n}\n', 'S = {\n    "a:read": "Ä",  # ours\n}\n'),
    ('S = ["tea:read", "a:read"]\n', 'S = ["a:read"]\n'),
    ('S = ["teapots:read"]\n', 'S = ["teapots:read"]\n'),
]


@pytest.mark.parametrize(("before", "after"), NAMES)
def test_a_name_is_removed_from_lists_dicts_and_arguments(before: str, after: str) -> None:
    assert source_edits.without_name(before, "tea") == after
    ast.parse(after)


@pytest.mark.parametrize(("before", "after"), STRINGS)
def test_strings_with_a_prefix_are_removed_from_lists_and_dicts(before: str, after: str) -> None:
    assert source_edits.without_strings(before, "tea:") == after


@pytest.mark.parametrize(("count", "joined"), [(3, False), (4, False), (5, True), (9, True)])
def test_lines_that_were_wrapped_for_the_removed_name_can_be_joined(count: int, joined: bool) -> None:
    """Without a comma after the last element, ruff joins the lines if they fit. Other lists keep their lines."""
    names = [f"    resource_{number}.blueprint,\n" for number in range(count)]
    kept = source_edits.without_name(f"f(\n    x=[\n    tea.blueprint,\n{''.join(names)}    ],\n)\n", "tea")
    assert kept == "f(\n    x=[\n" + "".join(names).removesuffix(",\n" if joined else "") + (
        "\n    ],\n)\n" if joined else "    ],\n)\n"
    )


@pytest.mark.parametrize(("count", "joined"), [(3, False), (6, True)])
def test_lines_of_an_import_can_be_joined(count: int, joined: bool) -> None:
    names = [f"    resource_number_{number},\n" for number in range(count)]
    kept = source_edits.without_name(f"from . import (\n{''.join(names)}    tea,\n)\n", "tea")
    assert kept.endswith(f"{count - 1}\n)\n" if joined else f"{count - 1},\n)\n")


def test_other_uses_are_found_with_their_lines() -> None:
    assert source_edits.lines_with_name(source_edits.without_name("x = 1\ny = tea.b\n", "tea"), "tea") == [2]
    assert source_edits.lines_with_string(source_edits.without_strings('x = ("tea:a",)\n', "tea:"), "tea:") == [1]


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
