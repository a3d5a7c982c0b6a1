"""What `CONTRIBUTING.md` names is all that a new question, choice, storage or style needs."""

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_cookies.plugin import Cookies

from tests.conftest import Bake
from tests.template import CHOICES, SERVICE, TEMPLATE, copied, free_text, hook

TEXT = 'Tea \\ "only" # {x} [y]: *z* $(id) `'
RECORDED = "[tool.cookiecutter]\n"
ESCAPED = {  # as in cookiecutter.json
    form: json.loads((TEMPLATE / "cookiecutter.json").read_text("utf-8"))[f"__author_name_{form}"]
    for form in ("quoted", "escaped", "markdown")
}


def unescaped(template: Path) -> list[str]:
    """Return each place of a service that contains an answer unescaped; a plain text file may."""
    service = template / SERVICE.name
    return [
        f"{path.relative_to(service).as_posix()}: {question}"
        for path in sorted(service.rglob("*"))
        if path.is_file() and not path.name.startswith("LICENSE@")
        for question in re.findall(r"\bcookiecutter\.([a-z]\w*)", path.read_text("utf-8"))
        if question in free_text(template)
    ]


def edit(path: Path, change: Callable[[str], str]) -> None:
    """Change a file."""
    before = path.read_text("utf-8")
    path.write_text(change(before), "utf-8", newline="\n")
    assert path.read_text("utf-8") != before, path


def add_question(template: Path, name: str, default: object, prompt: object) -> None:
    """Add a question and its prompt to ``cookiecutter.json``."""
    path = template / "cookiecutter.json"
    context = json.loads(path.read_text("utf-8"))
    context["__prompts__"][name] = prompt
    path.write_text(json.dumps({name: default, **context}), "utf-8")


def add_suffixes(template: Path, question: str, *answers: str) -> None:
    """Add a question or its answers to SUFFIXES of both hooks."""
    added = ", ".join(f'"{answer}"' for answer in answers)
    for path in (template / "hooks").glob("*.py"):
        if f'"{question}": {{"' in path.read_text("utf-8"):
            edit(path, lambda text: text.replace(f'"{question}": {{', f'"{question}": {{{added}, '))
        else:
            line = f'SUFFIXES = {{\n    "{question}": {{{added}}},\n'
            edit(path, lambda text, line=line: text.replace("SUFFIXES = {\n", line))  # type: ignore[misc]


def render(cookies: Cookies, template: Path, **answers: str) -> Path:
    """Render a service from a changed template."""
    result = cookies.bake(extra_context=answers, template=str(template))
    assert result.exception is None, result.exception
    service: Path = result.project_path
    return service


def contents(service: Path) -> dict[str, str]:
    """Return the content of every file except secrets, and of the recorded answers."""
    return {
        path.relative_to(service).as_posix(): path.read_text("utf-8").partition(RECORDED)[0]
        for path in service.rglob("*")
        if path.is_file() and path.name != ".env" and path.parent.name != "certs"
        if "__pycache__" not in path.parts and path.suffix not in {".png", ".ico"}
    }


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A fork."""
    return copied(tmp_path / "fork")


def test_every_text_is_escaped() -> None:
    """As `__question_quoted` or `__question_markdown`."""
    assert unescaped(TEMPLATE) == []


def test_an_answer_without_its_quoted_form_is_found(template: Path, cookies: Cookies) -> None:
    """In the source, and by a hostile answer that breaks the file."""
    add_question(template, "motto", "Tea.", "What is the motto?")
    pyproject = template / SERVICE.name / "pyproject.toml"
    line = f'{RECORDED}motto = "{{{{ cookiecutter.motto }}}}"\n'
    edit(pyproject, lambda text: text.replace(RECORDED, line))
    assert unescaped(template) == ["pyproject.toml: motto"]
    written = (render(cookies, template, motto=TEXT) / "pyproject.toml").read_text("utf-8")
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads(written)


def test_a_new_question_with_free_text_needs_only_the_documented_steps(
    template: Path, cookies: Cookies
) -> None:
    """The answer appears as typed; one that is too long is rejected."""
    add_question(template, "motto", "Tea.", "What is the motto?")
    for form, expression in ESCAPED.items():
        derived = expression.replace("author_name", "motto")
        path = template / "cookiecutter.json"
        context = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps({**context, f"__motto_{form}": derived}), "utf-8")
    edit(
        template / "hooks" / "pre_gen_project.py",
        lambda text: text.replace("MAX_LENGTH = {", 'MAX_LENGTH = {"motto": 80, '),
    )
    service = template / SERVICE.name
    line = f"{RECORDED}motto = {{{{ cookiecutter.__motto_quoted }}}}\n"
    edit(service / "pyproject.toml", lambda text: text.replace(RECORDED, line))
    edit(service / "README.md", lambda text: f"{text}\n{{{{ cookiecutter.__motto_markdown }}}}\n")
    assert unescaped(template) == []
    rendered = render(cookies, template, motto=TEXT)
    project = tomllib.loads((rendered / "pyproject.toml").read_text("utf-8"))
    assert project["tool"]["cookiecutter"]["motto"] == TEXT
    result = cookies.bake(extra_context={"motto": "x" * 81}, template=str(template))
    assert result.exit_code != 0


def test_a_new_question_with_choices_needs_only_the_documented_steps(
    template: Path, cookies: Cookies
) -> None:
    """Each choice has its files, and no file of another choice."""
    prompt = {"__prompt__": "Which drink?", "tea": "Tea: hot", "coffee": "Coffee: hotter"}
    add_question(template, "drink", ["tea", "coffee"], prompt)
    add_suffixes(template, "drink", "tea", "coffee")
    (template / SERVICE.name / "docs" / "drink@coffee.md").write_text("# Coffee\n", "utf-8")
    (template / SERVICE.name / "docs" / "drink@tea.md").write_text("# Tea\n", "utf-8")
    for choice, title in (("tea", "# Tea\n"), ("coffee", "# Coffee\n")):
        service = render(cookies, template, drink=choice)
        assert (service / "docs" / "drink.md").read_text("utf-8") == title
        assert not list(service.rglob("*@*"))


@pytest.mark.parametrize(
    ("question", "sibling"),
    [
        ("limiter_backend", "redis"),
        ("limiter_backend", "memcached"),
        ("database", "postgresql"),
        ("auth_style", "api_key"),
        ("auth_style", "external_idp"),
        ("ci", "gitlab"),
        ("deployment", "kubernetes"),
    ],
)
def test_a_new_choice_needs_only_the_documented_steps(
    template: Path, cookies: Cookies, bake: Bake, question: str, sibling: str
) -> None:
    """The prompt, both hooks, the suffixes and the conditions are all that name a choice."""
    path = template / "cookiecutter.json"
    context = json.loads(path.read_text("utf-8"))
    context[question].append("another")
    context["__prompts__"][question]["another"] = "Another: new"
    path.write_text(json.dumps(context), "utf-8")
    add_suffixes(template, question, "another")
    share_suffixes(template / SERVICE.name, sibling)
    for file in sorted((template / SERVICE.name).rglob("*")):
        if file.is_file() and not in_copied_folder(file) and file.suffix not in {".png", ".ico"}:
            text = file.read_text("utf-8")
            file.write_text(conditions(text, question, sibling), "utf-8", newline="\n")
    service = render(cookies, template, **{question: "another"})
    assert not list(service.rglob("*@*"))
    found = contents(service)
    expected = contents(bake({question: sibling}))
    assert found.keys() == expected.keys()
    named = {name for name in found if "another" in found[name].lower()}
    for name in found.keys() - named:
        assert found[name] == expected[name], name
    for name in named:
        for new, old in (("another", sibling), ("Another", sibling.capitalize())):
            found[name] = found[name].replace(new, old)
            expected[name] = expected[name].replace(new, old)
        assert found[name] == expected[name], name


def in_copied_folder(path: Path) -> bool:
    """Return whether a file is copied without rendering."""
    return any("@always" in part for part in path.parts)


def share_suffixes(service: Path, sibling: str) -> None:
    """Add the choice to each suffix that names its sibling, from the deepest folder up."""
    split_suffix = hook("post_gen_project", {}).split_suffix
    for path in sorted(service.rglob("*@*"), key=lambda path: len(path.parts), reverse=True):
        if sibling in split_suffix(path.name)[1]:
            head, _, tail = path.name.partition("@")
            named = re.sub(rf"(?<![a-z_]){sibling}(?![a-z_])", f"{sibling}+another", tail, count=1)
            path.rename(path.with_name(f"{head}@{named}"))


def conditions(text: str, question: str, sibling: str) -> str:
    """Treat the choice like its sibling in each condition, list and mapping about the question."""
    variable = rf"cookiecutter\.{question}"
    both = f'("{sibling}", "another")'
    text = re.sub(rf'({variable}) == "{sibling}"', rf"\1 in {both}", text)
    text = re.sub(rf'({variable}) != "{sibling}"', rf"\1 not in {both}", text)
    listed = rf'({variable} (?:not )?in [(\[][^)\]]*)(["\']){sibling}\2(?!, "another")'
    text = re.sub(listed, rf"\1\2{sibling}\2, \2another\2", text)
    mapped = rf'(["\']){sibling}\1: ((["\'])[^"\']*\3)(?=[^{{}}]*\}}\[{variable}\])'
    return re.sub(mapped, rf"\1{sibling}\1: \2, \1another\1: \2", text)


def test_the_choices_of_this_template_have_siblings() -> None:
    """Every question with choices except the license has a case above."""
    marks = test_a_new_choice_needs_only_the_documented_steps.pytestmark
    assert {question for question, _ in marks[0].args[1]} == CHOICES.keys() - {"license"}
