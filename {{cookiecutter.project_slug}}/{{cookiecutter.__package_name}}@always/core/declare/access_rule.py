"""Decorators for the access rule; every endpoint needs exactly one of them."""

from collections.abc import Callable

from .declaration import AccessRule, View, declare


def public(view: View) -> View:
    """Allow everyone. Credentials are ignored, and the view has no caller."""
    return declare(view, access_rule=AccessRule("public"))


def authenticated(view: View) -> View:
    """Allow every caller with a valid credential."""
    return declare(view, access_rule=AccessRule("authenticated"))


def requires(scope: str) -> Callable[[View], View]:
    """Allow callers whose credential has the scope."""
    return lambda view: declare(view, access_rule=AccessRule("requires", scope=scope))


def guarded_by(guard: str) -> Callable[[View], View]:
    """Allow requests that a guard accepts (see ``auth.guards``). The view has no caller."""
    return lambda view: declare(view, access_rule=AccessRule("guarded_by", guard=guard))
