"""The record of everything that a view declares.

The decorators of this package fill the record, and the pipeline enforces it; ``flask policy`` and OpenAPI show it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from marshmallow import Schema

from ..limits import RouteLimits
from ..settings import ConfigurationError

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
HTML = "text/html"
ANY = "*/*"  # a view that serves files of several media types

View = TypeVar("View", bound=Callable[..., Any])
_ATTRIBUTE = "__declaration__"


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Who may call an endpoint; ``scope`` belongs to ``@requires``, ``guard`` to ``@guarded_by``."""

    kind: Literal["public", "authenticated", "requires", "guarded_by"]
    scope: str | None = None
    guard: str | None = None


@dataclass(frozen=True, slots=True)
class RawBody:
    """A body that the view itself reads; the schema only describes it in the OpenAPI document."""

    media_type: str
    schema: Schema | None


@dataclass(frozen=True, slots=True)
class SuccessResponse:
    """The response of a view that succeeds; without a media type it has no body.

    Responses with one of the ``other_statuses`` have the same kind of body. OpenAPI omits an undocumented operation.
    """

    status: int
    media_type: str | None
    schema: Schema | None = None
    other_statuses: tuple[int, ...] = ()
    headers: tuple[str, ...] = ()
    documented: bool = True


@dataclass(frozen=True, slots=True)
class Declaration:
    """Everything that one view declares.

    ``query`` and ``body`` validate what the view receives; ``raw_query`` and ``raw_body`` leave that to the view.
    ``errors`` are the problem types that the view itself raises; ``error_schema`` describes the body of errors where a
    standard defines another one than RFC 9457.
    """

    access_rule: AccessRule | None = None
    query: Schema | None = None
    raw_query: bool = False
    body: Schema | None = None
    raw_body: RawBody | None = None
    response: SuccessResponse | None = None
    errors: tuple[str, ...] = ()
    error_schema: Schema | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A route with the declaration and the rate limits of its view, as the pipeline collects them at startup."""

    route: str
    access_rule: AccessRule  # that of the declaration; startup fails without one
    declaration: Declaration
    limits: RouteLimits


class Endpoints(dict[str, Endpoint]):
    """The endpoints of an application, by name."""


def declaration_of(view: Callable[..., Any]) -> Declaration:
    """Return what the view declares so far."""
    found: Declaration = getattr(view, _ATTRIBUTE, Declaration())
    return found


def declare(view: View, **parts: Any) -> View:
    """Set fields of the view's declaration and return the view. Raises ``ConfigurationError`` for two access rules."""
    before = declaration_of(view)
    if before.access_rule not in (None, parts.get("access_rule", before.access_rule)):
        raise ConfigurationError(f"{view.__qualname__} has two access rules: remove one.")
    setattr(view, _ATTRIBUTE, replace(before, **parts))
    return view
