"""Bake a service of this checkout, whoever does it: `make bake [answers]`.

It needs Cookiecutter alone, for a machine that has nothing of the tests. What is baked depends on
the checkout and the answers, not on the defaults of a person.
"""

import logging
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from cookiecutter.main import cookiecutter

from tests.template import CHOICES, QUESTIONS, TEMPLATE

# Its log repeats each failure, with a traceback.
logging.getLogger("cookiecutter").addHandler(logging.NullHandler())


class NotBaked(Exception):
    """There is no service; the message says why."""


class Refused(NotBaked):
    """What was asked for cannot be, whatever the template looks like."""


def answered(arguments: Iterable[str]) -> dict[str, str]:
    """Read ``question=answer``; raises Refused where the template has no such question or choice.

    Cookiecutter itself passes over the one, and shows a traceback for the other.
    """
    given = {}
    for argument in arguments:
        question, _, answer = argument.partition("=")
        if question not in QUESTIONS:
            raise Refused(f"{question} is no question: there are {', '.join(QUESTIONS)}")
        if answer not in CHOICES.get(question, [answer]):
            raise Refused(f"{question} is one of {', '.join(CHOICES[question])}, not {answer!r}")
        given[question] = answer
    return given


def baked(out: Path, given: Mapping[str, str]) -> Path:
    """Bake these answers, defaults for the others, over what stands there; return the service."""
    try:
        service = cookiecutter(
            str(TEMPLATE),
            no_input=True,
            extra_context=dict(given),
            output_dir=str(out),
            overwrite_if_exists=True,
            default_config=True,
        )
    except Exception as error:  # a template that somebody works on fails in every way
        what, _, _ = str(error).partition(" Context: ")  # every answer and derived value
        raise NotBaked(what) from error
    return Path(service)


def main(out: str, *arguments: str) -> str | None:
    """Bake into a folder; return why there is no service."""
    try:
        baked(Path(out), answered(arguments))
    except NotBaked as reason:
        return str(reason)
    return None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
