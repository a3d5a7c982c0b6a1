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

    Raises ``ConfigurationError`` for a missing access rule, invalid limit, or unknown method, scope, guard or problem.
    """
    for rule in app.url_map.iter_rules():
        if unknown := ", ".join(sorted(set(rule.methods or ()) - METHODS)):
            raise ConfigurationError(f"Route {rule.rule} has method {unknown}, which the service rejects. Use another.")
    endpoints = {rule.endpoint: rule.rule for rule in app.url_map.iter_rules() if rule.endpoint in app.view_functions}
    services.register(app, Endpoints({name: _endpoint(app, route, name) for name, route in endpoints.items()}))


def _endpoint(app: Flask, route: str, name: str) -> Endpoint:
    view = app.view_functions[name]
    for method in filter(None, (getattr(getattr(view, "view_class", None), each.lower(), None) for each in METHODS)):
        own = declaration_of(method)
        if own.access_rule or own.query or own.body or own.raw_body:
            raise ConfigurationError(f"{method.__qualname__} is a method: declare it in `decorators` of the class.")
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
