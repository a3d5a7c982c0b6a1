"""What an examination of the service finds. The checks are in ``checks``; an identity brings its own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import Flask


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be, and its mend; a grave one fails the examination."""

    told: str
    mend: str
    grave: bool = True


class NotLooked(Exception):
    """What was to be looked at is out of reach; the message says why."""


@dataclass(frozen=True, slots=True)
class Check:
    """A look at one part of the service; ``fine`` is said of it when there is no finding.

    A look that needs what is away raises ``NotLooked``, or lets pass what the database raises.
    """

    name: str
    fine: str
    look: Callable[[Flask], Iterable[Finding]]
