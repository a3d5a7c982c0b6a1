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


@dataclass(frozen=True, slots=True)
class Check:
    """A look at one part of the service; ``fine`` is said of it when there is no finding."""

    name: str
    fine: str
    look: Callable[[Flask], Iterable[Finding]]
