"""What ``flask doctor`` runs: checks and their findings; the checks are in ``checks`` and in ``auth/backend``."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from flask import Flask


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem and how to fix it. An error makes ``flask doctor`` exit with 1."""

    message: str
    hint: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """Return the message and the hint as sentences."""
        return " ".join(f"{text[0].upper()}{text[1:]}." for text in (self.message, self.hint))


class Skipped(Exception):
    """A check that cannot run because something that it needs is unavailable; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Check:
    """A check of one part of the deployment; ``ok`` is printed when ``run`` finds nothing.

    ``run`` may raise ``Skipped``, and any error of the database.
    """

    name: str
    ok: str
    run: Callable[[Flask], Iterable[Finding]]


class Checks(tuple[Check, ...]):
    """The checks of an application, in the order in which they run."""
