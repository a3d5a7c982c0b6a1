"""The decorator for the errors that a view itself raises."""

from collections.abc import Callable

from marshmallow import Schema

from .declaration import View, declare


def errors(*kinds: str, schema: type[Schema] | None = None) -> Callable[[View], View]:
    """Declare problem types that the view raises, in addition to those of the pipeline.

    ``schema`` describes the JSON body of errors where a standard defines another one than RFC 9457.
    """
    return lambda view: declare(view, errors=kinds, error_schema=schema() if schema else None)
