"""Decorators for the query parameters; an endpoint without one of them rejects every parameter."""

from collections.abc import Callable

from marshmallow import Schema

from .declaration import View, declare


def query(schema: type[Schema]) -> Callable[[View], View]:
    """Pass the validated query parameters to the view as the argument ``query``."""
    return lambda view: declare(view, query=schema())


def raw_query(view: View) -> View:
    """Let the view read and check the query itself."""
    return declare(view, raw_query=True)
