"""Enforce the marks: who is calling, and may they. An endpoint without a mark stops the start."""

from typing import Never

from flask import Flask, Response, current_app, g, request

from ..auth import guards, identity
from ..auth.failure import Unauthenticated
from ..auth.marks import Mark, mark_of
from ..auth.scopes import SCOPES
from ..monitoring import events
from ..problems import Problem
from ..settings import StartRefused
from . import limits


def identified() -> Response | None:
    """Find out who is calling where the endpoint asks for it, and answer 401 or 429 when nobody can be told.

    Where the endpoint names a guard instead, that one answers or lets the request pass.
    """
    mark = _mark()
    if mark is None or mark.kind == "public":
        return None
    if mark.guard is not None:
        return guards.ask(mark.guard)
    try:
        caller = identity.identify()
    except Unauthenticated as failure:
        events.record("authn_login_fail", failure.reason, credential=failure.credential)
        limits.failed_authentication()
        _challenge(identity.challenge("invalid_token"))
    if caller is None:
        events.record("authn_login_fail", "no credential was sent")
        _challenge(identity.challenge())
    g.caller = caller
    request.environ["service.caller"] = caller.id
    return None


def allowed() -> None:
    """Answer 403 when the caller lacks the scope that the endpoint requires."""
    mark = _mark()
    if mark is None or mark.scope is None or mark.scope in g.caller.scopes:
        return
    events.record("authz_fail", f"the scope {mark.scope} is missing")
    raise Problem(
        "forbidden",
        f"The scope {mark.scope} is required.",
        headers=[("WWW-Authenticate", identity.challenge("insufficient_scope", mark.scope))],
        scope=mark.scope,
    )


def init_app(app: Flask) -> None:
    """Collect the mark of every endpoint.

    Raises ``StartRefused`` for an endpoint that has none, or names a scope or a guard that does not exist.
    """
    marks: dict[str, Mark] = {}
    for rule in app.url_map.iter_rules():
        mark = mark_of(app.view_functions[rule.endpoint])
        if mark is None:
            raise StartRefused(
                f"The endpoint {rule.endpoint} ({rule.rule}) has no mark: say who may call it with @public, "
                "@authenticated, @requires or @guarded_by."
            )
        if mark.scope is not None and mark.scope not in SCOPES:
            raise StartRefused(f"The endpoint {rule.endpoint} requires {mark.scope}, which is no scope.")
        if mark.guard is not None and mark.guard not in guards.names(app):
            raise StartRefused(f"The endpoint {rule.endpoint} is guarded by {mark.guard}, which nothing is.")
        marks[rule.endpoint] = mark
    app.extensions["marks"] = marks


def _mark() -> Mark | None:
    """Return the mark of the endpoint at hand; none where routing failed or OPTIONS is answered by Flask."""
    rule = request.url_rule
    if rule is None:
        return None
    request.environ["service.route"] = rule.rule
    if request.method == "OPTIONS":
        return None
    marks: dict[str, Mark] = current_app.extensions["marks"]
    return marks[rule.endpoint]


def _challenge(challenge: str) -> Never:
    raise Problem("unauthenticated", "A valid credential is required.", headers=[("WWW-Authenticate", challenge)])
