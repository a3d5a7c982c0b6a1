"""The layer that validates the query and the body, the last one before the view.

A body that cannot be parsed is 400 or 415; one that violates its schema is 422 with JSON pointers (RFC 6901). A query
parameter that is invalid, unknown or repeated is 400.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import Request
from marshmallow import Schema, ValidationError

from ..declare.declaration import JSON
from ..observability import events
from ..problems import Problem
from ..request import body
from ..request.state import RequestState
from ..strict_json import InvalidJSON, parse

MAX_NAME = 64


def validate(state: RequestState) -> None:
    """Pass the validated query and body to the view as the arguments ``query`` and ``body``; raise ``Problem``."""
    if state.endpoint is None:
        return
    declaration, request = state.endpoint.declaration, state.request
    arguments: dict[str, Any] = {}
    if declaration.query is not None or (state.environ.get("QUERY_STRING") and not declaration.raw_query):
        query = _query(request, declaration.query)
        if declaration.query is not None:
            arguments["query"] = query
    if declaration.body is not None:
        arguments["body"] = _body(request, declaration.body)
    if arguments:
        request.view_args = {**(request.view_args or {}), **arguments}


def invalid_input(type_name: str, detail: str, errors: list[dict[str, str]] | None = None) -> Problem:
    """Record a security event for the invalid input and return the problem to raise."""
    events.record(events.INPUT_VALIDATION_FAIL, detail)
    return Problem(type_name, detail, errors=errors) if errors else Problem(type_name, detail)


def _query(request: Request, schema: Schema | None) -> Any:
    try:
        unquote_to_bytes(request.query_string).decode()
    except UnicodeDecodeError:
        raise invalid_input("bad-request", "The query is not percent-encoded UTF-8.") from None
    parameters = request.args
    for name, values in parameters.lists():
        if len(values) > 1:
            errors = [{"parameter": _cut(name), "detail": "Appears more than once."}]
            raise invalid_input("bad-request", "A query parameter appears more than once.", errors)
        if "\0" in name or "\0" in values[0]:
            raise invalid_input("bad-request", "The query contains a NUL character.")
    try:
        return (schema or Schema()).load(parameters.to_dict())
    except ValidationError as error:
        messages = error.normalized_messages()  # type: ignore[no-untyped-call]
        found = {name: " ".join(each["detail"] for each in _pointers(inner, "")) for name, inner in messages.items()}
        errors = [{"parameter": _cut(name), "detail": detail} for name, detail in found.items()]
        raise invalid_input("bad-request", "A query parameter is invalid.", errors) from None


def _body(request: Request, schema: Schema) -> Any:
    # Most clients send just this value; parsing it would take 10 microseconds.
    if request.content_type != JSON and not _is_json(request):
        raise invalid_input("unsupported-media-type", "The body must be application/json in UTF-8.")
    content = body.read(request)
    if not content:
        raise invalid_input("bad-request", "The body is empty.")
    try:
        value = parse(content)
    except InvalidJSON as error:
        raise invalid_input("bad-request", str(error)) from None
    expected, name = (list, "array") if schema.many else (dict, "object")
    if not isinstance(value, expected):
        detail = f"Must be a JSON {name}."
        raise invalid_input("invalid", f"The body must be a JSON {name}.", [{"pointer": "#", "detail": detail}])
    try:
        return schema.load(value)
    except ValidationError as error:
        errors = list(_pointers(error.normalized_messages(), "#"))  # type: ignore[no-untyped-call]
        raise invalid_input("invalid", "The body has invalid fields.", errors) from None


def _is_json(request: Request) -> bool:
    return request.mimetype == JSON and request.mimetype_params.get("charset", "utf-8").lower() in ("utf-8", "utf8")


def _cut(name: str) -> str:
    """Return a name that the client has sent, at most ``MAX_NAME`` characters of it."""
    return name if len(name) <= MAX_NAME else f"{name[:MAX_NAME]}..."


def _pointers(messages: Any, pointer: str) -> Iterator[dict[str, str]]:
    """Yield each message of marshmallow with the JSON pointer of its field."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            step = "" if name == "_schema" else "/" + _cut(str(name)).replace("~", "~0").replace("/", "~1")
            yield from _pointers(inner, pointer + step)
    else:
        for detail in messages if isinstance(messages, list) else [messages]:
            yield {"pointer": pointer, "detail": str(detail)}
