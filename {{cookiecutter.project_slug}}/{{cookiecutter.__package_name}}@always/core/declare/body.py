"""Decorators for the body of the request."""

from collections.abc import Callable

from marshmallow import Schema

from .declaration import RawBody, View, declare


def body(schema: type[Schema], *, partial: bool = False, many: bool = False) -> Callable[[View], View]:
    """Pass the validated JSON body to the view as the argument ``body``.

    With ``partial`` no field is required. With ``many`` the body is an array of objects.
    """
    return lambda view: declare(view, body=schema(partial=partial, many=many))


def raw_body(media_type: str, schema: type[Schema] | None = None) -> Callable[[View], View]:
    """Let the view read and check the body itself. The schema only describes it in the OpenAPI document."""
    return lambda view: declare(view, raw_body=RawBody(media_type, schema() if schema else None))
