"""Decorators for the access rule, the query, the body and the errors of a view.

Every view needs exactly one access rule: ``@public``, ``@authenticated``, ``@requires`` or ``@guarded_by``. A view
without ``@query`` or ``@raw_query`` accepts no query parameter.
"""

from collections.abc import Callable

from marshmallow import Schema

from .declaration import AccessRule, RawBody, View, declare


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


def query(schema: type[Schema]) -> Callable[[View], View]:
    """Pass the validated query parameters to the view as the argument ``query``."""
    return lambda view: declare(view, query=schema())


def raw_query(view: View) -> View:
    """Accept any query parameters; the view itself reads and checks them."""
    return declare(view, raw_query=True)


def body(schema: type[Schema], *, partial: bool = False, many: bool = False) -> Callable[[View], View]:
    """Pass the validated JSON body to the view as the argument ``body``.

    With ``partial`` no field is required. With ``many`` the body is an array of objects.
    """
    # None, as for a nested schema: apispec takes False for another schema of the same name.
    return lambda view: declare(view, body=schema(partial=partial or None, many=many))


def raw_body(media_type: str, schema: type[Schema] | None = None) -> Callable[[View], View]:
    """Accept any body; the view itself reads and checks it. The schema only describes it in the OpenAPI document."""
    return lambda view: declare(view, raw_body=RawBody(media_type, schema() if schema else None))


def errors(*names: str, schema: type[Schema] | None = None) -> Callable[[View], View]:
    """Declare the problem types with these names, which the view raises, in addition to those of the pipeline.

    ``schema`` describes the JSON body of errors where a standard defines another one than RFC 9457.
    """
    return lambda view: declare(view, errors=names, error_schema=schema() if schema else None)
