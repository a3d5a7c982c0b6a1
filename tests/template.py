"""The template's questions, variants and hooks, for its tests."""

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
RESERVED = frozenset(" ".join(CONTEXT["_reserved_names"]).split())


def choices(template: Path) -> dict[str, list[str]]:
    """Return the choices of each multiple-choice question of a template."""
    context = json.loads((template / "cookiecutter.json").read_text("utf-8"))
    offered = {name: value for name, value in context.items() if isinstance(value, list)}
    return {name: answers for name, answers in offered.items() if not name.startswith("_")}


def free_text(template: Path) -> list[str]:
    """Return the questions of a template that accept any string."""
    context = json.loads((template / "cookiecutter.json").read_text("utf-8"))
    with_format = {"project_slug", "cors_origins"}
    return [
        name
        for name, value in context.items()
        if isinstance(value, str) and not name.startswith("_") and name not in with_format
    ]


CHOICES = choices(TEMPLATE)
FREE_TEXT = free_text(TEMPLATE)
# The questions that change a service's code: tests combine each of their answers with each other.
# The other questions add files that no code imports.
CORE = ("auth_style", "limiter_backend", "database")
DEFAULTS = {question: answers[0] for question, answers in CHOICES.items()}


def core_variants(offered: Mapping[str, list[str]] = CHOICES) -> Iterator[dict[str, str]]:
    """Yield the answers of every service with different code: all combinations."""
    core = [question for question in CORE if question in offered]
    for answers in itertools.product(*(offered[question] for question in core)):
        yield dict(zip(core, answers, strict=True))


def variants(offered: Mapping[str, list[str]] = CHOICES) -> Iterator[dict[str, str]]:
    """Yield the core variants, and each choice of every other question with each auth style."""
    yield from core_variants(offered)
    for question in [question for question in offered if question not in CORE]:
        for style, choice in itertools.product(offered["auth_style"], offered[question][1:]):
            yield {"auth_style": style, question: choice}


def label(answers: Mapping[str, str]) -> str:
    """Return the name of a variant: its answers."""
    return "-".join(answers.values())


def copied(folder: Path) -> Path:
    """Copy the template to another folder, without its tests and documents."""
    folder.mkdir(parents=True)
    shutil.copy(TEMPLATE / "cookiecutter.json", folder)
    for name in ("hooks", SERVICE.name):
        shutil.copytree(TEMPLATE / name, folder / name)
    return folder


def hook(name: str, context: Mapping[str, object]) -> ModuleType:
    """Load a hook as cookiecutter would render it with these answers."""
    text = (TEMPLATE / "hooks" / f"{name}.py").read_text("utf-8")
    expression = "{{ cookiecutter | tojson }}"
    if text.count(expression) != 1:
        raise AssertionError(f"{name} must contain {expression} exactly once")
    module = ModuleType(name)
    path = list(sys.path)
    try:
        # The hook removes the first entry of sys.path, which is restored below.
        exec(compile(text.replace(expression, json.dumps(context)), name, "exec"), module.__dict__)  # noqa: S102
    finally:
        sys.path[:] = path
    return module
