"""A new choice, storage or style needs only the steps that `CONTRIBUTING.md` names."""

import json
import re
from pathlib import Path

import pytest
from pytest_cookies.plugin import Cookies

from tests.conftest import Bake
from tests.forks.changes import RECORDED, add_suffixes, render
from tests.template import CHOICES, SERVICE, hook


def contents(service: Path) -> dict[str, str]:
    """Return the content of every file except secrets, and of the recorded answers."""
    return {
        path.relative_to(service).as_posix(): path.read_text("utf-8").partition(RECORDED)[0]
        for path in service.rglob("*")
        if path.is_file() and path.name != ".env" and path.parent.name != "certs"
        if "__pycache__" not in path.parts and path.suffix not in {".png", ".ico"}
    }


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
