"""Collect and check what the views declare, once, after all blueprints are registered."""

from flask import Flask

from .. import limits, services
from ..auth.guards import Guards
from ..auth.scopes import Scopes
from ..declare.declaration import Endpoint, Endpoints, declaration_of
from ..observability.redaction import METHODS
from ..problems import ProblemTypes
from ..settings import ConfigurationError


def collect(app: Flask) -> None:
    """Register an ``Endpoint`` for every route.

    Raises ``ConfigurationError`` for an endpoint without an access rule, for an unknown method, scope, guard or problem
    type, and for an invalid rate limit.
    """
    for rule in app.url_map.iter_rules():
        if unknown := ", ".join(sorted(set(rule.methods or ()) - METHODS)):
            raise ConfigurationError(f"Route {rule.rule} has method {unknown}, which the service rejects. Use another.")
    endpoints = {rule.endpoint: _endpoint(app, rule.rule, rule.endpoint) for rule in app.url_map.iter_rules()}
    services.register(app, Endpoints(endpoints))


def _endpoint(app: Flask, route: str, name: str) -> Endpoint:
    view = app.view_functions[name]
    declaration = declaration_of(view)
    rule = declaration.access_rule
    if rule is None:
        raise ConfigurationError(
            f"Endpoint {name} ({route}) has no access rule: add @public, @authenticated, @requires or @guarded_by."
        )
    if rule.scope is not None and rule.scope not in services.get(app, Scopes):
        raise ConfigurationError(f"Endpoint {name} requires the unknown scope {rule.scope!r}; define it in scopes.py.")
    if rule.guard is not None and rule.guard not in services.get(app, Guards):
        raise ConfigurationError(f"Endpoint {name} uses the guard {rule.guard!r}, which is not registered.")
    for type_name in set(declaration.errors).difference(services.get(app, ProblemTypes)):
        raise ConfigurationError(
            f"Endpoint {name} declares the unknown problem type {type_name!r}; pass it to create_app as problem_types."
        )
    route_limits = limits.limiter.collect(app, name, services.get(app, limits.Counters).rates)
    return Endpoint(route, rule, declaration, route_limits)
