"""The template as its tests see it: the questions, and the code of its hooks."""

import itertools
import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

TEMPLATE = Path(__file__).parent.parent
SERVICE = TEMPLATE / "{{cookiecutter.project_slug}}"
CONTEXT = json.loads((TEMPLATE / "cookiecutter.json").read_text("utf-8"))
QUESTIONS = [name for name in CONTEXT if not name.startswith("_")]
CHOICES: dict[str, list[str]] = {
    name: CONTEXT[name] for name in QUESTIONS if isinstance(CONTEXT[name], list)
}
RESERVED = frozenset(" ".join(CONTEXT["_reserved_names"]).split())


# What the code depends on: each of these answers goes with each other. The other questions add
# files that nothing imports.
CORE = ("auth_style", "limiter_backend", "database")
DEFAULTS = {question: choices[0] for question, choices in CHOICES.items()}


def core_variants() -> Iterator[dict[str, str]]:
    """Give the answers of every service that differs in code: each choice with each other."""
    for answers in itertools.product(*(CHOICES[question] for question in CORE)):
        yield dict(zip(CORE, answers, strict=True))


def variants() -> Iterator[dict[str, str]]:
    """Give these, and each choice of every other question with each authentication style."""
    yield from core_variants()
    for question in CHOICES.keys() - CORE:
        for style, choice in itertools.product(CHOICES["auth_style"], CHOICES[question][1:]):
            yield {"auth_style": style, question: choice}


def label(answers: Mapping[str, str]) -> str:
    """Name a variant by its answers."""
    return "-".join(answers.values())


def copied(folder: Path) -> Path:
    """Copy all that makes the template into a folder of its own."""
    folder.mkdir(parents=True)
    shutil.copy(TEMPLATE / "cookiecutter.json", folder)
    for name in ("hooks", SERVICE.name):
        shutil.copytree(TEMPLATE / name, folder / name)
    return folder


def hook(name: str, context: Mapping[str, object]) -> ModuleType:
    """Load a hook as it is when cookiecutter has rendered it with these answers."""
    text = (TEMPLATE / "hooks" / f"{name}.py").read_text("utf-8")
    mark = "{{ cookiecutter | tojson }}"
    if text.count(mark) != 1:
        raise AssertionError(f"{name} must read its answers in one place")
    module = ModuleType(name)
    path = list(sys.path)
    try:
        # The hook drops the first entry of the search path, in its own process.
        exec(compile(text.replace(mark, json.dumps(context)), name, "exec"), module.__dict__)  # noqa: S102
    finally:
        sys.path[:] = path
    return module
