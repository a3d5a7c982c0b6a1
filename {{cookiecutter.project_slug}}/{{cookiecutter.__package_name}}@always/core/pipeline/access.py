"""Enforce the marks: who is calling, and may they. ``exchange`` collects them at the start."""

from typing import Never

from flask import Response, g

from .. import limits
from ..auth import backend, guards
from ..auth.errors import AuthenticationError
from ..observability import events
from ..problems import Problem
from ..request.state import RequestState


def identified(state: RequestState) -> Response | None:
    """Find out who is calling where the endpoint asks for it, and answer 401 or 429 when nobody can be told.

    Where the endpoint names a guard instead, that one answers or lets the request pass.
    """
    if state.endpoint is None or state.endpoint.access_rule.kind == "public":
        return None
    if state.endpoint.access_rule.guard is not None:
        return guards.check(state.endpoint.access_rule.guard)
    try:
        caller = backend.authenticate()
    except AuthenticationError as failure:
        events.record(events.AUTHN_LOGIN_FAIL, failure.reason, credential=failure.credential)
        limits.failed_authentication()
        _challenge(backend.challenge("invalid_token"))
    if caller is None:
        events.record(events.AUTHN_LOGIN_FAIL, "no credential was sent")
        _challenge(backend.challenge())
    g.caller = state.caller = caller
    return None


def allowed(state: RequestState) -> None:
    """Answer 403 when the caller lacks the scope that the endpoint requires."""
    scope = state.endpoint.access_rule.scope if state.endpoint else None
    if scope is None or state.caller is None:
        return
    if scope in state.caller.scopes:
        if scope == "admin":
            events.record(events.AUTHZ_ADMIN, "an administrator's endpoint was called")
        return
    events.record(events.AUTHZ_FAIL, f"the scope {scope} is missing")
    raise Problem(
        "forbidden",
        f"The scope {scope} is required.",
        headers=[("WWW-Authenticate", backend.challenge("insufficient_scope", scope))],
        scope=scope,
    )


def _challenge(challenge: str) -> Never:
    raise Problem("unauthenticated", "A valid credential is required.", headers=[("WWW-Authenticate", challenge)])
