"""Read and validate what the endpoint at hand declares; the last layer before the view.

A body that cannot be read is 400 or 415, one that parses and breaks a rule is 422 with JSON pointers (RFC 6901). A
query parameter that breaks a rule, stands twice or is not known is 400.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import Request
from marshmallow import Schema, ValidationError

from ..observability import events
from ..problems import Problem
from ..request.state import RequestState
from ..strict_json import NotStrict, parse
from . import body


def enforce(state: RequestState) -> None:
    """Hand the validated query and body to the view as the arguments ``query`` and ``body``."""
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


def _query(request: Request, schema: Schema | None) -> Any:
    try:
        unquote_to_bytes(request.query_string).decode()
    except UnicodeDecodeError:
        raise refused("bad-request", "The query is not percent-encoded UTF-8.") from None
    parameters = request.args
    for name, values in parameters.lists():
        if len(values) > 1:
            raise refused(
                "bad-request", "A query parameter stands twice.", [{"parameter": name, "detail": "It stands twice."}]
            )
        if "\0" in name or "\0" in values[0]:
            raise refused("bad-request", "The query contains NUL.")
    try:
        return (schema or Schema()).load(parameters.to_dict())
    except ValidationError as error:
        errors = [{"parameter": name, "detail": " ".join(texts)} for name, texts in _messages(error).items()]
        raise refused("bad-request", "A query parameter is wrong.", errors) from None


def _body(request: Request, schema: Schema) -> Any:
    content = body.read(request)  # also to refuse it: what is left unread costs the client its connection
    kind, charset = request.mimetype, request.mimetype_params.get("charset", "utf-8")
    if kind != "application/json" or charset.lower() != "utf-8":
        raise refused("unsupported-media-type", "The body must be application/json in UTF-8.")
    if not content:
        raise refused("bad-request", "The body is empty.")
    try:
        value = parse(content)
    except NotStrict as error:
        raise refused("bad-request", str(error)) from None
    expected, name = (list, "array") if schema.many else (dict, "object")
    if not isinstance(value, expected):
        raise refused("invalid", f"The body must be a JSON {name}.", [{"pointer": "#", "detail": f"Not an {name}."}])
    try:
        return schema.load(value)
    except ValidationError as error:
        raise refused(
            "invalid", "The body breaks the rules of its fields.", list(_pointed(_messages(error), "#"))
        ) from None


def _messages(error: ValidationError) -> dict[str, Any]:
    messages: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
    return messages


def refused(kind: str, detail: str, errors: list[dict[str, str]] | None = None) -> Problem:
    """Record the refusal of an input and return the problem to raise."""
    events.record(events.INPUT_VALIDATION_FAIL, detail)
    return Problem(kind, detail, errors=errors) if errors else Problem(kind, detail)


def _pointed(messages: Any, pointer: str) -> Iterator[dict[str, str]]:
    if isinstance(messages, dict):
        for name, inner in messages.items():
            step = "" if name == "_schema" else "/" + str(name).replace("~", "~0").replace("/", "~1")
            yield from _pointed(inner, pointer + step)
    else:
        for text in messages:
            yield {"pointer": pointer, "detail": text}
