"""Check that every file shows the answers as typed, in each of their escaped forms."""

import ast
import html.parser
import json
import re
import tomllib
from collections.abc import Mapping

import yaml
from markdown_it import MarkdownIt

from tests.answers.rendering import derived, render
from tests.parsing import READERS
from tests.template import DEFAULTS, FREE_TEXT, QUESTIONS

# Valid answers for the questions that a test does not vary.
VALID = {**dict.fromkeys(FREE_TEXT, "Tea."), "project_slug": "tea"}


def visible_text(markdown: str) -> str:
    """Return the text of Markdown that must be one heading or paragraph without markup."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
    kinds = [token.type for token in tokens]
    assert kinds in (
        ["heading_open", "inline", "heading_close"],
        ["paragraph_open", "inline", "paragraph_close"],
    )
    children = tokens[1].children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    return "".join(child.content for child in children)


class Page(html.parser.HTMLParser):
    """The tags and the text of an HTML page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record a tag and the names of its attributes."""
        self.tags.append(f"{tag} {sorted(name for name, _ in attrs)}")

    def handle_data(self, data: str) -> None:
        """Record text."""
        self.text += data


def check_escaped_forms(context: Mapping[str, object]) -> None:
    """Assert that every escaped form of an answer decodes to the answer."""
    for question in FREE_TEXT:
        text = context[question]
        quoted = str(context[f"__{question}_quoted"])
        assert tomllib.loads(f"x = {quoted}")["x"] == text
        assert yaml.safe_load(f"x: {quoted}")["x"] == text
        assert json.loads(quoted) == text
        assert ast.literal_eval(quoted) == text
        markdown = str(context[f"__{question}_markdown"])
        assert visible_text(f"# {markdown}") == text
        assert visible_text(markdown) == text


def check_files(context: Mapping[str, object], files: Mapping[str, str]) -> None:
    """Assert that the files of a service contain its answers."""
    for name, text in files.items():
        if name.endswith(tuple(READERS)):
            READERS[name[name.rindex(".") :]](text)
    texts = {question: context[question] for question in ("project_name", "description")}
    origins = [origin.strip() for origin in str(context["cors_origins"]).split(",")]
    service_settings = tomllib.loads(files["settings.toml"])
    assert service_settings["service"]["name"] == texts["project_name"]
    assert service_settings["service"]["description"] == texts["description"]
    assert service_settings["cors"]["origins"] == [origin for origin in origins if origin]
    project = tomllib.loads(files["pyproject.toml"])
    assert project["project"]["name"] == context["project_slug"]
    assert project["project"]["description"] == texts["description"]
    assert project["project"]["authors"] == [{"name": context["author_name"]}]
    recorded = dict(project["tool"]["cookiecutter"])
    assert re.fullmatch("unknown|[0-9a-f]{40}", recorded.pop("template_commit"))
    assert recorded == {name: context[name] for name in QUESTIONS}
    title, _, summary, *_ = files["README.md"].splitlines()
    assert visible_text(title) == texts["project_name"]
    assert visible_text(summary) == texts["description"]
    for name, text in files.items():
        if name.endswith(".html"):
            plain = dict(render(derived({**DEFAULTS, **VALID})))[name]
            assert Page(text).tags == Page(plain).tags
