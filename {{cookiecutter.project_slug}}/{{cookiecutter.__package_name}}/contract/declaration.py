"""How a view declares what it takes and gives."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, TypeVar

import orjson
from flask import Response
from marshmallow import Schema

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Contract:
    """The schemas of one view; ``status`` is that of its successful answer."""

    body: Schema | None = None
    query: Schema | None = None
    answer: Schema | None = None
    status: int = 200


def contract_of(view: Callable[..., Any]) -> Contract:
    """Return the contract of a view; an empty one when it declares none."""
    declared: Contract = getattr(view, "__contract__", Contract())
    return declared


def accepts(schema: type[Schema], *, partial: bool = False) -> Callable[[View], View]:
    """Give the view the validated body as ``body``. With ``partial`` no field is required."""
    return lambda view: _put(view, body=schema(partial=partial))


def queried(schema: type[Schema]) -> Callable[[View], View]:
    """Give the view the validated query parameters as ``query``."""
    return lambda view: _put(view, query=schema())


def returns(schema: type[Schema], status: int = 200) -> Callable[[View], View]:
    """Write what the view returns by the schema. It may return ``(value, headers)``."""
    instance = schema()

    def declare(view: View) -> View:
        @wraps(view)
        def write(*args: Any, **kwargs: Any) -> Response:
            result = view(*args, **kwargs)
            value, headers = result if isinstance(result, tuple) else (result, {})
            written = Response(orjson.dumps(instance.dump(value)), status, mimetype="application/json")
            written.headers.extend(headers)
            return written

        return _put(write, answer=instance, status=status)  # type: ignore[return-value]

    return declare


def _put(view: View, **parts: Any) -> View:
    view.__contract__ = replace(contract_of(view), **parts)  # type: ignore[attr-defined]
    return view
