"""Any answer is rejected by name, or gives files that parse and contain the answer as typed."""

import ast
import fnmatch
import functools
import html.parser
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from unittest import mock

import pytest
import yaml
from cookiecutter.environment import StrictEnvironment
from cookiecutter.generate import generate_context
from cookiecutter.prompt import prompt_for_config
from cookiecutter.utils import create_env_with_context
from hypothesis import given, settings
from jinja2 import FileSystemLoader
from markdown_it import MarkdownIt

from tests import strategies
from tests.conftest import Bake
from tests.template import CONTEXT, DEFAULTS, FREE_TEXT, QUESTIONS, SERVICE, TEMPLATE, hook

PRE_GEN = hook("pre_gen_project", {})
# Valid answers for the questions that a test does not vary.
VALID = {**dict.fromkeys(FREE_TEXT, "Tea."), "project_slug": "tea"}


def questions() -> dict[str, object]:
    """Return the questions as cookiecutter reads them."""
    return dict(generated()["cookiecutter"])


@functools.cache
def generated() -> dict[str, dict[str, object]]:
    """Read ``cookiecutter.json`` as cookiecutter does."""
    context: dict[str, dict[str, object]] = generate_context(str(TEMPLATE / "cookiecutter.json"))
    return context


@functools.cache
def environment() -> StrictEnvironment:
    """Return cookiecutter's Jinja environment, which caches compiled templates."""
    environment = create_env_with_context({"cookiecutter": questions()})
    environment.loader = FileSystemLoader(SERVICE)
    environment.keep_trailing_newline = True
    environment.from_string = functools.cache(environment.from_string)
    return environment


def derived(answers: Mapping[str, str]) -> dict[str, object]:
    """Return the context of typed answers, which cookiecutter does not render."""
    asked = questions()
    typed = {f"_typed_{question}": answer for question, answer in answers.items()}
    for question, answer in answers.items():
        choice = isinstance(asked[question], list)
        asked[question] = [answer] if choice else f"{{{{ cookiecutter._typed_{question} }}}}"
    with mock.patch("cookiecutter.prompt.create_env_with_context", return_value=environment()):
        return dict(prompt_for_config({"cookiecutter": {**typed, **asked}}, no_input=True))


@functools.cache
def rendered_files() -> list[str]:
    """Return the names of the rendered files that contain an answer."""
    names = [path.relative_to(SERVICE).as_posix() for path in SERVICE.rglob("*") if path.is_file()]
    return [
        name
        for name in names
        if not any(fnmatch.fnmatch(name, pattern) for pattern in CONTEXT["_copy_without_render"])
        and "cookiecutter." in (SERVICE / name).read_text("utf-8")
    ]


def render(context: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield the name and content of each file, of all variants."""
    for name in rendered_files():
        yield name, environment().get_template(name).render(cookiecutter=context)


SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # faster, if available
READERS: dict[str, Callable[[str], object]] = {
    ".toml": tomllib.loads,
    ".py": ast.parse,
    ".json": json.loads,
    ".yml": lambda text: list(yaml.load_all(text, SafeLoader)),
    ".yaml": lambda text: list(yaml.load_all(text, SafeLoader)),
}


def parse_all(service: Path) -> None:
    """Parse every TOML, Python, JSON and YAML file."""
    for path in service.rglob("*"):
        if path.is_file() and path.suffix in READERS:
            READERS[path.suffix](path.read_text("utf-8"))


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


@pytest.mark.parametrize("text", strategies.TEXTS)
def test_every_escaped_form_decodes_to_the_answer(text: str) -> None:
    """As TOML, YAML, JSON, Python and Markdown."""
    check_escaped_forms(derived({**VALID, **dict.fromkeys(FREE_TEXT, text)}))


@settings(max_examples=2000)
@given(strategies.single)
def test_any_string_is_rejected_by_name_or_appears_as_typed(given_answer: dict[str, str]) -> None:
    """The other answers are valid."""
    check({**VALID, "cors_origins": "https://a.example", **given_answer})


@settings(max_examples=2000)
@given(strategies.answers)
def test_any_answers_are_rejected_by_name_or_appear_as_typed(
    given_answers: dict[str, str],
) -> None:
    """With random answers to all questions."""
    check(given_answers)


def check(answers: dict[str, str]) -> None:
    """Assert that the answers are rejected by name, or that the rendered files are correct."""
    context = derived(answers)
    invalid = list(PRE_GEN.invalid_answers(context))
    for question, value, rule in invalid:
        assert answers[question] == value
        assert rule.startswith(("must", '"'))
        assert f"{PRE_GEN.quoted(value)}: {rule}".isascii()
    if not invalid:
        check_escaped_forms(context)
        check_files(context, dict(render(context)))


@pytest.mark.parametrize("text", strategies.TEXTS)
def test_a_rendered_service_contains_hostile_names(bake: Bake, text: str) -> None:
    """After a whole bake with its hooks."""
    typed = dict.fromkeys(FREE_TEXT, text)
    service = bake({**typed, "project_slug": "acme-api"})
    context = {**derived({**DEFAULTS, **typed}), "project_slug": "acme-api"}
    files = {
        name: (service / name).read_text("utf-8")
        for name in map(plain, rendered_files())
        if (service / name).is_file()
    }
    check_files(context, files)
    parse_all(service)


def plain(name: str) -> str:
    """Return a file name without its suffixes."""
    return str(hook("post_gen_project", {}).plain_path(name)[0])


@pytest.mark.parametrize("seed", range(30))
def test_hostile_answers_are_reproducible_and_valid(seed: int) -> None:
    """The suites of the services use them."""
    answers = strategies.hostile_answers(seed)
    assert answers == strategies.hostile_answers(seed)
    context = derived({**DEFAULTS, **answers})
    assert list(PRE_GEN.invalid_answers(context)) == []
