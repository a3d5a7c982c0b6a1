"""Answers of every kind: refused by name, or a service whose files parse and say what was typed."""

import ast
import fnmatch
import functools
import html.parser
import json
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

from tests import hostile
from tests.conftest import Bake
from tests.template import CONTEXT, DEFAULTS, QUESTIONS, SERVICE, TEMPLATE, hook

PRE_GEN = hook("pre_gen_project", {})
# What nobody typed never leads to a refusal, nor does what is always right.
FINE = {"project_name": "Tea", "project_slug": "tea", "description": "Tea.", "author_name": "Ann"}


def questions() -> dict[str, object]:
    """Give the questions as cookiecutter reads them."""
    return dict(generated()["cookiecutter"])


@functools.cache
def generated() -> dict[str, dict[str, object]]:
    """Read ``cookiecutter.json`` as cookiecutter does."""
    context: dict[str, dict[str, object]] = generate_context(str(TEMPLATE / "cookiecutter.json"))
    return context


@functools.cache
def environment() -> StrictEnvironment:
    """Give what cookiecutter renders with; it keeps what it compiled, for thousands of answers."""
    environment = create_env_with_context({"cookiecutter": questions()})
    environment.loader = FileSystemLoader(SERVICE)
    environment.keep_trailing_newline = True
    environment.from_string = functools.cache(environment.from_string)
    return environment


def derived(answers: Mapping[str, str]) -> dict[str, object]:
    """Give the context of answers that are typed: cookiecutter renders none of them."""
    asked = questions()
    typed = {f"_typed_{question}": answer for question, answer in answers.items()}
    for question, answer in answers.items():
        choice = isinstance(asked[question], list)
        asked[question] = [answer] if choice else f"{{{{ cookiecutter._typed_{question} }}}}"
    with mock.patch("cookiecutter.prompt.create_env_with_context", return_value=environment()):
        return dict(prompt_for_config({"cookiecutter": {**typed, **asked}}, no_input=True))


@functools.cache
def rendered_files() -> list[str]:
    """Name every file that is a template and holds an answer."""
    names = [path.relative_to(SERVICE).as_posix() for path in SERVICE.rglob("*") if path.is_file()]
    return [
        name
        for name in names
        if not any(fnmatch.fnmatch(name, pattern) for pattern in CONTEXT["_copy_without_render"])
        and "cookiecutter." in (SERVICE / name).read_text("utf-8")
    ]


def render(context: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Give the name and the text of each file, whichever answer it belongs to."""
    for name in rendered_files():
        yield name, environment().get_template(name).render(cookiecutter=context)


SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the fast one, where it was built
READERS: dict[str, Callable[[str], object]] = {
    ".toml": tomllib.loads,
    ".py": ast.parse,
    ".json": json.loads,
    ".yml": lambda text: list(yaml.load_all(text, SafeLoader)),
    ".yaml": lambda text: list(yaml.load_all(text, SafeLoader)),
}


def parse_all(service: Path) -> None:
    """Parse every file that has a form."""
    for path in service.rglob("*"):
        if path.is_file() and path.suffix in READERS:
            READERS[path.suffix](path.read_text("utf-8"))


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


class Page(html.parser.HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and which attributes it has."""
        self.tags.append(f"{tag} {sorted(name for name, _ in attrs)}")

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


def check_forms(context: Mapping[str, object]) -> None:
    """Hold every escaped form of a text against the text."""
    for question in ("project_name", "description", "author_name"):
        text = context[question]
        quoted = str(context[f"__{question}_quoted"])
        assert tomllib.loads(f"x = {quoted}")["x"] == text
        assert yaml.safe_load(f"x: {quoted}")["x"] == text
        assert json.loads(quoted) == text
        assert ast.literal_eval(quoted) == text
        markdown = str(context[f"__{question}_markdown"])
        assert shown(f"# {markdown}") == text
        assert shown(markdown) == text


def check_files(context: Mapping[str, object], files: Mapping[str, str]) -> None:
    """Hold the files of a service against its answers."""
    for name, text in files.items():
        if name.endswith(tuple(READERS)):
            READERS[name[name.rindex(".") :]](text)
    texts = {question: context[question] for question in ("project_name", "description")}
    origins = [origin.strip() for origin in str(context["cors_origins"]).split(",")]
    written = tomllib.loads(files["settings.toml"])
    assert written["service"]["name"] == texts["project_name"]
    assert written["service"]["description"] == texts["description"]
    assert written["cors"]["origins"] == [origin for origin in origins if origin]
    project = tomllib.loads(files["pyproject.toml"])
    assert project["project"]["name"] == context["project_slug"]
    assert project["project"]["description"] == texts["description"]
    assert project["project"]["authors"] == [{"name": context["author_name"]}]
    assert project["tool"]["cookiecutter"] == {name: context[name] for name in QUESTIONS}
    title, _, summary, *_ = files["README.md"].splitlines()
    assert shown(title) == texts["project_name"]
    assert shown(summary) == texts["description"]
    for name, text in files.items():
        if name.endswith(".html"):
            plain = dict(render(derived({**DEFAULTS, **FINE})))[name]
            assert Page(text).tags == Page(plain).tags


@pytest.mark.parametrize("text", hostile.TEXTS)
def test_every_form_of_a_text_shows_as_typed(text: str) -> None:
    """In TOML, YAML, JSON, Python and Markdown."""
    check_forms(derived({**FINE, "project_name": text, "description": text, "author_name": text}))


@settings(max_examples=2000)
@given(hostile.single)
def test_any_text_is_refused_by_name_or_shows_as_typed(given_answer: dict[str, str]) -> None:
    """Among answers that are fine."""
    hold({**FINE, "cors_origins": "https://a.example", **given_answer})


@settings(max_examples=2000)
@given(hostile.answers)
def test_any_answers_are_refused_by_name_or_give_files_that_say_them(
    given_answers: dict[str, str],
) -> None:
    """Whatever is typed at all the questions at once."""
    hold(given_answers)


def hold(answers: dict[str, str]) -> None:
    """Expect a refusal that names a question that was answered, or a service that is right."""
    context = derived(answers)
    refused = list(PRE_GEN.invalid_answers(context))
    for question, value, rule in refused:
        assert answers[question] == value
        assert rule.startswith(("must", '"'))
        assert f"{PRE_GEN.quoted(value)}: {rule}".isascii()
    if not refused:
        check_forms(context)
        check_files(context, dict(render(context)))


@pytest.mark.parametrize("text", hostile.TEXTS)
def test_a_service_with_such_names_says_them(bake: Bake, text: str) -> None:
    """As it is baked, with every file that has a form."""
    typed = {"project_name": text, "description": text, "author_name": text}
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
    """Take the marks from a name."""
    return str(hook("post_gen_project", {}).plain_path(name)[0])


@pytest.mark.parametrize("seed", range(30))
def test_fixed_answers_are_hostile_and_accepted(seed: int) -> None:
    """The suites of the services run with them."""
    answers = hostile.fixed(seed)
    assert answers == hostile.fixed(seed)
    context = derived({**DEFAULTS, **answers})
    assert list(PRE_GEN.invalid_answers(context)) == []
