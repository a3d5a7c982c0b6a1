"""Render answers and files as cookiecutter does, without a bake."""

import fnmatch
import functools
from collections.abc import Iterator, Mapping
from unittest import mock

from cookiecutter.environment import StrictEnvironment
from cookiecutter.generate import generate_context
from cookiecutter.prompt import prompt_for_config
from cookiecutter.utils import create_env_with_context
from jinja2 import FileSystemLoader

from tests.template import CONTEXT, SERVICE, TEMPLATE


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
