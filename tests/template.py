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
RESERVED = frozenset(" ".join(CONTEXT["_reserved_names"]).split())


def choices(template: Path) -> dict[str, list[str]]:
    """Give the answers that each question of a template offers, where it offers any."""
    context = json.loads((template / "cookiecutter.json").read_text("utf-8"))
    offered = {name: value for name, value in context.items() if isinstance(value, list)}
    return {name: answers for name, answers in offered.items() if not name.startswith("_")}


CHOICES = choices(TEMPLATE)
# What the code depends on: each of these answers goes with each other. The other questions add
# files that nothing imports.
CORE = ("auth_style", "limiter_backend", "database")
DEFAULTS = {question: answers[0] for question, answers in CHOICES.items()}


def core_variants(offered: Mapping[str, list[str]] = CHOICES) -> Iterator[dict[str, str]]:
    """Give the answers of every service that differs in code: each choice with each other."""
    core = [question for question in CORE if question in offered]
    for answers in itertools.product(*(offered[question] for question in core)):
        yield dict(zip(core, answers, strict=True))


def variants(offered: Mapping[str, list[str]] = CHOICES) -> Iterator[dict[str, str]]:
    """Give these, and each choice of every other question with each authentication style."""
    yield from core_variants(offered)
    for question in offered.keys() - CORE:
        for style, choice in itertools.product(offered["auth_style"], offered[question][1:]):
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
