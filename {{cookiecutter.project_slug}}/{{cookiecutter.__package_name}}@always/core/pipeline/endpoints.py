"""Collect what every endpoint declares, once, after all blueprints are registered."""

from flask import Flask, Request

from .. import limits, services
from ..auth import guards
from ..auth.scopes import SCOPES
from ..declare.declaration import declaration_of
from ..declare.endpoint import Endpoint, Endpoints
from ..request.state import KEY, RequestState
from ..settings import ConfigurationError


def begin(app: Flask, request: Request) -> RequestState:
    """Return the state of a request that was just routed, and store it in the WSGI environment for the middleware."""
    endpoints, counters = services.get(app, Endpoints), services.get(app, limits.Counters)
    rule = request.url_rule
    endpoint = None if rule is None or request.method == "OPTIONS" else endpoints[rule.endpoint]
    begun = limits.begin(counters, request.environ.get("REMOTE_ADDR", ""), endpoint.limits.view if endpoint else None)
    state = request.environ[KEY] = RequestState(app, request, request.environ, endpoint, begun)
    return state


def collect(app: Flask) -> None:
    """Collect what every endpoint declares.

    Raises ``ConfigurationError`` for an endpoint without an access rule, and for an unknown scope, an unknown guard or
    an invalid rate limit.
    """
    services.register(
        app,
        Endpoints({rule.endpoint: _collected(app, rule.rule, rule.endpoint) for rule in app.url_map.iter_rules()}),
    )


def _collected(app: Flask, route: str, name: str) -> Endpoint:
    view = app.view_functions[name]
    declaration = declaration_of(view)
    rule = declaration.access_rule
    if rule is None:
        raise ConfigurationError(
            f"Endpoint {name} ({route}) has no access rule: add @public, @authenticated, @requires or @guarded_by."
        )
    if rule.scope is not None and rule.scope not in SCOPES:
        raise ConfigurationError(f"Endpoint {name} requires the unknown scope {rule.scope!r}; define it in scopes.py.")
    if rule.guard is not None and rule.guard not in guards.names(app):
        raise ConfigurationError(
            f"Endpoint {name} uses the guard {rule.guard!r}, but no guard of that name is registered."
        )
    return Endpoint(
        route=route,
        access_rule=rule,
        declaration=declaration,
        limits=limits.limiter.collect(app, name, services.get(app, limits.Counters).rates),
    )
