"""How a view joins or leaves a budget."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Ration:
    """The budget that a view joins; a ``strict`` one is never exceeded, whoever must count it.

    ``in_view`` tells that the view counts on it itself, and nothing before it does.
    """

    budget: str
    strict: bool
    in_view: bool = False


def unlimited(view: View) -> View:
    """Count no request for this view: probes must be answered however many there are."""
    view.__unlimited__ = True  # type: ignore[attr-defined]
    return view


def rationed(budget: str, *, strict: bool = False) -> Callable[[View], View]:
    """Count the requests for this view on a budget of their own, per address, beside the general ones.

    ``strict`` is for views where a guess may be tried: where workers must count alone, because the
    storage is away, each admits only its share of the rate.
    """

    def mark(view: View) -> View:
        view.__ration__ = Ration(budget, strict)  # type: ignore[attr-defined]
        return view

    return mark


def spends(budget: str) -> Callable[[View], View]:
    """Tell that the view calls ``spend`` on a budget, for more than an address is needed to know whose it is."""

    def mark(view: View) -> View:
        view.__ration__ = Ration(budget, strict=True, in_view=True)  # type: ignore[attr-defined]
        return view

    return mark


def ration_of(view: object) -> Ration | None:
    """Return the budget that the view joined, if it did."""
    return getattr(view, "__ration__", None)
