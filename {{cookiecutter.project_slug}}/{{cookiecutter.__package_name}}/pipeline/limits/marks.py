"""How a view joins or leaves a budget."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def unlimited(view: View) -> View:
    """Count no request for this view: probes must be answered however many there are."""
    view.__unlimited__ = True  # type: ignore[attr-defined]
    return view


def rationed(budget: str) -> Callable[[View], View]:
    """Count the requests for this view on a budget of their own, per address, beside the general ones."""

    def mark(view: View) -> View:
        view.__budget__ = budget  # type: ignore[attr-defined]
        return view

    return mark
