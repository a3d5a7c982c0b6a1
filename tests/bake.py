"""Render a service from this checkout: `make bake [answers]`.

This module needs only Cookiecutter, not the packages of the tests. The result depends on the
checkout and the answers, not on the user's Cookiecutter configuration.
"""

import logging
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from cookiecutter.main import cookiecutter

from tests.template import CHOICES, QUESTIONS, TEMPLATE

# Cookiecutter's log repeats each error with a traceback.
logging.getLogger("cookiecutter").addHandler(logging.NullHandler())


class BakeFailed(Exception):
    """The template cannot be rendered; the message is the reason."""


class InvalidArguments(BakeFailed):
    """The arguments are invalid, so changing the template would not help."""


def parse_answers(arguments: Iterable[str]) -> dict[str, str]:
    """Parse ``question=answer``; raises InvalidArguments with every unknown question and choice.

    Cookiecutter ignores an unknown question, and prints a traceback for an unknown choice.
    """
    given, problems = {}, []
    for argument in arguments:
        question, _, answer = argument.partition("=")
        given[question] = answer
        if question not in QUESTIONS:
            problems.append(
                f"Unknown question {question!r}. The questions are {', '.join(QUESTIONS)}."
            )
        elif answer not in CHOICES.get(question, [answer]):
            choices = ", ".join(CHOICES[question])
            problems.append(f"Invalid {question} {answer!r}: must be one of {choices}.")
    if problems:
        raise InvalidArguments("\n".join(problems))
    return given


def bake_in_process(out: Path, given: Mapping[str, str]) -> Path:
    """Render these answers and defaults over an existing service; return the service's folder."""
    try:
        service = cookiecutter(
            str(TEMPLATE),
            no_input=True,
            extra_context=dict(given),
            output_dir=str(out),
            overwrite_if_exists=True,
            default_config=True,
        )
    except Exception as error:  # a template under development can fail in any way
        message, _, _ = str(error).partition(" Context: ")  # drop the list of all answers
        raise BakeFailed(message) from error
    return Path(service)


def main(out: str, *arguments: str) -> str | None:
    """Render a service into a folder; return an error message if that fails."""
    try:
        bake_in_process(Path(out), parse_answers(arguments))
    except BakeFailed as reason:
        return str(reason)
    return None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
