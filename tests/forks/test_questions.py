"""A new question needs only the steps that `CONTRIBUTING.md` names.

The test that finds answers without their escaped form includes new questions.
"""

import json
import re
import tomllib
from pathlib import Path

import pytest
from pytest_cookies.plugin import Cookies

from tests.forks.changes import RECORDED, add_question, add_suffixes, edit, render
from tests.template import SERVICE, TEMPLATE, free_text

TEXT = 'Tea \\ "only" # {x} [y]: *z* $(id) `'
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
