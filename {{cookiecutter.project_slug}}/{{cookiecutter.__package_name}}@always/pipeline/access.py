"""Enforce the marks: who is calling, and may they. ``exchange`` collects them at the start."""

from typing import Never

from flask import Response, g

from ..auth import guards, identity
from ..auth.failure import Unauthenticated
from ..monitoring import events
from ..problems import Problem
from . import limits
from .exchange import Exchange


def identified(exchange: Exchange) -> Response | None:
    """Find out who is calling where the endpoint asks for it, and answer 401 or 429 when nobody can be told.

    Where the endpoint names a guard instead, that one answers or lets the request pass.
    """
    if exchange.endpoint is None or exchange.endpoint.mark.kind == "public":
        return None
    if exchange.endpoint.mark.guard is not None:
        return guards.ask(exchange.endpoint.mark.guard)
    try:
        caller = identity.identify()
    except Unauthenticated as failure:
        events.record("authn_login_fail", failure.reason, credential=failure.credential)
        limits.failed_authentication(exchange)
        _challenge(identity.challenge("invalid_token"))
    if caller is None:
        events.record("authn_login_fail", "no credential was sent")
        _challenge(identity.challenge())
    g.caller = exchange.caller = caller
    return None


def allowed(exchange: Exchange) -> None:
    """Answer 403 when the caller lacks the scope that the endpoint requires."""
    scope = exchange.endpoint.mark.scope if exchange.endpoint else None
    if scope is None or exchange.caller is None:
        return
    if scope in exchange.caller.scopes:
        if scope == "admin":
            events.record("authz_admin", "an administrator's endpoint was called")
        return
    events.record("authz_fail", f"the scope {scope} is missing")
    raise Problem(
        "forbidden",
        f"The scope {scope} is required.",
        headers=[("WWW-Authenticate", identity.challenge("insufficient_scope", scope))],
        scope=scope,
    )


def _challenge(challenge: str) -> Never:
    raise Problem("unauthenticated", "A valid credential is required.", headers=[("WWW-Authenticate", challenge)])
