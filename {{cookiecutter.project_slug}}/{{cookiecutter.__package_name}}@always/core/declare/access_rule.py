"""The marks that say who may call an endpoint. They only declare; ``pipeline.access`` enforces them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Who may call an endpoint; ``scope`` is set for ``requires``, ``guard`` for ``guarded_by``."""

    kind: Literal["public", "authenticated", "requires", "guarded_by"]
    scope: str | None = None
    guard: str | None = None


def access_rule_of(view: Callable[..., Any]) -> AccessRule | None:
    """Return the mark of a view, if it has one."""
    return getattr(view, "__access_rule__", None)


def public(view: View) -> View:
    """Let anyone call the endpoint; a credential is not looked at."""
    return _put(view, AccessRule("public"))


def authenticated(view: View) -> View:
    """Let any caller with a valid credential call the endpoint."""
    return _put(view, AccessRule("authenticated"))


def requires(scope: str) -> Callable[[View], View]:
    """Let a caller whose credential has the scope call the endpoint."""
    return lambda view: _put(view, AccessRule("requires", scope=scope))


def guarded_by(guard: str) -> Callable[[View], View]:
    """Let a request call the endpoint that a guard of ``auth.guards`` lets pass; it has no caller."""
    return lambda view: _put(view, AccessRule("guarded_by", guard=guard))


def _put(view: View, mark: AccessRule) -> View:
    view.__access_rule__ = mark  # type: ignore[attr-defined]
    return view
