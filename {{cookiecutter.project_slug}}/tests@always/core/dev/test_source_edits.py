"""Elements are added to lists, dicts and imports and removed from them, and all other code is kept."""

import ast

import pytest

from dev.resource import source_edits

ELEMENTS = [
    ("f(x=[a])\n", "f(x=[a, tea.b])\n", "f(x=[tea.b, a])\n"),
    ("f(x=[])\n", "f(x=[tea.b])\n", "f(x=[tea.b])\n"),
    ("x = [\n    a,\n]\n", "x = [\n    a,\ntea.b,]\n", "x = [tea.b, \n    a,\n]\n"),
    ("x: list[str] = [\n    a,  # b, c\n]\n", "x: list[str] = [\n    a,  # b, c\ntea.b,]\n", None),
    ('f(x={"é": a})\n', 'f(x={"é": a, tea.b})\n', None),
    ("x = {\n    1: a  # b\n}\n", "x = {\n    1: a  # b\n, tea.b}\n", None),
    ('x = [\n    "a #1",\n]\n', 'x = [\n    "a #1",\ntea.b,]\n', 'x = [tea.b, \n    "a #1",\n]\n'),
    ('f(x={1: "a #1, b"})\n', 'f(x={1: "a #1, b", tea.b})\n', None),
    ('x = [\n    ("#,"),  # "b", #\n]\n', 'x = [\n    ("#,"),  # "b", #\ntea.b,]\n', None),
    ("x = [  # none, yet\n]\n", "x = [tea.b  # none, yet\n]\n", "x = [tea.b  # none, yet\n]\n"),
]
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


@pytest.mark.parametrize(("before", "last", "first"), ELEMENTS)
def test_an_element_is_added_to_a_list_or_dict(before: str, last: str, first: str | None) -> None:
    assert source_edits.with_element(before, "x", "tea.b") == last
    if first:
        assert source_edits.with_element(before, "x", "tea.b", first=True) == first


def test_a_missing_list_or_import_is_named() -> None:
    assert source_edits.with_import("from . import core\n", "tea") == "from . import core, tea\n"
    with pytest.raises(LookupError, match="The list or dict x is missing"):
        source_edits.with_element("f(x=make())\n", "x", "tea.b")
    with pytest.raises(LookupError, match=r"The line `from \. import \.\.\.` is missing"):
        source_edits.with_import("from .core import create_app\n", "tea")


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
