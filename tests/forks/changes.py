"""The changes of a fork that `CONTRIBUTING.md` describes."""

import json
from collections.abc import Callable
from pathlib import Path

from pytest_cookies.plugin import Cookies

RECORDED = "[tool.cookiecutter]\n"


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
