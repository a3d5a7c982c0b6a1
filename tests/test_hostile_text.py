"""Names of every kind: what is accepted shows as typed, in files that parse."""

import ast
import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from cookiecutter.generate import generate_context
from cookiecutter.prompt import prompt_for_config
from hypothesis import assume, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.conftest import Bake
from tests.template import TEMPLATE, hook

TEXTS = [
    '"; DROP TABLE items; -- \\',
    'ends with a backslash \\ "',
    "</script><script>alert(`1`)</script>",
    "# not a heading | not a cell [not](a-link) ![x](y) *a* _b_ ~~c~~ $d$ <e@f.g>",
    "- no list",
    "1. no list",
    "12) no list",
    "&lt;entity&gt; &amp; \\u0041 \\x41 %s %(x)s ${HOME} $(id) {0} {x}",
    "شركة אבג \u200fAcme\u200e",
    "👩🏽‍🚀 naïve — “quoted” 日本語",
    "x" * 200,
    "key: value, - [a] !tag &anchor *alias # no comment",
    "'''triple''' \"\"\"double\"\"\"",
    "===",
    "---",
]


def derived(text: str) -> dict[str, str]:
    """Give the forms of a text that is typed, as ``cookiecutter.json`` defines them."""
    context = generate_context(str(TEMPLATE / "cookiecutter.json"))
    typed = {"project_name": "{{ cookiecutter._typed }}", "project_slug": "acme-api"}
    context["cookiecutter"] = {"_typed": text, **context["cookiecutter"], **typed}
    return dict(prompt_for_config(context, no_input=True))


def shown(markdown: str) -> str:
    """Read Markdown as a person does: one heading or paragraph of plain text."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
    kinds = [token.type for token in tokens]
    assert kinds in (
        ["heading_open", "inline", "heading_close"],
        ["paragraph_open", "inline", "paragraph_close"],
    )
    children = tokens[1].children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    return "".join(child.content for child in children)


def check(text: str) -> None:
    """Hold every form of a text against the text."""
    forms = derived(text)
    quoted, markdown = forms["__project_name_quoted"], forms["__project_name_markdown"]
    assert tomllib.loads(f"x = {quoted}")["x"] == text
    assert yaml.safe_load(f"x: {quoted}")["x"] == text
    assert json.loads(quoted) == text
    assert ast.literal_eval(quoted) == text
    assert shown(f"# {markdown}") == text
    assert shown(markdown) == text


@pytest.mark.parametrize("text", TEXTS)
def test_every_form_of_a_text_shows_as_typed(text: str) -> None:
    """In TOML, YAML, JSON, Python and Markdown."""
    check(text)


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
    | st.text("\\\"'`#*_[]()<>!|~&$-+=.:;,@{}%01a ", max_size=30)
)
def test_every_form_of_any_accepted_text_shows_as_typed(text: str) -> None:
    """Whatever the hook lets through."""
    assume(hook("pre_gen_project", {}).of_any_text("project_name", text) is None)
    check(text)


@pytest.mark.parametrize("text", TEXTS)
def test_a_service_with_such_names_parses(bake: Bake, text: str) -> None:
    """Its files parse, and say what was typed."""
    service = bake(
        {"project_name": text, "description": text, "author_name": text, "project_slug": "acme-api"}
    )
    settings = tomllib.loads((service / "settings.toml").read_text("utf-8"))
    assert settings["service"]["name"] == text
    project = tomllib.loads((service / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["description"] == text
    assert project["project"]["authors"] == [{"name": text}]
    assert project["tool"]["cookiecutter"]["project_name"] == text
    title = (service / "README.md").read_text("utf-8").splitlines()[0]
    assert shown(title) == text
    parse_all(service)


def parse_all(service: Path) -> None:
    """Parse every file that has a form."""
    readers: dict[str, Callable[[str], object]] = {
        ".toml": tomllib.loads,
        ".py": ast.parse,
        ".json": json.loads,
        ".yml": lambda text: list(yaml.safe_load_all(text)),
        ".yaml": lambda text: list(yaml.safe_load_all(text)),
    }
    for path in service.rglob("*"):
        if path.is_file() and path.suffix in readers:
            readers[path.suffix](path.read_text("utf-8"))
