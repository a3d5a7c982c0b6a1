"""How a view declares what it takes and gives."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, TypeVar

import orjson
from flask import Response
from marshmallow import Schema

from ..problems import PROBLEM_TYPES

JSON = "application/json"
HTML = "text/html"
ANY = "*/*"  # files, each of a media type of its own
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Contract:
    """The schemas of one view, and how it answers.

    ``status`` is that of its successful answer, None when the view declares none; ``also`` are other statuses with the
    same body. ``headers`` come with that answer. ``refusals`` are the problem types that the view itself answers with.
    ``own_reading`` tells that the view reads query and body itself, ``form`` what it finds there, and ``failure`` how
    it answers errors, where another standard says that.
    """

    body: Schema | None = None
    query: Schema | None = None
    answer: Schema | None = None
    status: int | None = None
    also: tuple[int, ...] = ()
    media: str | None = None
    headers: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    own_reading: bool = False
    form: Schema | None = None
    failure: Schema | None = None


def contract_of(view: Callable[..., Any]) -> Contract:
    """Return the contract of a view; an empty one when it declares none."""
    declared: Contract = getattr(view, "__contract__", Contract())
    return declared


def body(schema: type[Schema], *, partial: bool = False) -> Callable[[View], View]:
    """Give the view the validated body as ``body``. With ``partial`` no field is required."""
    return lambda view: _put(view, body=schema(partial=partial))


def query(schema: type[Schema]) -> Callable[[View], View]:
    """Give the view the validated query parameters as ``query``."""
    return lambda view: _put(view, query=schema())


def response(
    schema: type[Schema] | None, status: int = 200, *, headers: tuple[str, ...] = ()
) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Write what the view returns by the schema. It may return ``(value, headers)``, with the headers named here.

    Without a schema the answer has no body and the view returns None.
    """
    instance = schema() if schema else None

    def declare(view: Callable[..., Any]) -> Callable[..., Response]:
        @wraps(view)
        def write(*args: Any, **kwargs: Any) -> Response:
            result = view(*args, **kwargs)
            if instance is None:
                return Response(status=status)
            value, added = result if isinstance(result, tuple) else (result, {})
            written = Response(orjson.dumps(instance.dump(value)), status, mimetype=JSON)
            written.headers.extend(added)
            return written

        return _put(write, answer=instance, status=status, media=JSON if instance else None, headers=headers)

    return declare


def writes(
    media: str, schema: type[Schema] | None = None, *, status: int = 200, also: tuple[int, ...] = ()
) -> Callable[[View], View]:
    """Declare the answer of a view that writes it itself."""
    return lambda view: _put(view, answer=schema() if schema else None, status=status, also=also, media=media)


def reads_itself(view: View) -> View:
    """Leave query and body to the view, where a protocol or a form of a page says what they are."""
    return _put(view, own_reading=True)


def reads_form(form: type[Schema], *, failure: type[Schema]) -> Callable[[View], View]:
    """Leave the body to the view, as a form with these fields, and its errors to the standard that the view follows."""
    return lambda view: _put(view, own_reading=True, form=form(), failure=failure())


def errors(*kinds: str) -> Callable[[View], View]:
    """Declare the problem types that the view itself answers with, beside those of the pipeline."""
    if unknown := set(kinds) - set(PROBLEM_TYPES):
        raise ValueError(f"no problem types: {unknown}")
    return lambda view: _put(view, refusals=kinds)


def _put(view: View, **parts: Any) -> View:
    view.__contract__ = replace(contract_of(view), **parts)  # type: ignore[attr-defined]
    return view
